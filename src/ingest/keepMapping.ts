import { isDeepStrictEqual } from 'node:util';
import type { PoolClient } from 'pg';
import type { Actor } from '../domain/role.js';
import { insertAudit } from '../store/audit.js';
import { findSource, insertSourceVersion, lockSource } from '../store/sources.js';
import type { LayoutPlan } from './decode/layoutPlan.js';
import { describeMapping, type Mapping } from './decode/mapping.js';
import type { ImportOptions } from './importOptions.js';
import { sourceOptionsSchema, type SourceOptions } from './sourceSettings.js';
import type { ImportReport } from './uploadReport.js';

/**
 * Keeps how a file was read as its source's mapping and hour label, where the request asks for it; a new version is
 * made unless the source says the same already. Part of the upload's transaction.
 *
 * @returns what the report says of the source, with the version that holds the mapping when one was kept
 */
export async function keepMapping(
  client: PoolClient,
  actor: Actor,
  report: Pick<ImportReport, 'fileName' | 'sha256' | 'source' | 'encoding'>,
  plan: LayoutPlan,
  { saveMapping, sourceUse, units }: ImportOptions,
): Promise<ImportReport['source']> {
  if (saveMapping !== true || sourceUse === undefined || report.source === null) return report.source;
  const { code } = sourceUse;
  await lockSource(client, code);
  const source = await findSource(client, code);
  if (source === undefined) throw new Error(`the source ${code} has gone`);
  const mapping = mappingOf(plan, report.encoding);
  const { hourLabel } = plan;
  const options = remainingOptions(source.options, units);
  const change = { hourLabel, mapping, options };
  const before = { hourLabel: source.hourLabel, mapping: source.mapping, options: source.options };
  if (isDeepStrictEqual(before, change)) {
    return { ...report.source, mappingVersion: source.version };
  }
  const { fileName, sha256 } = report;
  const settings = { ...source, ...change };
  const reason = `saveMapping: ${fileName}`;
  const version = await insertSourceVersion(client, actor, code, settings, reason);
  await insertAudit(client, actor, 'source-mapping-saved', `source ${code}`, {
    version,
    fileName,
    sha256,
    before: { version: source.version, ...before },
    change,
  });
  return { ...report.source, mappingVersion: version };
}

/** What the mapping now says must not be contradicted by an option of before; units are those the file was read by. */
function remainingOptions(saved: unknown, units: ImportOptions['units']): SourceOptions {
  const { interval, delimiter, ignoreColumns, unknownSiteColumns, ...rest } =
    sourceOptionsSchema.parse(saved);
  void [interval, delimiter, ignoreColumns, unknownSiteColumns];
  return { ...rest, ...(units === undefined ? {} : { units: { ...units } }) };
}

/** The hour label is the source's own, and how a sheet is cut into cells is no matter of a delimiter. */
function mappingOf(plan: LayoutPlan, encoding: string): Mapping {
  const { hourLabel, delimiter, ...mapping } = describeMapping(plan);
  void hourLabel;
  return encoding === 'workbook' || delimiter === undefined ? mapping : { ...mapping, delimiter };
}
