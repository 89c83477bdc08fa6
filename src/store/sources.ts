import type { PoolClient } from 'pg';
import type { Actor } from '../domain/role.js';
import type { Queryable } from './pool.js';

/** How the files of a source are read, at one time. `mapping` and `options` are JSON of the shapes of `ingest`. */
export interface SourceSettings {
  readonly nameZh: string;
  readonly description: string;
  readonly hourLabel: 'end' | 'start';
  readonly mapping: unknown;
  readonly options: unknown;
}

/** One version of a source, with who recorded it, when and why. */
export interface SourceVersion extends SourceSettings {
  readonly code: string;
  readonly version: number;
  readonly editedAt: Date;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly reason: string;
}

const settingColumns = `code, version, name_zh as "nameZh", description, hour_label as "hourLabel", mapping, options,
  actor_name as "actorName", actor_office as "actorOffice", reason`;

/** All sources as they are now, by code. */
export async function listSources(db: Queryable): Promise<SourceVersion[]> {
  const { rows } = await db.query<SourceVersion>(
    `select ${settingColumns}, edited_at as "editedAt" from sources order by code`,
  );
  return rows;
}

/** A source as it is now. */
export async function findSource(db: Queryable, code: string): Promise<SourceVersion | undefined> {
  const { rows } = await db.query<SourceVersion>(
    `select ${settingColumns}, edited_at as "editedAt" from sources where code = $1`,
    [code],
  );
  return rows[0];
}

/** Every version of a source, the newest first. */
export async function listSourceVersions(db: Queryable, code: string): Promise<SourceVersion[]> {
  const { rows } = await db.query<SourceVersion>(
    `select ${settingColumns}, recorded_at as "editedAt" from source_versions where code = $1 order by version desc`,
    [code],
  );
  return rows;
}

/**
 * Keeps other writers of one source waiting until the transaction ends, so that what is read of it now is what the
 * next version follows.
 */
export async function lockSource(client: PoolClient, code: string): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('source'), hashtext($1))`, [code]);
}

/** Adds a version, which holds from now on; earlier ones stay. Call `lockSource` before. Returns its number. */
export async function insertSourceVersion(
  client: PoolClient,
  actor: Actor,
  code: string,
  settings: SourceSettings,
  reason: string,
): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `insert into source_versions
       (code, version, name_zh, description, hour_label, mapping, options, token_id, actor_name, actor_office, reason)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10
       from source_versions where code = $1
     returning version`,
    [
      code,
      settings.nameZh,
      settings.description,
      settings.hourLabel,
      settings.mapping === null ? null : JSON.stringify(settings.mapping),
      JSON.stringify(settings.options),
      actor.tokenId,
      actor.name,
      actor.office,
      reason,
    ],
  );
  return rows[0]!.version;
}
