import type { PoolClient } from 'pg';
import type { MessageCode } from '../domain/messages.js';
import type { Rejection } from '../domain/rejection.js';
import type { Queryable } from './pool.js';

const batchRows = 10_000;
// No message has a parameter of this name.
const sheetKey = '@sheet';

/** Keeps every fault of an upload, in the given order. */
export async function insertUploadFaults(
  client: PoolClient,
  uploadId: string,
  faults: readonly Rejection[],
): Promise<void> {
  for (let from = 0; from < faults.length; from += batchRows) {
    const batch = faults.slice(from, from + batchRows);
    await client.query(
      `insert into upload_faults (upload_id, position, line, column_name, value, code, params)
       select $1, $2 + f.n, f.line, f.column_name, f.value, f.code, f.params
         from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::jsonb[]) with ordinality
           as f (line, column_name, value, code, params, n)`,
      [
        uploadId,
        from,
        batch.map((fault) => fault.line),
        batch.map((fault) => fault.column),
        batch.map((fault) => fault.value),
        batch.map((fault) => fault.code),
        batch.map((fault) =>
          JSON.stringify(
            fault.sheet === undefined ? fault.params : { ...fault.params, [sheetKey]: fault.sheet },
          ),
        ),
      ],
    );
  }
}

/** Every fault that was kept of an upload, in the order of lines; faults of the whole file (line 0) first. */
export async function listUploadFaults(db: Queryable, uploadId: string): Promise<Rejection[]> {
  const { rows } = await db.query<{
    line: number;
    column_name: string;
    value: string;
    code: string;
    params: Record<string, string | number>;
  }>(
    `select line, column_name, value, code, params from upload_faults where upload_id = $1::bigint
      order by line, position`,
    [uploadId],
  );
  return rows.map((row) => {
    const { [sheetKey]: sheet, ...params } = row.params;
    return {
      ...(sheet === undefined ? {} : { sheet: String(sheet) }),
      line: row.line,
      column: row.column_name,
      value: row.value,
      // Codes are never taken out of the catalogue, so a stored one is still in it.
      code: row.code as MessageCode,
      params,
    };
  });
}
