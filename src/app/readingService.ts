import { beijingTime } from '../domain/beijingTime.js';
import { instantOfDay, isDay } from '../domain/calendar.js';
import { DomainError } from '../domain/domainError.js';
import type { ReadingFilter, ReadingRow, ReadingService } from '../http/services.js';
import type { Pool } from '../store/pool.js';
import { listReadings, readingTables, type ReadingKey, type ReadingTable } from '../store/readings.js';
import { listIndicators } from '../store/reference.js';
import { listSites } from '../store/sites.js';

const streamRows = 5_000;
/** Ends of an open range. No stored time lies outside: the importers refuse years before 1990 and after 2100. */
export const firstInstant = new Date('1900-01-01T00:00:00Z');
export const lastInstant = new Date('2200-01-01T00:00:00Z');

interface Names {
  readonly sites: ReadonlyMap<number, { readonly code: string; readonly name: string }>;
  readonly units: ReadonlyMap<string, string>;
}

/** Lists stored values of all tables, one after the other. */
export function createReadingService(pool: Pool): ReadingService {
  return {
    async page(filter) {
      const names = await loadNames(pool);
      const start = filter.cursor === undefined ? undefined : parseCursor(filter.cursor);
      const items: ReadingRow[] = [];
      for (const table of tablesFrom(filter, start?.table)) {
        const after = start?.table === table ? start.after : null;
        const query = await toQuery(pool, filter, after, filter.limit + 1 - items.length);
        const rows = await listReadings(pool, table, query);
        for (const row of rows) {
          if (items.length === filter.limit) {
            const last = items.at(-1)!;
            return { items, next: formatCursor(last, names) };
          }
          items.push(toRow(table, row, names));
        }
      }
      return { items, next: null };
    },
    async *stream(filter) {
      const names = await loadNames(pool);
      for (const table of tablesFrom(filter, undefined)) {
        let after: ReadingKey | null = null;
        for (;;) {
          const rows: Awaited<ReturnType<typeof listReadings>> = await listReadings(
            pool,
            table,
            await toQuery(pool, filter, after, streamRows),
          );
          if (rows.length > 0) yield rows.map((row) => toRow(table, row, names));
          if (rows.length < streamRows) break;
          after = rows.at(-1)!;
        }
      }
    },
  };
}

function tablesFrom(filter: Pick<ReadingFilter, 'family'>, start: ReadingTable | undefined): ReadingTable[] {
  const wanted = readingTables.filter((table) => filter.family === undefined || filter.family === table);
  if (wanted.length === 0) throw new DomainError('not-found', { what: `family ${filter.family}` });
  return start === undefined ? wanted : wanted.slice(wanted.indexOf(start));
}

async function toQuery(
  pool: Pool,
  filter: Omit<ReadingFilter, 'cursor' | 'limit'>,
  after: ReadingKey | null,
  limit: number,
) {
  return {
    siteIds: filter.site === undefined ? null : [await findSiteId(pool, filter.site)],
    indicator: filter.indicator ?? null,
    from: filter.from === undefined ? firstInstant : toInstant(filter.from),
    to: filter.to === undefined ? lastInstant : toInstant(filter.to),
    after,
    limit,
  };
}

/** The id of a site by code or name; throws DomainError `not-found`. */
export async function findSiteId(pool: Pool, codeOrName: string): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    'select id from sites where code = $1 or name = $1 order by code = $1 desc limit 1',
    [codeOrName],
  );
  if (rows[0] === undefined) throw new DomainError('not-found', { what: `site ${codeOrName}` });
  return rows[0].id;
}

/** The instant of a Beijing day's start or of an RFC 3339 text. */
export function toInstant(text: string): Date {
  return isDay(text) ? new Date(instantOfDay(text)) : new Date(text);
}

async function loadNames(pool: Pool): Promise<Names> {
  const sites = await listSites(pool);
  const indicators = await listIndicators(pool);
  return {
    sites: new Map(sites.map((site) => [site.id, site])),
    units: new Map(indicators.map(({ code, unit }) => [code, unit])),
  };
}

function toRow(
  table: ReadingTable,
  row: Awaited<ReturnType<typeof listReadings>>[number],
  names: Names,
): ReadingRow {
  const site = names.sites.get(row.siteId);
  return {
    family: table,
    site: site?.code ?? String(row.siteId),
    siteName: site?.name ?? '',
    time: beijingTime(row.ts),
    indicator: row.indicator,
    value: row.value,
    unit: names.units.get(row.indicator) ?? '',
    flags: [...row.flags],
    raw: row.raw,
    origin: row.origin,
  };
}

function formatCursor(last: ReadingRow, names: Names): string {
  const siteId = [...names.sites].find(([, site]) => site.code === last.site)?.[0] ?? 0;
  const key = [last.family, Date.parse(last.time), siteId, last.indicator];
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function parseCursor(text: string): { table: ReadingTable; after: ReadingKey } {
  try {
    const [family, ts, siteId, indicator] = JSON.parse(
      Buffer.from(text, 'base64url').toString(),
    ) as unknown[];
    const table = readingTables.find((name) => name === family);
    if (
      table !== undefined &&
      Number.isSafeInteger(ts) &&
      Number.isInteger(siteId) &&
      typeof indicator === 'string'
    ) {
      return { table, after: { ts: ts as number, siteId: siteId as number, indicator } };
    }
  } catch {
    // Not one of ours: refused below like any other wrong cursor.
  }
  throw new DomainError('invalid-request', { detail: 'cursor' });
}
