import { dayOfInstant, instantOfDay } from '../../domain/calendar.js';
import { families } from '../../domain/family.js';
import { listOriginsAt, listWriteOrigins, type ValueOrigin } from '../../store/originsAt.js';
import type { Queryable } from '../../store/pool.js';
import { listPublicationsAt } from '../../store/publishedAt.js';
import { listSitesAt } from '../../store/siteHistory.js';
import { listFlagsAt, listRowsAt, type AtQuery } from '../../store/valuesAt.js';
import type { FactsAt } from '../factsAt.js';
import { mostListed, type CommonInputs, type ExcludedValue } from './proofDocument.js';

type ValueFamily = 'air_hour' | 'air_day' | 'water_sample' | 'water_month';

/** What figures of one medium rest on: families of values, and kinds of standards. */
export interface Medium {
  readonly families: readonly ValueFamily[];
  readonly standards: readonly string[];
  readonly dust: boolean;
}

export const air: Medium = {
  families: ['air_hour', 'air_day'],
  standards: ['air-limits', 'aqi', 'air-evaluation', 'dust'],
  dust: true,
};
export const water: Medium = {
  families: ['water_month', 'water_sample'],
  standards: ['water-limits', 'water-evaluation', 'groundwater-limits'],
  dust: false,
};
export const reports: Medium = { families: [], standards: [], dust: false };

export interface CommonQuery {
  readonly medium: Medium;
  readonly siteIds: readonly number[];
  /** Half-open Beijing days. */
  readonly from: string;
  readonly to: string;
  readonly published: Parameters<typeof listPublicationsAt>[1];
  readonly writeIds?: readonly string[];
}

/** States what every proof states besides its figures. */
export async function stateCommon(db: Queryable, facts: FactsAt, query: CommonQuery): Promise<CommonInputs> {
  const { siteIds, medium } = query;
  const start = instantOfDay(query.from);
  const end = instantOfDay(query.to);
  const range = { siteIds, from: new Date(start), to: new Date(end), at: facts.at };
  const allOrigins: ValueOrigin[] = [];
  const allExcluded: ExcludedValue[] = [];
  for (const family of medium.families) {
    allOrigins.push(...(await listOriginsAt(db, family, range)));
    allExcluded.push(...(await listExcluded(db, family, range)));
  }
  const origins = allOrigins.slice(0, mostListed);
  const excluded = allExcluded.slice(0, mostListed);
  const dust = medium.dust ? facts.dust.filter((period) => period.start < end && period.end > start) : [];
  const writeIds = new Set([
    ...origins.map(({ source }) => source).filter((source) => /^\d+$/.test(source)),
    ...excluded.map(({ writeId }) => writeId),
    ...dust.map(({ writeId }) => writeId),
    ...(query.writeIds ?? []),
  ]);
  const sites = (await listSitesAt(db, facts.at)).filter(({ siteId }) => siteIds.includes(siteId));
  return {
    knownAt: facts.at,
    standards: Object.fromEntries(
      Object.entries(facts.documents).filter(([, document]) =>
        medium.standards.includes((document as { kind: string }).kind),
      ),
    ),
    sites: sites.map(({ siteId, code, name, kind, placeholder }) => ({
      id: siteId,
      code,
      name,
      kind,
      placeholder,
    })),
    dustPeriods: dust.map(({ start: from, end: to, document, writeId }) => ({
      start: new Date(from).toISOString(),
      end: new Date(to).toISOString(),
      document,
      writeId,
    })),
    excluded,
    origins,
    notListed: {
      excluded: allExcluded.length - excluded.length,
      origins: allOrigins.length - origins.length,
    },
    writes: await listWriteOrigins(db, [...writeIds]),
    published: await listPublicationsAt(db, query.published, facts.at),
  };
}

/** The Beijing day of the instant whose knowledge is stated: the first that was not over. */
export function dayOfKnowledge(facts: Pick<FactsAt, 'at'>): string {
  return dayOfInstant(Date.parse(facts.at));
}

const excluding = new Set(['invalid', 'maintenance', 'no-flow']);

/**
 * Values that take no part: those a reviewer found invalid, rows of sections under maintenance, and rows that hold no
 * value because of what their flag says. A flag of a whole row is stated for each value in it.
 */
async function listExcluded(db: Queryable, family: ValueFamily, range: AtQuery): Promise<ExcludedValue[]> {
  const flags = (await listFlagsAt(db, family, range)).filter(({ flag }) => excluding.has(flag));
  if (flags.length === 0) return [];
  const span = { ...range, from: flags[0]!.ts, to: new Date(flags.at(-1)!.ts.getTime() + 1) };
  const { columns, medium } = families[family];
  const rows = new Map(
    (await listRowsAt(db, family, span)).map((row) => [`${row.siteId} ${row.ts.getTime()}`, row.values]),
  );
  return flags.flatMap(({ siteId, ts, indicator, flag, raw, reason, writeId }): ExcludedValue[] => {
    const values = rows.get(`${siteId} ${ts.getTime()}`) ?? [];
    const own = columns.flatMap((column, index) => {
      const value = values[index];
      if (typeof value !== 'number' || (indicator !== '*' && indicator !== column)) return [];
      return [{ indicator: column, value }];
    });
    const outside = flag === 'invalid' || (medium === 'water' && flag === 'maintenance' && indicator === '*');
    if (own.length > 0 && !outside) return [];
    const about = { siteId, family, time: ts.toISOString(), flag, raw, reason, writeId };
    return own.length === 0
      ? [{ ...about, indicator, value: null }]
      : own.map((value) => ({ ...about, ...value }));
  });
}
