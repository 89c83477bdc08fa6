import { rankOf } from '../domain/alertLevel.js';
import { DomainError } from '../domain/domainError.js';
import type { Notification } from '../domain/notification.js';
import { roleIncludes } from '../domain/role.js';
import type {
  InboxMessageInfo,
  NotificationInfo,
  NotificationService,
} from '../http/services/notifications.js';
import { listAcknowledgements, type AcknowledgementRow } from '../store/alertAcknowledgements.js';
import { insertAudit } from '../store/audit.js';
import {
  findOutboxRow,
  listAttempts,
  listOutbox,
  requeueDead,
  type OutboxRow,
  type OutboxState,
} from '../store/outbox.js';
import { inTransaction, type Pool } from '../store/pool.js';

const stateWords: Readonly<Record<OutboxState, string>> = {
  queued: '等待发送',
  sending: '正在发送',
  delivered: '已送达',
  held: '免打扰时段内暂存',
  dead: '死信',
  merged: '已并入另一条',
};

/** The outbox by API, and the page that stands in for robots. */
export function createNotificationService(pool: Pool, changed: () => void): NotificationService {
  return {
    async list({ state, channel, key, before, limit }) {
      const rows = await listOutbox(pool, { state, channelId: channel, key, before, limit });
      return { items: rows.map(toInfo), next: nextOf(rows, limit) };
    },
    async find(id) {
      const row = await findOutboxRow(pool, id);
      if (row === undefined) return undefined;
      const attempts = await listAttempts(pool, id);
      return {
        info: toInfo(row),
        message: withoutLink(row.notification),
        attempts: attempts.map(({ startedAt, finishedAt, ...attempt }) => ({
          ...attempt,
          startedAt: startedAt.toISOString(),
          finishedAt: finishedAt?.toISOString() ?? null,
        })),
      };
    },
    async resend(actor, id, reason) {
      const info = await inTransaction(pool, async (client) => {
        const row = await findOutboxRow(client, id);
        if (row === undefined) throw new DomainError('not-found', { what: `notification ${id}` });
        if (!(await requeueDead(client, id)))
          throw new DomainError('notification-not-dead', {
            id,
            state: stateWords[row.state],
            stateEn: row.state,
          });
        await insertAudit(client, actor, 'notification-resend', `notification ${id}`, {
          key: row.key,
          channel: row.channelId,
          reason,
        });
        return toInfo((await findOutboxRow(client, id))!);
      });
      changed();
      return info;
    },
    async inbox(actor, { channel, before, limit }) {
      const rows = await listOutbox(pool, {
        state: 'delivered',
        channelType: 'inbox',
        channelId: channel,
        before,
        limit,
      });
      const mayAcknowledge = roleIncludes(actor.role, 'operator');
      const prints = rows.flatMap(({ notification }) => notification.alerts.map((one) => one.fingerprint));
      const acknowledgements = await listAcknowledgements(pool, [...new Set(prints)]);
      return {
        items: rows.map(({ id, channelName, deliveredAt, createdAt, notification }) => ({
          id,
          channelName,
          receivedAt: (deliveredAt ?? createdAt).toISOString(),
          notification: mayAcknowledge ? notification : withoutPeople(withoutLink(notification)),
          acknowledged: acknowledgedOf(notification, acknowledgements),
        })),
        next: nextOf(rows, limit),
      };
    },
  };
}

function nextOf(rows: readonly OutboxRow[], limit: number): string | null {
  return rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
}

/** The last acknowledgement of each alert of a message, of the same episode and no less grave than the message tells. */
function acknowledgedOf(
  { alerts }: Notification,
  acknowledgements: readonly AcknowledgementRow[],
): NonNullable<InboxMessageInfo['acknowledged']> {
  return alerts.flatMap(({ fingerprint, startsAt, severity, siteZh }) => {
    const found = acknowledgements.findLast(
      (one) =>
        one.fingerprint === fingerprint &&
        one.startsAt === startsAt &&
        rankOf(severity) <= rankOf(one.severity),
    );
    if (found === undefined) return [];
    const { actorName: by, actorOffice: office, at, noteZh } = found;
    return [{ fingerprint, siteZh: siteZh ?? null, by, office, at: at.toISOString(), noteZh }];
  });
}

/** The link that acknowledges is good for whoever has it. */
function withoutLink(notification: Notification): Notification {
  const shown = { ...notification };
  delete shown.acknowledgeLink;
  return shown;
}

function withoutPeople(notification: Notification): Notification {
  return { ...notification, mentions: { mobiles: [], userIds: [], all: notification.mentions.all } };
}

function toInfo(row: OutboxRow): NotificationInfo {
  const { kind, severity, titleZh } = row.notification;
  const isToCome = row.state === 'queued' || row.state === 'held';
  return {
    id: row.id,
    channel: {
      id: row.channelId,
      name: row.channelName,
      type: row.channelType,
      disabled: row.channelDisabled,
    },
    key: row.key,
    kind,
    severity,
    titleZh,
    state: row.state,
    stateZh: stateWords[row.state],
    attempts: row.attempts,
    nextAttemptAt: isToCome ? row.nextAttemptAt.toISOString() : null,
    lastCode: row.lastCode,
    lastMessage: row.lastMessage,
    createdAt: row.createdAt.toISOString(),
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
    mergedInto: row.mergedInto,
  };
}
