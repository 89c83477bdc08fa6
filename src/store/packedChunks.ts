import type { PoolClient } from 'pg';
import type { Queryable } from './pool.js';

/** Times in a text that PostgreSQL reads, or epoch milliseconds; both ends are included. */
export interface Stretch {
  readonly first: number | string;
  readonly last: number | string;
}

const packing = new WeakMap<Queryable, boolean>();

/** Whether the connection's database may compress what is old; asked once for each connection. */
async function mayPack(client: PoolClient): Promise<boolean> {
  const known = packing.get(client);
  if (known !== undefined) return known;
  const { rows } = await client.query<{ packs: boolean }>(
    `select exists (select from pg_extension where extname = 'timescaledb') as packs`,
  );
  packing.set(client, rows[0]!.packs);
  return rows[0]!.packs;
}

/**
 * To be called before stored rows of a time-keyed table are locked, changed or removed. Where TimescaleDB has compressed
 * some of them, turns those chunks back into rows, in the caller's transaction.
 *
 * @returns a condition on `f`, the stored table, that such a statement must carry: without it TimescaleDB would unpack
 *   the whole table to look for rows. Empty, and nothing done, where there is no TimescaleDB.
 */
export async function unpackStretch(
  client: PoolClient,
  table: string,
  stretch: Stretch | undefined,
): Promise<string> {
  if (stretch === undefined || !(await mayPack(client))) return '';
  const [first, last] = [textOf(stretch.first, Math.floor), textOf(stretch.last, Math.ceil)];
  await client.query('select unpack_chunks($1, $2, $3)', [table, first, last]);
  // Literals: chunks are left out when the statement is planned.
  return `and f.ts between '${first}'::timestamptz and '${last}'::timestamptz`;
}

function textOf(time: number | string, round: (time: number) => number): string {
  return typeof time === 'number' ? new Date(round(time)).toISOString() : time.replaceAll("'", '');
}
