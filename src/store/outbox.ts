import { notificationSchema, type Notification } from '../domain/notification.js';
import type { PoolClient, Queryable } from './pool.js';

/** Where a message stands on its way to one channel. */
export const outboxStates = ['queued', 'sending', 'delivered', 'held', 'dead', 'merged'] as const;
export type OutboxState = (typeof outboxStates)[number];

/** A message on its way to one channel. */
export interface OutboxRow {
  /** Decimal text of a bigint. */
  readonly id: string;
  readonly channelId: number;
  readonly channelName: string;
  readonly channelType: string;
  readonly channelDisabled: boolean;
  readonly key: string;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  readonly lastCode: string | null;
  readonly lastMessage: string | null;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
  /** The message that says it in the place of this one. */
  readonly mergedInto: string | null;
  readonly notification: Notification;
}

/** One attempt to send a message; `outcome` is null while it is under way. */
export interface AttemptRow {
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: 'delivered' | 'retry' | 'refused' | 'interrupted' | null;
  readonly code: string | null;
  readonly message: string | null;
}

/**
 * Puts a message for channels into the outbox, in the transaction of the caller: what caused it and the message are
 * stored together or not at all. A message of the same key that a channel has already is left as it is.
 *
 * @param holdUntil end of quiet hours; the message waits until then
 * @param holdKey what waits alike and may be merged
 * @returns how many were new
 * @throws Error when the message is not of its schema or a channel does not exist
 */
export async function enqueue(
  client: Pick<PoolClient, 'query'>,
  channelIds: readonly number[],
  notification: Notification,
  { holdUntil, holdKey }: { readonly holdUntil?: Date; readonly holdKey?: string } = {},
): Promise<number> {
  // Found out now: in the outbox it could only die.
  const checked = notificationSchema.parse(notification);
  const ids = [...new Set(channelIds)];
  // Locked, so that a removal either finds the message or is seen here.
  const { rows: channels } = await client.query<{ id: number; removed: boolean }>(
    `select id, removed_at is not null as removed from channels where id = any ($1::integer[])
      order by id for key share`,
    [ids],
  );
  const missing = ids.filter((id) => !channels.some((channel) => channel.id === id));
  if (missing.length > 0) throw new Error(`no channel ${missing.join(', ')}`);
  const { rowCount } = await client.query(
    `insert into outbox (channel_id, key, kind, severity, notification, state, next_attempt_at, last_code, last_message,
                         hold_key)
     select channel_id, $3, $4, $5, $6, case when removed then 'dead' else $7 end, coalesce($8, clock_timestamp()),
            case when removed then 'channel-removed' end, case when removed then '渠道已删除' end, $9
       from unnest($1::integer[], $2::boolean[]) as u (channel_id, removed)
     on conflict (channel_id, key) do nothing`,
    [
      channels.map(({ id }) => id),
      channels.map(({ removed }) => removed),
      checked.key,
      checked.kind,
      checked.severity,
      JSON.stringify(checked),
      holdUntil === undefined ? 'queued' : 'held',
      holdUntil ?? null,
      holdKey ?? null,
    ],
  );
  return rowCount ?? 0;
}

/** Records a message that was sent outside of the queue (a test) with what became of it. */
export async function insertSent(
  client: PoolClient,
  channelId: number,
  notification: Notification,
  startedAt: Date,
  result: {
    readonly outcome: 'delivered' | 'retry' | 'refused';
    readonly code: string | null;
    readonly message: string | null;
  },
): Promise<string> {
  const delivered = result.outcome === 'delivered';
  const { rows } = await client.query<{ id: string }>(
    `insert into outbox (channel_id, key, kind, severity, notification, state, attempts, last_code, last_message,
                         created_at, delivered_at)
     values ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, case when $10 then clock_timestamp() end) returning id`,
    [
      channelId,
      notification.key,
      notification.kind,
      notification.severity,
      JSON.stringify(notification),
      delivered ? 'delivered' : 'dead',
      result.code,
      result.message,
      startedAt,
      delivered,
    ],
  );
  const { id } = rows[0]!;
  await client.query(
    `insert into delivery_attempts (outbox_id, channel_id, started_at, finished_at, outcome, code, message)
     values ($1, $2, $3, clock_timestamp(), $4, $5, $6)`,
    [id, channelId, startedAt, result.outcome, result.code, result.message],
  );
  return id;
}

/** Which messages; an absent part means all. `before` gives those older than a row. */
export interface OutboxFilter {
  readonly state?: OutboxState | undefined;
  readonly channelId?: number | undefined;
  readonly channelType?: string | undefined;
  readonly key?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

const columns = `o.id, o.channel_id as "channelId", c.name as "channelName", c.type as "channelType",
  c.disabled as "channelDisabled", o.key, o.state, o.attempts, o.next_attempt_at as "nextAttemptAt",
  o.last_code as "lastCode", o.last_message as "lastMessage", o.created_at as "createdAt",
  o.delivered_at as "deliveredAt", o.merged_into as "mergedInto", o.notification`;

/** Messages, the newest first. */
export async function listOutbox(db: Queryable, filter: OutboxFilter): Promise<OutboxRow[]> {
  const { rows } = await db.query<OutboxRow>(
    `select ${columns} from outbox o join channels c on c.id = o.channel_id
      where ($1::text is null or o.state = $1) and ($2::integer is null or o.channel_id = $2)
        and ($3::text is null or c.type = $3) and ($4::text is null or o.key = $4)
        and ($5::bigint is null or o.id < $5)
      order by o.id desc limit $6`,
    [
      filter.state ?? null,
      filter.channelId ?? null,
      filter.channelType ?? null,
      filter.key ?? null,
      filter.before ?? null,
      filter.limit,
    ],
  );
  return rows;
}

/** One message. */
export async function findOutboxRow(db: Queryable, id: string): Promise<OutboxRow | undefined> {
  const { rows } = await db.query<OutboxRow>(
    `select ${columns} from outbox o join channels c on c.id = o.channel_id where o.id = $1`,
    [id],
  );
  return rows[0];
}

/** The attempts to send a message, the first one first; at most 1,000. */
export async function listAttempts(db: Queryable, outboxId: string): Promise<AttemptRow[]> {
  const { rows } = await db.query<AttemptRow>(
    `select started_at as "startedAt", finished_at as "finishedAt", outcome, code, message
       from delivery_attempts where outbox_id = $1 order by id limit 1000`,
    [outboxId],
  );
  return rows;
}

/**
 * Lets a dead letter be sent again, with its key and a fresh count of attempts. `false` when it is not dead or its
 * channel is gone.
 */
export async function requeueDead(client: PoolClient, id: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `update outbox o set state = 'queued', attempts = 0, next_attempt_at = clock_timestamp()
       from channels c
      where o.id = $1 and o.state = 'dead' and c.id = o.channel_id and c.removed_at is null`,
    [id],
  );
  return rowCount === 1;
}

/** How the outbox of one channel stands. */
export interface OutboxStanding {
  readonly channelId: number;
  readonly channelType: string;
  readonly disabled: boolean;
  /** Waiting or under way; those held by quiet hours are not counted. */
  readonly waiting: number;
  readonly held: number;
  /** Tests that failed are not counted: whoever asked for one was told. */
  readonly dead: number;
  /** Age of the oldest that waits, in seconds; 0 when none does. */
  readonly oldestSeconds: number;
}

/** How each channel's outbox stands. */
export async function readStandings(db: Queryable): Promise<OutboxStanding[]> {
  const { rows } = await db.query<OutboxStanding>(
    `select c.id as "channelId", c.type as "channelType", c.disabled, w.waiting, w.held, w."oldestSeconds", d.dead
       from channels c
      cross join lateral (
        select count(*) filter (where state <> 'held')::integer as waiting,
               count(*) filter (where state = 'held')::integer as held,
               coalesce(extract(epoch from clock_timestamp() - min(created_at) filter (where state <> 'held')), 0)
                 ::double precision as "oldestSeconds"
          from outbox where channel_id = c.id and state in ('queued', 'held', 'sending')) w
      cross join lateral (
        select count(*)::integer as dead from outbox
         where channel_id = c.id and state = 'dead' and kind <> 'test') d
      where c.removed_at is null
      order by c.id`,
  );
  return rows;
}
