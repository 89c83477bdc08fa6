import type { PoolClient } from 'pg';
import type { Actor } from '../domain/role.js';
import { stageTable } from './mergeSql.js';
import type { Queryable } from './pool.js';
import type { Stage } from './stage.js';

/** Why and by whom stored values change. */
export interface WriteCause {
  readonly kind: 'upload' | 'device' | 'demo' | 'manual' | 'check' | 'undo';
  readonly source?: string;
  /** The upload behind it, where that is recorded already. */
  readonly uploadId?: string;
  readonly reason?: string;
}

/**
 * Opens a write: every value, revision and flag that the transaction stores will name it. Returns its id. Its `at`
 * becomes the moment of the commit (see migration 0008), so that writes stand in the order in which they took effect.
 */
export async function insertWrite(client: PoolClient, actor: Actor, cause: WriteCause): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into writes (kind, source, token_id, actor_name, actor_office, reason, upload_id)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [
      cause.kind,
      cause.source ?? null,
      actor.tokenId,
      actor.name,
      actor.office,
      cause.reason ?? '',
      cause.uploadId ?? null,
    ],
  );
  return rows[0]!.id;
}

/** Records which stretch of which tables a write's stage covers, so that an undo need not search all of them. */
export async function insertExtents(client: PoolClient, stage: Stage, writeId: string): Promise<void> {
  for (const table of stage.tables) {
    await client.query(
      `insert into write_extents (write_id, family, first_ts, last_ts)
       select $1, '${table.name}', min(ts), max(ts) from ${stageTable(table)} having count(*) > 0`,
      [writeId],
    );
  }
}

/** Whether anything but the demonstration has ever stored values. */
export async function hasRealWrites(db: Queryable): Promise<boolean> {
  const { rowCount } = await db.query(`select from writes where kind not in ('demo', 'check') limit 1`);
  return (rowCount ?? 0) > 0;
}
