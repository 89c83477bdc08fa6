import type { Actor } from '../domain/role.js';
import type { Queryable } from './pool.js';

/** A private network, address or host that channels may call, with who listed it and why. */
export interface NetworkAllowance {
  readonly id: number;
  readonly target: string;
  readonly reason: string;
  readonly addedAt: Date;
  readonly addedBy: string;
  readonly office: string;
}

const columns = `id, target, reason, added_at as "addedAt", added_by as "addedBy", added_by_office as office`;

/** The allowances in force, by number. */
export async function listAllowances(db: Queryable): Promise<NetworkAllowance[]> {
  const { rows } = await db.query<NetworkAllowance>(
    `select ${columns} from network_allowances where removed_at is null order by id`,
  );
  return rows;
}

/** Lists a target. `undefined` when it is listed already. */
export async function insertAllowance(
  db: Queryable,
  actor: Actor,
  target: string,
  reason: string,
): Promise<NetworkAllowance | undefined> {
  const { rows } = await db.query<NetworkAllowance>(
    `insert into network_allowances (target, reason, added_by, added_by_office) values ($1, $2, $3, $4)
     on conflict (target) where removed_at is null do nothing returning ${columns}`,
    [target, reason, actor.name, actor.office],
  );
  return rows[0];
}

/** Ends an allowance; its row stays. `undefined` when it is not in force. */
export async function endAllowance(
  db: Queryable,
  actor: Actor,
  id: number,
  reason: string,
): Promise<NetworkAllowance | undefined> {
  const { rows } = await db.query<NetworkAllowance>(
    `update network_allowances set removed_at = clock_timestamp(), removed_by = $2, removal_reason = $3
      where id = $1 and removed_at is null returning ${columns}`,
    [id, actor.name, reason],
  );
  return rows[0];
}
