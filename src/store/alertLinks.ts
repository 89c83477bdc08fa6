import { createHash, randomBytes } from 'node:crypto';
import type { AlertEpisodeKey } from './alertAcknowledgements.js';
import type { PoolClient, Queryable } from './pool.js';

/** How long a link acknowledges. */
export const linkDays = 7;

/** A link as it is stored. */
export interface AlertLinkRow {
  readonly channelId: number;
  readonly channelName: string;
  readonly notificationKey: string;
  readonly episodes: readonly AlertEpisodeKey[];
  readonly expiresAt: Date;
  readonly expired: boolean;
  readonly usedAt: Date | null;
  /** The message that carried it, where it is still there. */
  readonly outboxId: string | null;
}

/**
 * Makes an address that acknowledges the episodes of one message once, without a login. Only a digest of its token is
 * stored, in the transaction of the caller.
 *
 * @param baseUrl public address of the service, such as `https://env.example.gov.cn`; a path of it is kept
 * @throws TypeError when `baseUrl` is no address
 */
export async function createAcknowledgeLink(
  client: PoolClient,
  baseUrl: string,
  channelId: number,
  notificationKey: string,
  episodes: readonly AlertEpisodeKey[],
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const base = new URL(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  const link = new URL(`acknowledge?token=${token}`, base);
  await client.query(
    `insert into alert_links (digest, channel_id, notification_key, episodes, expires_at)
     values ($1, $2, $3, $4, clock_timestamp() + make_interval(days => $5))`,
    [digestOf(token), channelId, notificationKey, JSON.stringify(episodes), linkDays],
  );
  return link.href;
}

/** The link of a token, locked when asked from a transaction that is to use it. */
export async function findAlertLink(
  db: Queryable,
  token: string,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<AlertLinkRow | undefined> {
  const { rows } = await db.query<AlertLinkRow>(
    `select l.channel_id as "channelId", c.name as "channelName", notification_key as "notificationKey", episodes,
            expires_at as "expiresAt", expires_at <= clock_timestamp() as expired, used_at as "usedAt",
            (select o.id from outbox o where o.channel_id = l.channel_id and o.key = notification_key) as "outboxId"
       from alert_links l join channels c on c.id = l.channel_id
      where digest = $1 ${lock ? 'for update of l' : ''}`,
    [digestOf(token)],
  );
  return rows[0];
}

/** Marks the link of a token as used. `false` when it was used or has expired. */
export async function useAlertLink(client: PoolClient, token: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `update alert_links set used_at = clock_timestamp()
      where digest = $1 and used_at is null and expires_at > clock_timestamp()`,
    [digestOf(token)],
  );
  return rowCount === 1;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
