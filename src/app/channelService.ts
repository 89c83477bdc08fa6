import { randomUUID } from 'node:crypto';
import { attemptSend, type SendDependencies } from '../delivery/attemptSend.js';
import { channelSettingsSchema, secretFields, type ChannelType } from '../domain/channel.js';
import { DomainError } from '../domain/domainError.js';
import type { Notification } from '../domain/notification.js';
import type { Actor } from '../domain/role.js';
import type { ChannelInfo, ChannelInput, ChannelService, SecretInfo } from '../http/services/channels.js';
import { channelCatalogue } from '../notify/channelCatalogue.js';
import { insertAudit } from '../store/audit.js';
import {
  findChannel,
  insertChannel,
  insertChannelVersion,
  listChannels,
  listChannelSecrets,
  listChannelVersions,
  lockChannel,
  removeChannel,
  saveSecrets,
  secretPlace,
  updateChannel,
  type ChannelRow,
  type ChannelSecret,
} from '../store/channels.js';
import { insertSent } from '../store/outbox.js';
import { inTransaction, type Pool, type PoolClient } from '../store/pool.js';
import type { SealedText, SecretBox } from '../store/secretBox.js';

/** Settings that say where a password goes: changed, a stored one does not go along. */
const placesOfPasswords: Readonly<Partial<Record<ChannelType, readonly string[]>>> = {
  email: ['host', 'port', 'security', 'user'],
  alertmanager: ['url', 'user'],
};
/** Four characters of a shorter secret would tell too much of it. */
const shortestHinted = 16;

/** Channels by API. Secrets go in and never come out. */
export function createChannelService(
  pool: Pool,
  sending: SendDependencies,
  changed: () => void,
): ChannelService {
  const { box } = sending;
  const show = async (channel: ChannelRow): Promise<ChannelInfo> =>
    toInfo(channel, await listChannelSecrets(pool, channel.id), box);
  return {
    types: () =>
      Object.entries(channelCatalogue).map(([type, { nameZh, aboutZh, settings }]) => ({
        type: type as ChannelType,
        nameZh,
        aboutZh,
        settings: Object.entries(settings).map(([name, about]) => ({
          name,
          aboutZh: about,
          secret: secretFields[type as ChannelType].includes(name),
        })),
      })),
    async list() {
      const secrets = await listChannelSecrets(pool, null);
      return (await listChannels(pool)).map((channel) =>
        toInfo(
          channel,
          secrets.filter(({ channelId }) => channelId === channel.id),
          box,
        ),
      );
    },
    async find(id) {
      const current = await findChannel(pool, id);
      if (current === undefined) return undefined;
      const versions = await listChannelVersions(pool, id);
      return {
        current: await show(current),
        versions: versions.map(({ recordedAt, actorName, actorOffice, secretsChanged, ...version }) => ({
          ...version,
          settings: { ...version.settings },
          secretsChanged: [...secretsChanged],
          recordedAt: recordedAt.toISOString(),
          recordedBy: actorName,
          office: actorOffice,
        })),
      };
    },
    async create(actor, input) {
      const { settings, secrets } = readSettings(input, undefined, []);
      const id = await inTransaction(pool, async (client) => {
        const { type } = input.settings;
        const { code, name, disabled } = input;
        refuseNumbered(code, undefined);
        const added = await named(name, () =>
          insertChannel(client, { code, name, type, settings, disabled }),
        );
        await keep(client, actor, added, secrets, input.reason, 'created');
        return added;
      });
      return show((await findChannel(pool, id))!);
    },
    async update(actor, id, input) {
      await inTransaction(pool, async (client) => {
        const stored = (await lockChannel(client, id)) ?? missing(id);
        const { settings, secrets } = readSettings(input, stored, await listChannelSecrets(client, id));
        const { code = stored.code, name, disabled } = input;
        refuseNumbered(code, stored.code);
        const { type } = input.settings;
        const next = { id, version: stored.version + 1, code, name, type, settings, disabled };
        await named(name, () => updateChannel(client, next));
        await keep(client, actor, id, secrets, input.reason, 'changed');
      });
      changed();
      return show((await findChannel(pool, id)) ?? missing(id));
    },
    remove: (actor, id, reason) =>
      inTransaction(pool, async (client) => {
        const { name, type } = (await lockChannel(client, id)) ?? missing(id);
        const deadLetters = await removeChannel(client, id);
        await insertChannelVersion(client, actor, id, { removed: true, secretsChanged: [], reason });
        await insertAudit(client, actor, 'channel', `channel ${id}`, {
          change: 'removed',
          name,
          type,
          deadLetters,
          reason,
        });
        return { deadLetters };
      }),
    async test(actor, id) {
      const channel = (await findChannel(pool, id)) ?? missing(id);
      const startedAt = new Date();
      const message = testMessage(channel.name, actor, startedAt);
      const secrets = await listChannelSecrets(pool, id);
      const result = await attemptSend(sending, channel, secrets, message, 1);
      const notificationId = await inTransaction(pool, async (client) => {
        await insertAudit(client, actor, 'channel-test', `channel ${id}`, {
          outcome: result.outcome,
          code: result.code,
        });
        return insertSent(client, id, message, startedAt, result);
      });
      const delivered = result.outcome === 'delivered';
      const problem = `没有送达：${result.message ?? '原因不明'}（${result.code ?? ''}）`;
      return {
        delivered,
        outcome: result.outcome,
        code: result.code,
        messageZh: delivered ? '测试消息已送达' : problem,
        notificationId,
      };
    },
  };

  async function keep(
    client: PoolClient,
    actor: Actor,
    id: number,
    secrets: Readonly<Record<string, string | null>>,
    reason: string,
    change: 'created' | 'changed',
  ): Promise<void> {
    await saveSecrets(client, id, sealAll(id, secrets, box));
    const secretsChanged = Object.keys(secrets).sort();
    await insertChannelVersion(client, actor, id, { secretsChanged, reason });
    const { version, code, name, type, disabled } = (await findChannel(client, id))!;
    await insertAudit(client, actor, 'channel', `channel ${id}`, {
      change,
      version,
      code,
      name,
      type,
      disabled,
      secretsChanged,
      reason,
    });
  }
}

function missing(id: number): never {
  throw new DomainError('not-found', { what: `channel ${id}` });
}

/** The names that channels without one get are theirs alone. */
function refuseNumbered(code: string | undefined, stored: string | undefined): void {
  if (code === undefined || code === stored || !/^channel-\d+$/.test(code)) return;
  throw new DomainError('channel-settings-invalid', {
    problem: `code: ${code} 留给没有代码的渠道`,
    problemEn: `code: ${code} is kept for channels without a code`,
  });
}

function standIn(type: ChannelType, field: string): string {
  if (field === 'url') return 'https://kept.invalid/';
  return type === 'webhook' ? `whsec_${'A'.repeat(32)}` : 'kept';
}

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: unknown }).code === '23505')
      throw new DomainError('conflict', { detail: `channel ${name}` }, { cause: error });
    throw error;
  }
}

/**
 * Splits settings into what is kept in the open and secrets that change.
 *
 * @param stored what they replace
 */
function readSettings(
  input: ChannelInput,
  stored: ChannelRow | undefined,
  storedSecrets: readonly ChannelSecret[],
): { settings: Record<string, unknown>; secrets: Record<string, string | null> } {
  const { type } = input.settings;
  const fields = secretFields[type];
  const had = storedSecrets.map(({ field }) => field);
  const kept = fields.filter(
    (field) => stored?.type === type && input.settings[field] === undefined && had.includes(field),
  );
  const given = Object.entries(input.settings).filter(([, value]) => value !== null && value !== undefined);
  // A stand-in for what is stored: whether it is well-formed was asked when it was given.
  const standIns = kept.map((field) => [field, standIn(type, field)] as const);
  const parsed = channelSettingsSchema.safeParse(Object.fromEntries([...given, ...standIns]));
  if (!parsed.success) {
    // Paths and words only: values may be secrets.
    const problem = parsed.error.issues
      .map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
      .join('; ');
    throw new DomainError('channel-settings-invalid', { problem, problemEn: problem });
  }
  const all = parsed.data as Record<string, unknown>;
  if (!fields.includes('url') && typeof all['url'] === 'string') {
    const { username, password } = new URL(all['url']);
    // The address is shown: credentials have fields of their own.
    if (username !== '' || password !== '')
      throw new DomainError('channel-settings-invalid', {
        problem: 'url: 地址里不能有用户名和口令，请写在 user 和 password 里',
        problemEn: 'url: no credentials in the address; give user and password',
      });
  }
  const settings = Object.fromEntries(Object.entries(all).filter(([name]) => !fields.includes(name)));
  const moved = (placesOfPasswords[type] ?? []).some((name) => settings[name] !== stored?.settings[name]);
  if (moved && kept.includes('password')) throw new DomainError('channel-secret-anew', { field: 'password' });
  const secrets = Object.fromEntries([
    ...had.filter((field) => !kept.includes(field)).map((field) => [field, null] as const),
    ...fields
      .filter((field) => !kept.includes(field) && typeof all[field] === 'string')
      .map((field) => [field, all[field] as string] as const),
  ]);
  return { settings, secrets };
}

function sealAll(
  id: number,
  secrets: Readonly<Record<string, string | null>>,
  box: SecretBox | undefined,
): Record<string, SealedText | null> {
  const given = Object.entries(secrets).flatMap(([field, text]) => (text === null ? [] : [field]));
  if (given.length > 0 && box === undefined)
    throw new DomainError('secrets-need-key', { fields: given.join(', ') });
  return Object.fromEntries(
    Object.entries(secrets).map(([field, text]) => [
      field,
      text === null ? null : box!.seal(text, secretPlace(id, field)),
    ]),
  );
}

function toInfo(
  channel: ChannelRow,
  secrets: readonly ChannelSecret[],
  box: SecretBox | undefined,
): ChannelInfo {
  return {
    ...channel,
    settings: { ...channel.settings },
    secrets: secrets.map((secret): SecretInfo => ({
      field: secret.field,
      set: true,
      setAt: secret.setAt.toISOString(),
      hint: hintOf(channel.id, secret, box),
    })),
  };
}

function hintOf(channelId: number, secret: ChannelSecret, box: SecretBox | undefined): string | null {
  if (secret.field === 'url' || secret.field === 'password' || box === undefined) return null;
  try {
    const text = box.open(secret, secretPlace(channelId, secret.field));
    return text.length >= shortestHinted ? text.slice(-4) : null;
  } catch {
    return null;
  }
}

function testMessage(channelName: string, actor: Actor, at: Date): Notification {
  return {
    key: `test-${randomUUID()}`,
    kind: 'test',
    severity: 'notice',
    titleZh: `渠道“${channelName}”测试`,
    officesZh: [],
    alerts: [],
    alertCount: 0,
    notesZh: [`这是一条测试消息，由${actor.office} ${actor.name} 发出，不需要处理。`],
    mentions: { mobiles: [], userIds: [], all: false },
    createdAt: at.getTime(),
  };
}
