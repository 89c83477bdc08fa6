import { deviceSourceSchema, type DeviceSource } from '../domain/deviceSource.js';
import type { Actor } from '../domain/role.js';
import type { Queryable } from './pool.js';

/** One version of a definition, with who recorded it, when and why. */
export interface DeviceSourceVersion {
  readonly definition: DeviceSource;
  readonly version: number;
  readonly editedAt: Date;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly reason: string;
}

const columns = `definition, version, actor_name as "actorName", actor_office as "actorOffice", reason`;

type Row = Omit<DeviceSourceVersion, 'definition'> & { readonly definition: unknown };

/** All definitions as they are now, in the order in which they are asked. */
export async function listDeviceSources(db: Queryable): Promise<DeviceSourceVersion[]> {
  const { rows } = await db.query<Row>(
    `select ${columns}, edited_at as "editedAt" from device_sources
      order by (definition ->> 'order')::integer, code collate "C"`,
  );
  return rows.map(toVersion);
}

/** A definition as it is now. */
export async function findDeviceSource(
  db: Queryable,
  code: string,
): Promise<DeviceSourceVersion | undefined> {
  const { rows } = await db.query<Row>(
    `select ${columns}, edited_at as "editedAt" from device_sources where code = $1`,
    [code],
  );
  return rows[0] === undefined ? undefined : toVersion(rows[0]);
}

/** Every version of a definition, the newest first. */
export async function listDeviceSourceVersions(db: Queryable, code: string): Promise<DeviceSourceVersion[]> {
  const { rows } = await db.query<Row>(
    `select ${columns}, recorded_at as "editedAt" from device_source_versions where code = $1 order by version desc`,
    [code],
  );
  return rows.map(toVersion);
}

/** Records a definition as the next version of its code. Of two at once one fails on the key. */
export async function saveDeviceSource(
  db: Queryable,
  definition: DeviceSource,
  actor: Actor,
  reason: string,
): Promise<void> {
  await db.query(
    `insert into device_source_versions (code, version, definition, token_id, actor_name, actor_office, reason)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 from device_source_versions where code = $1`,
    [definition.code, JSON.stringify(definition), actor.tokenId, actor.name, actor.office, reason],
  );
}

function toVersion(row: Row): DeviceSourceVersion {
  return { ...row, definition: deviceSourceSchema.parse(row.definition) };
}
