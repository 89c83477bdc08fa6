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
  /** Who took it back, when and why. */
  readonly undone: UploadUndo | null;
}

/** How an upload was taken back. */
export interface UploadUndo {
  readonly at: Date;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly reason: string;
}

/** Which uploads; times are half-open. */
export interface UploadFilter {
  readonly before?: string;
  /** `committed` are those that stand. */
  readonly status?: 'committed' | 'rejected' | 'undone';
  /** Part of `name（office）`, whatever its case. */
  readonly actor?: string;
  readonly from?: Date;
  readonly to?: Date;
  /** Part of the file name, whatever its case. */
  readonly fileName?: string;
  readonly limit: number;
}

/** Records an upload, and ties the write it made to it. Returns its id and time. */
export async function insertUpload(
  client: PoolClient,
  actor: Actor,
  upload: Omit<StoredUpload, 'id' | 'at' | 'actorName' | 'actorOffice' | 'undone'>,
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

const columns = `u.id, u.at, u.actor_name as "actorName", u.actor_office as "actorOffice", u.file_name as "fileName",
  u.sha256, u.bytes::float8 as bytes, u.status, u.report, w.at as "undoneAt", w.actor_name as "undoneBy",
  w.actor_office as "undoneByOffice", w.reason as "undoneReason"`;

const source = `uploads u left join write_undos n on n.upload_id = u.id left join writes w on w.id = n.undo_write_id`;

interface UploadRow extends Omit<StoredUpload, 'undone'> {
  readonly undoneAt: Date | null;
  readonly undoneBy: string;
  readonly undoneByOffice: string;
  readonly undoneReason: string;
}

function toUpload({ undoneAt, undoneBy, undoneByOffice, undoneReason, ...upload }: UploadRow): StoredUpload {
  const undone =
    undoneAt === null
      ? null
      : { at: undoneAt, actorName: undoneBy, actorOffice: undoneByOffice, reason: undoneReason };
  return { ...upload, undone };
}

/** Lists uploads, newest first, older than `before` when given. */
export async function listUploads(db: Queryable, filter: UploadFilter): Promise<StoredUpload[]> {
  const { rows } = await db.query<UploadRow>(
    `select ${columns} from ${source}
      where ($1::bigint is null or u.id < $1::bigint)
        and ($2::text is null or $2::text = case when n.upload_id is null then u.status else 'undone' end)
        and ($3::text is null
             or position(lower($3::text) in lower(u.actor_name || '（' || u.actor_office || '）')) > 0)
        and ($4::timestamptz is null or u.at >= $4::timestamptz)
        and ($5::timestamptz is null or u.at < $5::timestamptz)
        and ($6::text is null or position(lower($6::text) in lower(u.file_name)) > 0)
      order by u.id desc limit $7`,
    [
      filter.before ?? null,
      filter.status ?? null,
      filter.actor ?? null,
      filter.from ?? null,
      filter.to ?? null,
      filter.fileName ?? null,
      filter.limit,
    ],
  );
  return rows.map(toUpload);
}

/** One upload, or `undefined`. */
export async function findUpload(db: Queryable, id: string): Promise<StoredUpload | undefined> {
  const { rows } = await db.query<UploadRow>(`select ${columns} from ${source} where u.id = $1::bigint`, [
    id,
  ]);
  return rows[0] && toUpload(rows[0]);
}

/** What undoing an upload needs to know of it; its record is locked until the transaction ends. */
export async function lockUpload(
  client: PoolClient,
  id: string,
): Promise<
  | (Pick<StoredUpload, 'fileName' | 'sha256' | 'actorName' | 'actorOffice'> & {
      readonly tokenId: number | null;
      readonly writeId: string | null;
    })
  | undefined
> {
  const { rows } = await client.query<{
    fileName: string;
    sha256: string;
    actorName: string;
    actorOffice: string;
    tokenId: number | null;
    writeId: string | null;
  }>(
    `select file_name as "fileName", sha256, actor_name as "actorName", actor_office as "actorOffice",
            token_id as "tokenId", write_id as "writeId"
       from uploads where id = $1::bigint for update`,
    [id],
  );
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
        and not exists (select from write_undos u where u.upload_id = uploads.id)
      order by id desc limit 1`,
    [sha256, JSON.stringify(options)],
  );
  return rows[0];
}
