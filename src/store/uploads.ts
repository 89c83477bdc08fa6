import type { PoolClient } from 'pg';
import type { Actor } from '../domain/role.js';
import type { Queryable } from './pool.js';

/** One recorded upload; `report` is what the importer found, in no particular language. */
export interface StoredUpload {
  readonly id: string;
  readonly at: Date;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly status: 'committed' | 'rejected';
  readonly report: unknown;
}

/** Records an upload, and ties the write it made to it. Returns its id and time. */
export async function insertUpload(
  client: PoolClient,
  actor: Actor,
  upload: Omit<StoredUpload, 'id' | 'at' | 'actorName' | 'actorOffice'>,
  writeId: string | null,
): Promise<{ id: string; at: Date }> {
  const { rows } = await client.query<{ id: string; at: Date }>(
    `insert into uploads (token_id, actor_name, actor_office, file_name, sha256, bytes, status, write_id, report)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id, at`,
    [
      actor.tokenId,
      actor.name,
      actor.office,
      upload.fileName,
      upload.sha256,
      upload.bytes,
      upload.status,
      writeId,
      JSON.stringify(upload.report),
    ],
  );
  const { id, at } = rows[0]!;
  if (writeId !== null) await client.query('update writes set upload_id = $2 where id = $1', [writeId, id]);
  return { id, at };
}

const columns = `id, at, actor_name as "actorName", actor_office as "actorOffice", file_name as "fileName", sha256,
  bytes::float8 as bytes, status, report`;

/** Lists uploads, newest first, older than `before` when given. */
export async function listUploads(
  db: Queryable,
  filter: { before?: string; limit: number },
): Promise<StoredUpload[]> {
  const { rows } = await db.query<StoredUpload>(
    `select ${columns} from uploads where $1::bigint is null or id < $1::bigint order by id desc limit $2`,
    [filter.before ?? null, filter.limit],
  );
  return rows;
}

/** One upload, or `undefined`. */
export async function findUpload(db: Queryable, id: string): Promise<StoredUpload | undefined> {
  const { rows } = await db.query<StoredUpload>(`select ${columns} from uploads where id = $1::bigint`, [id]);
  return rows[0];
}

/**
 * The latest committed upload of a file that was read with exactly these options, or `undefined`.
 *
 * @param options as `readingOptions` gives them
 */
export async function findCommitted(
  db: Queryable,
  sha256: string,
  options: Readonly<Record<string, unknown>>,
): Promise<{ id: string; at: Date } | undefined> {
  const { rows } = await db.query<{ id: string; at: Date }>(
    `select id, at from uploads
      where sha256 = $1 and status = 'committed' and report -> 'options' = $2::jsonb
      order by id desc limit 1`,
    [sha256, JSON.stringify(options)],
  );
  return rows[0];
}
