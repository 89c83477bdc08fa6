import type { PoolClient } from 'pg';
import { dayMs } from '../domain/calendar.js';
import type { Actor } from '../domain/role.js';
import { floatArray, integerArray } from './arrayBytes.js';
import type { KeyedTable } from './keyedTable.js';
import type { RowBatch } from './rowBatch.js';

/** What one sender gives in one transaction; several senders share a transaction. */
export interface DeviceWrite {
  readonly actor: Actor;
  /** Code of the source by whose definition the lines were read. */
  readonly source: string;
  readonly lines: number;
  readonly rows: number;
  readonly values: number;
}

/** The writes, from parameters 1 to 7, as a `with` that other statements go on from: `numbered` has ids and owners. */
export const openedSql = `opened as (
      insert into writes (kind, source, token_id, actor_name, actor_office, lines, row_count, value_count)
      select 'device', source, token_id, actor_name, actor_office, lines, row_count, value_count
        from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::integer[])
          with ordinality as w (source, token_id, actor_name, actor_office, lines, row_count, value_count, place)
       order by place
      returning id),
    numbered as (select id, (row_number() over (order by id) - 1)::integer as owner from opened)`;

/** Parameters 1 to 7. */
export function writeColumns(writes: readonly DeviceWrite[]): unknown[][] {
  const column = (pick: (write: DeviceWrite) => unknown) => writes.map(pick);
  return [
    column(({ source }) => source),
    column(({ actor }) => actor.tokenId),
    column(({ actor }) => actor.name),
    column(({ actor }) => actor.office),
    column(({ lines }) => lines),
    column((write) => write.rows),
    column(({ values }) => values),
  ];
}

/**
 * Opens writes, and with them appends which sites and days their rows touch.
 *
 * @param touched rows of one family that are to be stored for them; without any, nothing is appended
 * @returns ids of the writes, in their order
 */
export async function openWrites(
  client: PoolClient,
  writes: readonly DeviceWrite[],
  touched: readonly RowBatch[],
): Promise<number[]> {
  const table = touched[0]?.table;
  const { rows } = await client.query<{ id: string }>(
    table?.medium === undefined
      ? { name: 'open-writes', text: `with ${openedSql} select id from opened`, values: writeColumns(writes) }
      : {
          name: `open-writes-${table.name}`,
          text: `with ${openedSql}, touched as (${insertTouchesSql(table, 8)}) select id from opened`,
          values: [...writeColumns(writes), ...touchColumns(touched, writes.length)],
        },
  );
  return rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
}

/** Appends touches of writes that are open. */
export async function insertTouches(
  client: PoolClient,
  touched: readonly RowBatch[],
  writeIds: readonly number[],
): Promise<void> {
  for (const table of new Set(touched.map((batch) => batch.table))) {
    if (table.medium === undefined) continue;
    // One row for each write and family, however its rows were stored.
    await client.query({
      name: `touches-${table.name}`,
      text: `with numbered as (select id, (place - 1)::integer as owner from unnest($1::bigint[]) with ordinality as w (id, place))
        ${insertTouchesSql(table, 2)}`,
      values: [
        writeIds,
        ...touchColumns(
          touched.filter((batch) => batch.table === table),
          writeIds.length,
        ),
      ],
    });
  }
}

/** The statement that appends touches, from four parameters and `numbered`. */
export function insertTouchesSql(table: KeyedTable, firstParameter: number): string {
  const [ends, sites, days, lasts] = ['integer', 'integer', 'integer', 'double precision'].map(
    (type, place) => `($${firstParameter + place}::${type}[])`,
  );
  const part = '[b.first:b.last]';
  return `insert into touches (write_id, family, medium, site_ids, days, last_times)
    select n.id, '${table.name}', '${table.medium}', ${sites}${part}, ${days}${part}, ${lasts}${part}
      from numbered n
     cross join lateral (select coalesce(${ends}[n.owner], 0) + 1 as first, ${ends}[n.owner + 1] as last) b
     where b.last >= b.first`;
}

const beijingOffsetMs = 8 * 3_600_000;

/**
 * What rows of one family touch, owner by owner: where the elements of each owner end, and the sites, days and last times
 * of all.
 */
export function touchColumns(batches: readonly RowBatch[], owners: number): Buffer[] {
  const byOwner = Array.from({ length: owners }, () => new Touches());
  for (const batch of batches)
    for (let row = 0; row < batch.size; row += 1)
      byOwner[batch.ownerAt(row)]!.add(batch.siteAt(row), batch.tsAt(row));
  let end = 0;
  return [
    integerArray(byOwner.map(({ sites }) => (end += sites.length))),
    integerArray(byOwner.flatMap(({ sites }) => sites)),
    integerArray(byOwner.flatMap(({ days }) => days)),
    floatArray(byOwner.flatMap(({ lasts }) => lasts)),
  ];
}

class Touches {
  readonly sites: number[] = [];
  /** Beijing days as numbers since 1970-01-01. */
  readonly days: number[] = [];
  /** Seconds since 1970. */
  readonly lasts: number[] = [];
  // By day and site, where they are. Rows of one day mostly follow each other.
  readonly #places = new Map<number, Map<number, number>>();
  #day = NaN;
  #ofDay = new Map<number, number>();

  add(siteId: number, ts: number): void {
    const day = Math.floor((ts + beijingOffsetMs) / dayMs);
    if (day !== this.#day) this.#turnTo(day);
    const seconds = ts / 1000;
    const place = this.#ofDay.get(siteId);
    if (place === undefined) {
      this.#ofDay.set(siteId, this.sites.length);
      this.sites.push(siteId);
      this.days.push(day);
      this.lasts.push(seconds);
    } else if (this.lasts[place]! < seconds) {
      this.lasts[place] = seconds;
    }
  }

  #turnTo(day: number): void {
    this.#day = day;
    const known = this.#places.get(day);
    this.#ofDay = known ?? new Map<number, number>();
    if (known === undefined) this.#places.set(day, this.#ofDay);
  }
}
