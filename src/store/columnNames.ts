import type { PoolClient } from 'pg';
import type { Medium } from '../domain/indicator.js';
import type { Actor } from '../domain/role.js';
import type { Queryable } from './pool.js';

/** A column name to which the bureau has given a meaning: one of role, published figure and indicator. */
export interface ColumnNameEntry {
  /** As `normaliseName` leaves it. */
  readonly name: string;
  /** Holds only in tables about this medium; `null` in all. */
  readonly medium: Medium | null;
  /** As the bureau wrote it. */
  readonly printed: string;
  readonly role: string | null;
  readonly published: string | null;
  readonly indicator: string | null;
  readonly area: 'township' | 'district' | null;
  readonly rank: number;
  readonly note: string;
}

/** One version of an entry, with who recorded it and when. */
export interface ColumnNameVersion extends ColumnNameEntry {
  readonly version: number;
  /** The name was taken back. */
  readonly removed: boolean;
  readonly editedAt: Date;
  readonly actorName: string;
  readonly actorOffice: string;
}

const entryColumns = `name, nullif(medium, '') as medium, version, printed, role, published, indicator, area, rank, note,
  actor_name as "actorName", actor_office as "actorOffice"`;

/** The names that hold now. */
export async function listColumnNames(db: Queryable): Promise<ColumnNameVersion[]> {
  const { rows } = await db.query<ColumnNameVersion>(
    `select ${entryColumns}, false as removed, edited_at as "editedAt" from column_names order by name, medium`,
  );
  return rows;
}

/** Every version of a name, of all media, the newest first. */
export async function listColumnNameVersions(db: Queryable, name: string): Promise<ColumnNameVersion[]> {
  const { rows } = await db.query<ColumnNameVersion>(
    `select ${entryColumns}, removed, recorded_at as "editedAt" from column_name_versions
     where name = $1 order by recorded_at desc, version desc`,
    [name],
  );
  return rows;
}

/** Keeps other writers of one name waiting until the transaction ends. */
export async function lockColumnName(client: PoolClient, name: string): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('column name'), hashtext($1))`, [name]);
}

/** Adds a version of a name; a removed one has no meaning any more. Call `lockColumnName` before. */
export async function insertColumnName(
  client: PoolClient,
  actor: Actor,
  entry: ColumnNameEntry & { readonly removed: boolean },
): Promise<void> {
  await client.query(
    `insert into column_name_versions
       (name, medium, version, printed, role, published, indicator, area, rank, note, removed,
        token_id, actor_name, actor_office)
     select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
       from column_name_versions where name = $1 and medium = $2`,
    [
      entry.name,
      entry.medium ?? '',
      entry.printed,
      entry.role,
      entry.published,
      entry.indicator,
      entry.area,
      entry.rank,
      entry.note,
      entry.removed,
      actor.tokenId,
      actor.name,
      actor.office,
    ],
  );
}
