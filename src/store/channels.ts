import { secretFields, type ChannelSettings, type ChannelType } from '../domain/channel.js';
import type { Actor } from '../domain/role.js';
import type { PoolClient, Queryable } from './pool.js';
import { SealError, type SealedText, type SecretBox } from './secretBox.js';

/** Settings without their secret fields. */
export type OpenSettings = Readonly<Record<string, unknown>>;

/** A channel as it is now; its secrets are read apart. */
export interface ChannelRow {
  readonly id: number;
  readonly version: number;
  /** By what routes name it. */
  readonly code: string;
  readonly name: string;
  readonly type: ChannelType;
  readonly settings: OpenSettings;
  readonly disabled: boolean;
}

/** A sealed secret of a channel. */
export interface ChannelSecret extends SealedText {
  readonly field: string;
  readonly setAt: Date;
}

/** One change of a channel. */
export interface ChannelVersion extends Omit<ChannelRow, 'id' | 'code' | 'type'> {
  readonly removed: boolean;
  readonly secretsChanged: readonly string[];
  readonly recordedAt: Date;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly reason: string;
}

const columns = 'id, version, code, name, type, settings, disabled';

/** Where a secret is kept; a sealed text opens nowhere else. */
export function secretPlace(channelId: number, field: string): string {
  return `channel ${channelId} ${field}`;
}

/** All channels that were not removed, by number. */
export async function listChannels(db: Queryable): Promise<ChannelRow[]> {
  const { rows } = await db.query<ChannelRow>(
    `select ${columns} from channels where removed_at is null order by id`,
  );
  return rows;
}

/** A channel that was not removed. */
export async function findChannel(db: Queryable, id: number): Promise<ChannelRow | undefined> {
  const { rows } = await db.query<ChannelRow>(
    `select ${columns} from channels where id = $1 and removed_at is null`,
    [id],
  );
  return rows[0];
}

/** The same, locked until the transaction ends, so that what is read of it is what the change follows. */
export async function lockChannel(client: PoolClient, id: number): Promise<ChannelRow | undefined> {
  const { rows } = await client.query<ChannelRow>(
    `select ${columns} from channels where id = $1 and removed_at is null for update`,
    [id],
  );
  return rows[0];
}

/** Sealed secrets of a channel, or (null) of all that are there, by channel and field. */
export async function listChannelSecrets(
  db: Queryable,
  channelId: number | null,
): Promise<(ChannelSecret & { channelId: number })[]> {
  const { rows } = await db.query<ChannelSecret & { channelId: number }>(
    `select s.channel_id as "channelId", field, sealed, key_id as "keyId", set_at as "setAt"
       from channel_secrets s join channels c on c.id = s.channel_id
      where c.removed_at is null and ($1::integer is null or channel_id = $1) order by channel_id, field`,
    [channelId],
  );
  return rows;
}

/** Every version of a channel, the newest first; of removed ones too. */
export async function listChannelVersions(db: Queryable, id: number): Promise<ChannelVersion[]> {
  const { rows } = await db.query<ChannelVersion>(
    `select version, name, settings, disabled, removed, secrets_changed as "secretsChanged",
            recorded_at as "recordedAt", actor_name as "actorName", actor_office as "actorOffice", reason
       from channel_versions where channel_id = $1 order by version desc`,
    [id],
  );
  return rows;
}

/**
 * Adds a channel; without a code it is `channel-<number>`. Returns its number; its secrets and first version are the
 * caller's to add.
 */
export async function insertChannel(
  client: PoolClient,
  channel: Pick<ChannelRow, 'name' | 'type' | 'settings' | 'disabled'> & {
    readonly code?: string | undefined;
  },
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into channels (id, code, name, type, settings, disabled) overriding system value
     select id, coalesce($5, 'channel-' || id), $1, $2, $3, $4
       from (select nextval(pg_get_serial_sequence('channels', 'id'))::integer as id) as next
     returning id`,
    [channel.name, channel.type, JSON.stringify(channel.settings), channel.disabled, channel.code ?? null],
  );
  const { id } = rows[0]!;
  await client.query('insert into channel_turns (channel_id) values ($1)', [id]);
  return id;
}

/** Changes a channel that the transaction has locked. */
export async function updateChannel(client: PoolClient, channel: ChannelRow): Promise<void> {
  await client.query(
    'update channels set version = $2, name = $3, type = $4, settings = $5, disabled = $6, code = $7 where id = $1',
    [
      channel.id,
      channel.version,
      channel.name,
      channel.type,
      JSON.stringify(channel.settings),
      channel.disabled,
      channel.code,
    ],
  );
  // Whatever kept messages waiting may be mended now.
  await client.query('update channel_turns set blocked_until = null, failures = 0 where channel_id = $1', [
    channel.id,
  ]);
}

/** Removes a channel with its secrets; what waits for it becomes dead letters. Returns how many. */
export async function removeChannel(client: PoolClient, id: number): Promise<number> {
  await client.query(
    'update channels set removed_at = clock_timestamp(), version = version + 1 where id = $1',
    [id],
  );
  await client.query('delete from channel_secrets where channel_id = $1', [id]);
  const { rowCount } = await client.query(
    `update outbox set state = 'dead', last_code = 'channel-removed', last_message = '渠道已删除'
      where channel_id = $1 and state in ('queued', 'held', 'sending')`,
    [id],
  );
  return rowCount ?? 0;
}

/** Replaces the secrets of a channel by those given; fields that are `null` are taken away, absent ones stay. */
export async function saveSecrets(
  client: PoolClient,
  channelId: number,
  secrets: Readonly<Record<string, SealedText | null>>,
): Promise<void> {
  for (const [field, secret] of Object.entries(secrets)) {
    if (secret === null) {
      await client.query('delete from channel_secrets where channel_id = $1 and field = $2', [
        channelId,
        field,
      ]);
    } else {
      await client.query(
        `insert into channel_secrets (channel_id, field, sealed, key_id) values ($1, $2, $3, $4)
         on conflict (channel_id, field)
         do update set sealed = excluded.sealed, key_id = excluded.key_id, set_at = excluded.set_at`,
        [channelId, field, secret.sealed, secret.keyId],
      );
    }
  }
}

/** Records what a channel is from now on, by whom and why. */
export async function insertChannelVersion(
  client: PoolClient,
  actor: Actor,
  channelId: number,
  change: { readonly removed?: boolean; readonly secretsChanged: readonly string[]; readonly reason: string },
): Promise<void> {
  await client.query(
    `insert into channel_versions (channel_id, version, name, settings, disabled, removed, secrets_changed, token_id,
                                   actor_name, actor_office, reason)
     select id, version, name, settings, disabled, $2, $3, $4, $5, $6, $7 from channels where id = $1`,
    [
      channelId,
      change.removed ?? false,
      change.secretsChanged,
      actor.tokenId,
      actor.name,
      actor.office,
      change.reason,
    ],
  );
}

/**
 * A channel's settings with its secrets opened, ready to be sent with.
 *
 * @param box absent where the service has no key
 * @throws SealError when a secret does not open
 */
export function openSettings(
  channel: Pick<ChannelRow, 'id' | 'type' | 'settings'>,
  secrets: readonly (SealedText & { readonly field: string })[],
  box: SecretBox | undefined,
): ChannelSettings {
  const opened = secrets
    .filter(({ field }) => secretFields[channel.type].includes(field))
    .map((secret) => {
      if (box === undefined) throw new SealError('no-key');
      return [secret.field, box.open(secret, secretPlace(channel.id, secret.field))] as const;
    });
  return { ...channel.settings, ...Object.fromEntries(opened), type: channel.type } as ChannelSettings;
}

/** Seals what a former key sealed anew with the key in force. Returns how many; those that do not open stay. */
export async function resealSecrets(client: PoolClient, box: SecretBox): Promise<number> {
  const { rows } = await client.query<ChannelSecret & { channelId: number }>(
    `select channel_id as "channelId", field, sealed, key_id as "keyId" from channel_secrets where key_id <> $1
      order by channel_id, field for update`,
    [box.keyId],
  );
  let resealed = 0;
  for (const secret of rows) {
    const place = secretPlace(secret.channelId, secret.field);
    let text: string;
    try {
      text = box.open(secret, place);
    } catch {
      continue;
    }
    const { sealed, keyId } = box.seal(text, place);
    await client.query(
      'update channel_secrets set sealed = $3, key_id = $4 where channel_id = $1 and field = $2',
      [secret.channelId, secret.field, sealed, keyId],
    );
    resealed += 1;
  }
  return resealed;
}
