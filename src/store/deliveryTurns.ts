import type { ChannelType } from '../domain/channel.js';
import type { Notification } from '../domain/notification.js';
import type { OpenSettings } from './channels.js';
import { inTransaction, type Pool, type PoolClient, type Queryable } from './pool.js';
import type { SealedText } from './secretBox.js';

/** A message taken to be sent, with the channel as it is now. */
export interface TakenMessage {
  readonly outboxId: string;
  readonly attemptId: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Attempts without success of the channel in a row, before this one. */
  readonly channelFailures: number;
  readonly notification: Notification;
  readonly channel: { readonly id: number; readonly type: ChannelType; readonly settings: OpenSettings };
  readonly secrets: readonly (SealedText & { readonly field: string })[];
}

/** What becomes of a message after an attempt. */
export type Sequel =
  | { readonly state: 'delivered' }
  | { readonly state: 'dead' }
  /** `blockMs`: how long the channel as a whole rests. */
  | { readonly state: 'queued'; readonly afterMs: number; readonly blockMs: number };

/** What is recorded of an attempt. */
export interface AttemptOutcome {
  /** Messages that it cost the receiver's rate limit. */
  readonly cost: number;
  readonly outcome: 'delivered' | 'retry' | 'refused';
  readonly code: string | null;
  readonly message: string | null;
}

const due = `state in ('queued', 'held') and next_attempt_at <= clock_timestamp()`;

/**
 * Takes the turn of channels that have messages to send and are in nobody's hands, besides those being served already. What the process before left in the
 * middle of an attempt is queued again, or dead when `maxAttempts` are used up.
 */
export async function takeTurns(
  pool: Pool,
  holder: string,
  {
    serving,
    limit,
    leaseMs,
    maxAttempts,
  }: { serving: readonly number[]; limit: number; leaseMs: number; maxAttempts: number },
): Promise<{ channels: { id: number; type: ChannelType }[]; abandoned: number }> {
  if (limit <= 0) return { channels: [], abandoned: 0 };
  return inTransaction(pool, async (client) => {
    const { rows: channels } = await client.query<{ id: number; type: ChannelType }>(
      `with free as (
         select t.channel_id, c.type from channel_turns t join channels c on c.id = t.channel_id
          where not c.disabled and c.removed_at is null
            -- Its own, though it does not serve it: giving the turn back had failed.
            and (t.holder is null or t.holder = $1 or t.lease_until < clock_timestamp())
            and t.channel_id <> all ($4::integer[])
            and (t.blocked_until is null or t.blocked_until <= clock_timestamp())
            and exists (
              select from outbox where channel_id = t.channel_id and (${due} or state = 'sending'))
          order by random() limit $2 for update of t skip locked)
       update channel_turns t
          set holder = $1, lease_until = clock_timestamp() + $3 * interval '1 millisecond'
         from free where t.channel_id = free.channel_id returning t.channel_id as id, free.type`,
      [holder, limit, leaseMs, serving],
    );
    const ids = channels.map(({ id }) => id);
    return { channels, abandoned: await requeueAbandoned(client, ids, maxAttempts) };
  });
}

async function requeueAbandoned(
  client: PoolClient,
  channelIds: readonly number[],
  maxAttempts: number,
): Promise<number> {
  if (channelIds.length === 0) return 0;
  await client.query(
    `update delivery_attempts a
        set outcome = 'interrupted', finished_at = clock_timestamp(), code = 'interrupted',
            message = '发送途中服务中断，是否送达不明'
       from outbox o
      where o.channel_id = any ($1::integer[]) and o.state = 'sending' and a.id = o.attempt_id and a.outcome is null`,
    [channelIds],
  );
  const { rowCount } = await client.query(
    `update outbox
        set state = case when attempts >= $2 then 'dead' else 'queued' end, next_attempt_at = clock_timestamp(),
            last_code = 'interrupted', last_message = '发送途中服务中断，是否送达不明'
      where channel_id = any ($1::integer[]) and state = 'sending'`,
    [channelIds, maxAttempts],
  );
  return rowCount ?? 0;
}

/** Keeps a turn. `false` when it is no longer the holder's. */
export async function extendTurn(
  db: Queryable,
  holder: string,
  channelId: number,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update channel_turns set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
      where channel_id = $1 and holder = $2`,
    [channelId, holder, leaseMs],
  );
  return rowCount === 1;
}

/** Gives a turn back; the channel rests for `restMs` when its rate is used up. */
export async function releaseTurn(
  db: Queryable,
  holder: string,
  channelId: number,
  restMs = 0,
): Promise<void> {
  await db.query(
    `update channel_turns
        set holder = null, lease_until = null,
            blocked_until = case when $3::double precision > 0
                              then greatest(blocked_until, clock_timestamp() + $3 * interval '1 millisecond')
                              else blocked_until end
      where channel_id = $1 and holder = $2`,
    [channelId, holder, restMs],
  );
}

/**
 * When messages went to a channel within the last while, the oldest first; at most 1,000. An attempt that cost several
 * counts several times.
 */
export async function listRecentAttempts(
  db: Queryable,
  channelId: number,
  withinMs: number,
): Promise<Date[]> {
  const { rows } = await db.query<{ at: Date }>(
    `select at from (
       select started_at as at from delivery_attempts, generate_series(1, cost)
        where channel_id = $1 and started_at > clock_timestamp() - $2 * interval '1 millisecond'
        order by started_at desc limit 1000) latest order by at`,
    [channelId, withinMs],
  );
  return rows.map(({ at }) => at);
}

/**
 * Takes the next message of a channel whose turn the holder has, and records that an attempt begins. `undefined` when
 * there is none, or the turn, the channel or the permission to send is gone.
 */
export async function takeMessage(
  pool: Pool,
  holder: string,
  channelId: number,
  leaseMs: number,
): Promise<TakenMessage | undefined> {
  return inTransaction(pool, async (client) => {
    const { rows: turns } = await client.query<{
      failures: number;
      type: ChannelType;
      settings: OpenSettings;
    }>(
      `update channel_turns t set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
         from channels c
        where t.channel_id = $1 and t.holder = $2 and c.id = t.channel_id and not c.disabled
          and c.removed_at is null and (t.blocked_until is null or t.blocked_until <= clock_timestamp())
       returning t.failures, c.type, c.settings`,
      [channelId, holder, leaseMs],
    );
    const turn = turns[0];
    if (turn === undefined) return undefined;
    const { rows: found } = await client.query<{ id: string; attempts: number; notification: Notification }>(
      `select id, attempts, notification from outbox where channel_id = $1 and ${due}
        order by next_attempt_at, id limit 1 for update skip locked`,
      [channelId],
    );
    const message = found[0];
    if (message === undefined) return undefined;
    const { rows: attempts } = await client.query<{ id: string }>(
      'insert into delivery_attempts (outbox_id, channel_id) values ($1, $2) returning id',
      [message.id, channelId],
    );
    const attemptId = attempts[0]!.id;
    await client.query(
      `update outbox set state = 'sending', attempts = attempts + 1, attempt_id = $2 where id = $1`,
      [message.id, attemptId],
    );
    const { rows: secrets } = await client.query<SealedText & { field: string }>(
      'select field, sealed, key_id as "keyId" from channel_secrets where channel_id = $1',
      [channelId],
    );
    return {
      outboxId: message.id,
      attemptId,
      attempt: message.attempts + 1,
      channelFailures: turn.failures,
      notification: message.notification,
      channel: { id: channelId, type: turn.type, settings: turn.settings },
      secrets,
    };
  });
}

/**
 * Records what an attempt came to and what follows. Where another process has taken the message over meanwhile, only a
 * delivery still counts.
 */
export async function finishAttempt(
  pool: Pool,
  holder: string,
  { outboxId, attemptId, channel }: TakenMessage,
  result: AttemptOutcome,
  sequel: Sequel,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    // The turn first: the order in which everyone locks.
    await client.query(
      `update channel_turns
          set failures = case when $3 then 0 else failures + 1 end,
              blocked_until = case when $4::double precision > 0
                                then clock_timestamp() + $4 * interval '1 millisecond' end
        where channel_id = $1 and holder = $2`,
      [
        channel.id,
        holder,
        // Who refuses a message has answered.
        result.outcome !== 'retry',
        sequel.state === 'queued' ? sequel.blockMs : 0,
      ],
    );
    await client.query(
      `update delivery_attempts set finished_at = clock_timestamp(), outcome = $2, code = $3, message = $4, cost = $5
        where id = $1`,
      [attemptId, result.outcome, result.code, result.message, result.cost],
    );
    await client.query(
      `update outbox
          set state = $3, last_code = $4, last_message = $5,
              next_attempt_at = clock_timestamp() + $6 * interval '1 millisecond',
              delivered_at = case when $3 = 'delivered' then clock_timestamp() end
        where id = $1 and ((attempt_id = $2 and state = 'sending') or ($3 = 'delivered' and state <> 'delivered'))`,
      [
        outboxId,
        attemptId,
        sequel.state,
        result.code,
        result.message,
        sequel.state === 'queued' ? sequel.afterMs : 0,
      ],
    );
  });
}
