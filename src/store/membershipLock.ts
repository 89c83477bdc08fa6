import type { PoolClient } from 'pg';

// The members of groups were the first rule of figures that this lock kept still; it now keeps all of them.
const membershipLock = `hashtext('site group members')`;

/**
 * Keeps what figures follow from besides values (members of groups, kinds of sites, classes, standards, quality rules)
 * as it is until the caller's transaction ends; several may hold it at once.
 */
export async function lockMembershipShared(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock_shared(${membershipLock})`);
}

/** As `lockMembershipShared`, without waiting. `false`: somebody is changing a rule at this moment. */
export async function tryLockMembershipShared(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock_shared(${membershipLock}) as locked`,
  );
  return rows[0]!.locked;
}

/**
 * Waits until no recomputation is under way and lets none begin until the caller's transaction ends: what is marked
 * after it is derived under the changed rule.
 */
export async function lockMembership(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(${membershipLock})`);
}
