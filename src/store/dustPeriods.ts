import type { PoolClient } from 'pg';
import { markDaysSql } from './mergeSql.js';
import type { Queryable } from './pool.js';

/** A declared dust period: half-open instants in epoch milliseconds, with the document behind it. */
export interface StoredDustPeriod {
  readonly start: number;
  readonly end: number;
  readonly document: string;
  readonly note: string;
}

/** Dust periods that overlap [from, to), epoch milliseconds, in order of start. */
export async function listDustPeriods(db: Queryable, from: number, to: number): Promise<StoredDustPeriod[]> {
  const { rows } = await db.query<{ starts_at: Date; ends_at: Date; document: string; note: string }>(
    `select starts_at, ends_at, document, note from dust_periods
      where starts_at < $2 and ends_at > $1 order by starts_at`,
    [new Date(from), new Date(to)],
  );
  return rows.map((row) => ({
    start: row.starts_at.getTime(),
    end: row.ends_at.getTime(),
    document: row.document,
    note: row.note,
  }));
}

/** Adds dust periods and marks the days of every air station they touch; periods that are stored already stay. */
export async function insertDustPeriods(
  client: PoolClient,
  periods: readonly StoredDustPeriod[],
  writeId: string,
): Promise<void> {
  for (const period of periods) {
    await client.query(
      `with added as (
         insert into dust_periods (starts_at, ends_at, document, note, write_id)
         values ($1, $2, $3, $4, $5) on conflict do nothing returning starts_at, ends_at),
       touched as (
         select s.id as site_id, d.ts from added, sites s,
                generate_series(added.starts_at, added.ends_at + interval '1 day', interval '1 day') as d (ts)
          where s.kind = 'air-station')
       ${markDaysSql('air', 'touched')}`,
      [new Date(period.start), new Date(period.end), period.document, period.note, writeId],
    );
  }
}
