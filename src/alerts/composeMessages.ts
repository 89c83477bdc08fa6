import { graverOf } from '../domain/alertLevel.js';
import type { AlertRouting } from '../domain/alertRoute.js';
import type { AlertLabelName } from '../domain/alertRule.js';
import type { Notification, Severity } from '../domain/notification.js';
import { cut, wordAlert, type AlertView } from './alertView.js';
import type { Told } from './changes.js';
import { digestOf } from './conditionResult.js';
import { headLine } from './messageWords.js';
import { deliverAfter, findWays, holdKeyOf, type AlertWay } from './routing.js';
import type { WithholdingRules } from './withholding.js';

/** What was put into the outbox earlier, delivered or not. */
export interface SentMessage {
  readonly key: string;
  readonly sentAt: number;
}

export interface NotifyContext {
  readonly routing: AlertRouting;
  readonly rules: WithholdingRules;
  readonly now: number;
  readonly officeZh: (code: string) => string;
  /** The first message about an episode of an alert through a channel. */
  readonly firstSent: (fingerprint: string, startsAt: number, channel: string) => SentMessage | undefined;
  /** When a group was last told something through a channel. */
  readonly groupSentAt: (groupKey: string) => number | undefined;
  readonly linkOf?: (alert: AlertView) => string;
}

/** A message for one channel, as the outbox takes it. */
export interface OutgoingMessage {
  readonly channel: string;
  readonly groupKey: string;
  /** Not to be delivered earlier: quiet hours, or waiting for more of its group. */
  readonly deliverAfter: number;
  /** Messages of one channel that wait under the same key leave as one. */
  readonly holdKey: string;
  readonly notification: Notification;
  /** Alerts that it tells of, all of them, with the episode and, of an escalation, the level. */
  readonly tells: readonly {
    readonly fingerprint: string;
    readonly startsAt: number;
    readonly level?: number;
  }[];
}

/** One alert on one way, before it is grouped. */
export interface Addressed {
  readonly told: Told;
  readonly notesZh: readonly string[];
  readonly channel: string;
  readonly way: AlertWay;
  readonly groupBy: readonly AlertLabelName[];
  readonly earlier?: SentMessage | undefined;
  /** Level of an escalation, 0 the first. */
  readonly level?: number;
}

/** The most alerts that are worded in one message, and lines beside them. */
const mostWorded = 20;
const mostNotes = 20;

/** Each channel of an alert once, on the first way that leads to it. */
export function addressTo(
  alert: AlertView,
  { routing }: Pick<NotifyContext, 'routing'>,
): { channel: string; way: AlertWay }[] {
  const found = new Map<string, AlertWay>();
  for (const way of findWays(routing, alert))
    for (const channel of way.route.channels) if (!found.has(channel)) found.set(channel, way);
  return [...found].map(([channel, way]) => ({ channel, way }));
}

/** Puts what goes together into messages. */
export function groupAddressed(addressed: readonly Addressed[], context: NotifyContext): OutgoingMessage[] {
  const groups = new Map<string, { groupKey: string; batch: string; members: Addressed[] }>();
  for (const one of addressed) {
    const names = one.way.route.groupBy ?? one.groupBy;
    const labels = names.map((name) => `${name}=${one.told.alert.result.labels[name] ?? ''}`);
    const groupKey = digestOf([one.channel, ...one.way.route.path, ...labels]);
    // What belongs to different first messages cannot name both.
    const batch = digestOf([groupKey, one.told.kind, one.earlier?.key ?? '']);
    const group = groups.get(batch);
    if (group === undefined) groups.set(batch, { groupKey, batch, members: [one] });
    else group.members.push(one);
  }
  return [...groups.values()].map((group) => compose(group, group.members, context));
}

function compose(
  { groupKey, batch }: { readonly groupKey: string; readonly batch: string },
  members: readonly Addressed[],
  context: NotifyContext,
): OutgoingMessage {
  const { now, groupSentAt, linkOf } = context;
  const [{ channel, way, told, earlier }] = members as [Addressed];
  const alerts = members.map((one) => one.told.alert);
  const severity = gravestOf(alerts);
  const link = linkOf?.(told.alert);
  const ids = members.flatMap((one) => one.told.ids).sort();
  return {
    channel,
    groupKey,
    deliverAfter: deliverAfter(way.route, severity, now, groupSentAt(groupKey)),
    holdKey: holdKeyOf({ groupKey, batch }, way.route, severity, now),
    notification: {
      key: digestOf([groupKey, told.kind, ...ids]),
      kind: told.kind,
      severity,
      titleZh: headLine(told.kind, alerts),
      officesZh: officesOf(alerts, context),
      alerts: wordFirst(alerts),
      alertCount: alerts.length,
      notesZh: limitNotes(members.flatMap((one) => one.notesZh)),
      ...(earlier === undefined ? {} : { earlier: { key: earlier.key, sentAt: earlier.sentAt } }),
      ...(link === undefined ? {} : { link }),
      mentions: { mobiles: [], userIds: [], all: false },
      createdAt: now,
    },
    tells: members.map(({ told: { alert: one }, level }) => ({
      fingerprint: one.result.fingerprint,
      startsAt: one.startsAt,
      ...(level === undefined ? {} : { level }),
    })),
  };
}

/** The gravest severity of some alerts. */
export function gravestOf(alerts: readonly AlertView[]): Severity {
  return alerts.map(({ severity }) => severity).reduce<Severity | undefined>(graverOf, undefined) ?? 'notice';
}

/** Names of the offices of some alerts, each once. */
export function officesOf(
  alerts: readonly AlertView[],
  { officeZh }: Pick<NotifyContext, 'officeZh'>,
): string[] {
  return [...new Set(alerts.flatMap(({ result }) => result.offices.map(officeZh)))].slice(0, 50);
}

/** The gravest first; of equals the earlier. */
function wordFirst(alerts: readonly AlertView[]) {
  const rank = { critical: 0, warning: 1, notice: 2 };
  return [...alerts]
    .sort((one, other) => rank[one.severity] - rank[other.severity] || one.startsAt - other.startsAt)
    .slice(0, mostWorded)
    .map(wordAlert);
}

/** Notes as a message can hold them; how many were left out is said. */
export function limitNotes(notes: readonly string[]): string[] {
  const unique = [...new Set(notes)].map(cut);
  if (unique.length <= mostNotes) return unique;
  return [...unique.slice(0, mostNotes - 1), `另有 ${unique.length - mostNotes + 1} 条说明未列出`];
}
