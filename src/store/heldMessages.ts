import type { Notification } from '../domain/notification.js';
import type { PoolClient } from './pool.js';

/** A message that waits, or one that another will say. */
export interface HeldMessage {
  /** Decimal text of a bigint. */
  readonly id: string;
  readonly notification: Notification;
  readonly nextAttemptAt: Date;
  /** It stands in the place of others. */
  readonly merges: boolean;
}

/**
 * Messages of a channel that wait under a hold key, locked, with those that were merged into one of them; in the order in
 * which they were put there. One that is being sent is none of them.
 */
export async function listHeldTogether(
  client: PoolClient,
  channelId: number,
  holdKey: string,
): Promise<{ readonly waiting: HeldMessage[]; readonly merged: HeldMessage[] }> {
  const { rows: waiting } = await client.query<HeldMessage>(
    `select id, notification, next_attempt_at as "nextAttemptAt",
            exists (select from outbox m where m.merged_into = o.id) as merges
       from outbox o
      where channel_id = $1 and hold_key = $2 and state = 'held' order by id for update skip locked`,
    [channelId, holdKey],
  );
  const { rows: merged } = await client.query<HeldMessage>(
    `select id, notification, next_attempt_at as "nextAttemptAt", false as merges
       from outbox where merged_into = any ($1::bigint[]) order by id`,
    [waiting.map(({ id }) => id)],
  );
  return { waiting, merged };
}

/** Puts one message in the place of others, which keep their rows and keys. */
export async function insertMerged(
  client: PoolClient,
  channelId: number,
  holdKey: string,
  notification: Notification,
  {
    leavesAt,
    memberIds,
    formerId,
  }: {
    readonly leavesAt: Date;
    readonly memberIds: readonly string[];
    readonly formerId: string | undefined;
  },
): Promise<void> {
  const values = [
    notification.key,
    notification.kind,
    notification.severity,
    JSON.stringify(notification),
    leavesAt,
  ];
  // Nobody has seen the one that stood in their place so far: it says more now.
  const { rows } =
    formerId === undefined
      ? await client.query<{ id: string }>(
          `insert into outbox (key, kind, severity, notification, next_attempt_at, channel_id, hold_key, state)
           values ($1, $2, $3, $4, $5, $6, $7, 'held') returning id`,
          [...values, channelId, holdKey],
        )
      : await client.query<{ id: string }>(
          `update outbox set key = $1, kind = $2, severity = $3, notification = $4, next_attempt_at = $5
            where id = $6 returning id`,
          [...values, formerId],
        );
  await client.query(
    `update outbox set state = 'merged', merged_into = $2
      where id = any ($1::bigint[]) and state = 'held'`,
    [memberIds, rows[0]!.id],
  );
}
