import type { PoolClient } from 'pg';
import type { Actor } from '../domain/role.js';
import type { Queryable } from './pool.js';

/** Why and by whom stored values change. */
export interface WriteCause {
  readonly kind: 'upload' | 'device' | 'demo' | 'manual' | 'check';
  readonly source?: string;
  readonly reason?: string;
}

/** Opens a write: every value, revision and flag that the transaction stores will name it. Returns its id. */
export async function insertWrite(client: PoolClient, actor: Actor, cause: WriteCause): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into writes (kind, source, token_id, actor_name, actor_office, reason)
     values ($1, $2, $3, $4, $5, $6) returning id`,
    [cause.kind, cause.source ?? null, actor.tokenId, actor.name, actor.office, cause.reason ?? ''],
  );
  return rows[0]!.id;
}

/** Whether anything but the demonstration has ever stored values. */
export async function hasRealWrites(db: Queryable): Promise<boolean> {
  const { rowCount } = await db.query(`select from writes where kind not in ('demo', 'check') limit 1`);
  return (rowCount ?? 0) > 0;
}
