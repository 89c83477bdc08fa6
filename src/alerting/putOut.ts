import type { BuiltNotifications } from '../alerts/buildNotifications.js';
import type { OutgoingMessage } from '../alerts/composeMessages.js';
import type { ConditionResult } from '../alerts/conditionResult.js';
import type { Finding } from '../alerts/reconcile.js';
import type { Notification, NotificationKind, Severity } from '../domain/notification.js';
import { createAcknowledgeLink } from '../store/alertLinks.js';
import { insertTold, insertWithheld, type WithheldRow } from '../store/alerts.js';
import { enqueue } from '../store/outbox.js';
import type { PoolClient } from '../store/pool.js';
import type { TellContext } from './notifyContext.js';

/**
 * Puts messages into the outbox, with who is told of what, and notes what is kept back: in the transaction of the states that
 * they tell of.
 *
 * @returns how many messages were new
 */
export async function putOut(
  client: PoolClient,
  { messages, withheld }: BuiltNotifications,
  { resolve, now, publicUrl }: TellContext,
  former: ReadonlyMap<string, Severity> = new Map(),
): Promise<number> {
  const kept: WithheldRow[] = withheld.map((one) => ({ ...one, by: one.by }));
  let queued = 0;
  for (const message of messages) {
    const channels = resolve(message.channel);
    if (channels.length === 0) {
      kept.push(...nobody(message));
      continue;
    }
    const notification = withFormer(message.notification, former);
    const held = message.deliverAfter > now ? { holdUntil: new Date(message.deliverAfter) } : {};
    for (const { id: channelId } of channels) {
      const linked = await withLink(client, publicUrl, channelId, notification);
      queued += await enqueue(client, [channelId], linked, held);
      await insertTold(
        client,
        {
          channelId,
          key: notification.key,
          groupKey: message.groupKey,
          kind: notification.kind,
          toldAt: now,
        },
        message.tells,
      );
    }
  }
  await insertWithheld(client, kept);
  return queued;
}

function nobody({ channel, notification, tells }: OutgoingMessage): WithheldRow[] {
  return tells.map(({ fingerprint }) => ({
    fingerprint,
    channel,
    kind: notification.kind,
    why: 'not-told',
    reasonZh: `渠道“${channel}”不存在，根渠道和收件箱也没有，无处发送`,
  }));
}

const asked: ReadonlySet<NotificationKind> = new Set(['firing', 'severity-changed', 'repeat', 'escalation']);

/** A message that asks for somebody to take it on carries a link for that, one for each channel. */
async function withLink(
  client: PoolClient,
  publicUrl: string | undefined,
  channelId: number,
  notification: Notification,
): Promise<Notification> {
  if (publicUrl === undefined || !asked.has(notification.kind)) return notification;
  const episodes = notification.alerts.map(({ fingerprint, startsAt, severity }) => ({
    fingerprint,
    startsAt,
    severity,
  }));
  const acknowledgeLink = await createAcknowledgeLink(
    client,
    publicUrl,
    channelId,
    notification.key,
    episodes,
  );
  return { ...notification, acknowledgeLink };
}

function withFormer(message: Notification, former: ReadonlyMap<string, Severity>): Notification {
  if (message.kind !== 'severity-changed') return message;
  return {
    ...message,
    alerts: message.alerts.map((alert) => {
      const before = former.get(alert.fingerprint);
      return before === undefined || before === alert.severity ? alert : { ...alert, formerSeverity: before };
    }),
  };
}

/** What alerts were before the changes of severity that are told now. */
export function formerSeverities(
  findings: readonly Finding<ConditionResult>[],
): ReadonlyMap<string, Severity> {
  return new Map(
    findings.flatMap((finding) => {
      if (finding.kind !== 'live') return [];
      const { from, verdict } = finding.folded[0] ?? finding.transition;
      return from === undefined ? [] : [[verdict.fingerprint, from] as const];
    }),
  );
}
