import type { BuiltNotifications } from '../alerts/buildNotifications.js';
import type { OutgoingMessage } from '../alerts/composeMessages.js';
import type { ConditionResult } from '../alerts/conditionResult.js';
import type { Finding } from '../alerts/reconcile.js';
import type { Notification, NotificationKind, Severity } from '../domain/notification.js';
import { createAcknowledgeLink } from '../store/alertLinks.js';
import { insertTold, insertWithheld, type WithheldRow } from '../store/alerts.js';
import { enqueue } from '../store/outbox.js';
import type { PoolClient } from '../store/pool.js';
import { mergeWaiting } from './mergeWaiting.js';
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
  const held = new Map<string, { readonly channelId: number; readonly holdKey: string }>();
  const said = new Set<string>();
  for (const { message, channels } of addressAll(messages, resolve)) {
    if (channels.length === 0) kept.push(...nobody(message));
    const notification = withFormer(message.notification, former);
    const { deliverAfter, holdKey } = message;
    const hold = deliverAfter > now ? { holdUntil: new Date(deliverAfter), holdKey } : {};
    for (const { id: channelId } of channels) {
      if (isSaid(said, channelId, message)) continue;
      const linked = await withLink(client, publicUrl, channelId, notification);
      queued += await enqueue(client, [channelId], linked, hold);
      if (deliverAfter > now) held.set(`${channelId} ${holdKey}`, { channelId, holdKey });
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
  for (const { channelId, holdKey } of held.values())
    await mergeWaiting(client, channelId, holdKey, publicUrl);
  await insertWithheld(client, kept);
  return queued;
}

/** Where messages go: first those to the channels that are named, then those that others take in the place of one. */
function addressAll(messages: readonly OutgoingMessage[], resolve: TellContext['resolve']) {
  const addressed = messages.map((message) => ({ message, channels: resolve(message.channel) }));
  const isNamed = ({ message, channels }: (typeof addressed)[number]) =>
    channels.some(({ code }) => code === message.channel);
  return [...addressed.filter(isNamed), ...addressed.filter((one) => !isNamed(one))];
}

/** Whether a channel is told all of it already: it stands in for another, and is named as well. */
function isSaid(said: Set<string>, channelId: number, { notification, tells }: OutgoingMessage): boolean {
  const names = tells.map(
    ({ fingerprint, startsAt, level }) =>
      `${channelId} ${notification.kind} ${fingerprint} ${startsAt} ${level ?? ''}`,
  );
  const known = names.length > 0 && names.every((name) => said.has(name));
  for (const name of names) said.add(name);
  return known;
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
