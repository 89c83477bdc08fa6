import type { Rejection } from '../domain/rejection.js';
import type { Queryable } from '../store/pool.js';
import { findSource, listSources, type SourceVersion } from '../store/sources.js';
import { mappingSchema, type Mapping } from './decode/mapping.js';
import { nearParams } from './decode/planParts.js';
import type { ImportOptions } from './importOptions.js';
import { pairsOf, similarity } from './nearNames.js';
import { sourceOptionsSchema, type SourceOptions } from './sourceSettings.js';

/** The options of an upload with what its source has saved; `fault` when there is no such source. */
export async function applySource(
  db: Queryable,
  given: ImportOptions,
): Promise<{ readonly options: ImportOptions; readonly fault?: Rejection }> {
  const { source: code } = given;
  if (code === undefined) {
    return given.saveMapping === true
      ? { options: given, fault: faultOf('saveMapping', 'true', 'save-mapping-without-source') }
      : { options: given };
  }
  const source = await findSource(db, code);
  if (source !== undefined) return { options: mergeSettings(source, given) };
  const near = nearParams(nearSources(code, await listSources(db)));
  return { options: given, fault: faultOf('source', code, 'source-unknown', near) };
}

/**
 * What the request says goes before what the source says: its mapping wholly, its units and detection limits name by
 * name. Of a source's mapping the hour label is the source's own.
 */
export function mergeSettings(source: SourceVersion, given: ImportOptions): ImportOptions {
  const saved = savedOptions(source);
  const taken: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(saved)) {
    const said = given[name as keyof ImportOptions] ?? given.mapping?.[name as keyof Mapping];
    if (said === undefined) taken[name] = value;
    else if (mergedByName.has(name)) taken[name] = { ...(value as object), ...(said as object) };
  }
  const options: ImportOptions = { ...given, ...taken };
  const { code, nameZh, version } = source;
  return { ...options, sourceUse: { code, nameZh, version, taken: Object.entries(taken).map(describe) } };
}

const mergedByName = new Set(['units', 'detectionLimits']);

function savedOptions(source: SourceVersion): SourceOptions & {
  readonly hourLabel: 'end' | 'start';
  readonly mapping?: Mapping;
} {
  const options = sourceOptionsSchema.parse(source.options);
  const base = { ...options, hourLabel: source.hourLabel };
  return source.mapping === null ? base : { ...base, mapping: mappingSchema.parse(source.mapping) };
}

function describe([name, value]: [string, unknown]): string {
  return typeof value === 'string' ? `${name}=${value}` : name;
}

function nearSources(code: string, sources: readonly SourceVersion[]): string[] {
  const wanted = pairsOf(code.toLowerCase());
  return sources
    .map((source) => ({
      source,
      score: Math.max(
        similarity(wanted, pairsOf(source.code.toLowerCase())),
        similarity(wanted, pairsOf(source.nameZh.toLowerCase())),
      ),
    }))
    .filter(({ score }) => score >= 0.3)
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ source }) => source.code);
}

function faultOf(
  column: string,
  value: string,
  code: 'source-unknown' | 'save-mapping-without-source',
  params: Rejection['params'] = {},
): Rejection {
  return { line: 0, column, value, code, params: { value, ...params } };
}
