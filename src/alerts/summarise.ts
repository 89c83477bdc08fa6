import { severityZh } from '../domain/alertRuleWords.js';
import { dayOfInstant } from '../domain/calendar.js';
import type { NotificationKind } from '../domain/notification.js';
import {
  gravestOf,
  limitNotes,
  officesOf,
  type Addressed,
  type NotifyContext,
  type OutgoingMessage,
} from './composeMessages.js';
import { digestOf } from './conditionResult.js';
import { dayZh } from './periodWords.js';
import { deliverAfter, holdKeyOf } from './routing.js';

/** Head of a summary of so many findings about the past. */
export function summaryTitleZh(count: number): string {
  return `【汇总】历史数据重新评价：${count} 项`;
}

/** One message per channel in the place of many about the past: how many of what, over which time, by rule. */
export function summarise(addressed: readonly Addressed[], context: NotifyContext): OutgoingMessage[] {
  return [...gather(addressed, ({ channel }) => channel)].map(([channel, members]) => {
    const alerts = members.map((one) => one.told.alert);
    const groupKey = digestOf([channel, 'summary']);
    const count = (kind: NotificationKind) => members.filter((one) => one.told.kind === kind).length;
    const days = alerts
      .flatMap(({ startsAt, endsAt }) => [startsAt, endsAt ?? startsAt])
      .map(dayOfInstant)
      .sort();
    const counts = `补报 ${count('late')} 项，更正 ${count('correction')} 项，撤回 ${count('withdrawal')} 项`;
    const lines = [...gather(alerts, ({ result }) => result.titleZh)]
      .sort(([, one], [, other]) => other.length - one.length)
      .map(([title, list]) => `${title}：${list.length} 次，最重为${severityZh[gravestOf(list)]}`);
    return {
      channel,
      groupKey,
      // One goes out for each interval of the group, and says what came up in it: a flood of data takes many rounds.
      deliverAfter: deliverAfter(members[0]!.way.route, 'notice', context.now, context.groupSentAt(groupKey)),
      holdKey: holdKeyOf({ groupKey, batch: groupKey }, members[0]!.way.route, 'notice', context.now),
      notification: {
        key: digestOf([groupKey, ...members.flatMap((one) => one.told.ids).sort()]),
        kind: 'summary',
        severity: 'notice',
        titleZh: summaryTitleZh(alerts.length),
        officesZh: officesOf(alerts, context),
        alerts: [],
        alertCount: alerts.length,
        notesZh: limitNotes([
          `${dayZh(days[0]!)}至${dayZh(days.at(-1)!)}：${counts}；不逐项发送，详见系统`,
          ...lines,
        ]),
        mentions: { mobiles: [], userIds: [], all: false },
        createdAt: context.now,
      },
      tells: alerts.map(({ result, startsAt }) => ({ fingerprint: result.fingerprint, startsAt })),
    };
  });
}

function gather<T>(list: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of list) {
    const members = found.get(key(one));
    if (members === undefined) found.set(key(one), [one]);
    else members.push(one);
  }
  return found;
}
