import type { PoolClient } from 'pg';
import { floatArray, integerArray } from './arrayBytes.js';
import { RowBatch } from './rowBatch.js';

/** Rows to be copied in, and rows to be merged. */
export interface DividedBatch {
  readonly fresh: RowBatch;
  readonly met: RowBatch;
}

/** Divides a batch by what the caller knows of its rows. */
export function divide(
  batch: RowBatch,
  mayBeStored: ((batch: RowBatch, row: number) => boolean) | undefined,
): DividedBatch {
  const none = { fresh: batch, met: new RowBatch(batch.family) };
  if (mayBeStored === undefined) return none;
  const picked = new Uint8Array(batch.size);
  let count = 0;
  for (let row = 0; row < batch.size; row += 1) {
    if (mayBeStored(batch, row)) count += picked[row] = 1;
  }
  if (count === 0) return none;
  if (count === batch.size) return { fresh: none.met, met: batch };
  const { picked: met, rest: fresh } = batch.split((row) => picked[row] === 1);
  return { fresh, met };
}

/** Divides a batch by which of its keys are stored. */
export async function divideByStored(client: PoolClient, batch: RowBatch): Promise<DividedBatch> {
  const order = batch.order();
  const { rows } = await client.query<[number, number]>({
    text: `select extract(epoch from k.ts)::float8 * 1000, k.site_id
             from (select to_timestamp(k.ts) as ts, k.site_id
                     from unnest($1::double precision[], $2::integer[]) as k (ts, site_id)) k
            where exists (select from ${batch.table.table} f where f.ts = k.ts and f.site_id = k.site_id offset 0)`,
    values: [
      floatArray(Float64Array.from(order, (row) => batch.tsAt(row) / 1000)),
      integerArray(order.map((row) => batch.siteAt(row))),
    ],
    rowMode: 'array',
  });
  const stored = new Set<number>();
  for (const [ts, siteId] of rows) {
    const row = batch.findRow(Math.round(ts), siteId);
    if (row >= 0) stored.add(row);
  }
  return divide(batch, (_, row) => stored.has(row));
}
