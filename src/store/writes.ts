import type { PoolClient } from 'pg';
import type { Actor } from '../domain/role.js';

/** Why and by whom stored values change. */
export interface WriteCause {
  readonly kind: 'upload' | 'device' | 'demo' | 'manual';
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
