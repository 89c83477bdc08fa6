import { rankOf } from '../domain/alertLevel.js';
import type { AlertLabelName } from '../domain/alertRule.js';
import { hourMs } from '../domain/calendar.js';
import type { AlertView } from './alertView.js';
import type { BuiltNotifications, WithheldAlert } from './buildNotifications.js';
import {
  addressTo,
  groupAddressed,
  type Addressed,
  type NotifyContext,
  type SentMessage,
} from './composeMessages.js';
import { durationZh } from './periodWords.js';
import { findWays } from './routing.js';
import { findWithheld, type Acknowledgement } from './withholding.js';
import { workingHoursBetween, type WorkingCalendar } from './workingDays.js';

/** An alert that fires now, with what its rule says about messages. */
export interface FiringAlert {
  readonly alert: AlertView;
  readonly groupBy: readonly AlertLabelName[];
  readonly repeatHours: number | null;
}

export interface ReminderContext extends NotifyContext {
  readonly acknowledgements: readonly Acknowledgement[];
  readonly calendar: WorkingCalendar;
  /** The last message about an episode of an alert through a channel. */
  readonly lastSent: (fingerprint: string, startsAt: number, channel: string) => SentMessage | undefined;
  /** When anybody was first told of an episode. */
  readonly firstTold: (fingerprint: string, startsAt: number) => number | undefined;
  /** Whether an episode was escalated to a level (0 is the first) already. */
  readonly wasEscalated: (fingerprint: string, startsAt: number, level: number) => boolean;
}

/** Who has taken an alert on as it stands: this episode, and no less grave than it is now. */
export function findAcknowledgement(
  { result, startsAt, severity }: AlertView,
  acknowledgements: readonly Acknowledgement[],
): Acknowledgement | undefined {
  return acknowledgements.findLast(
    (one) =>
      one.fingerprint === result.fingerprint &&
      one.startsAt === startsAt &&
      rankOf(severity) <= rankOf(one.severity),
  );
}

/**
 * Messages that become due by the clock alone: an alert that nobody could be told of (silenced, inhibited) is told once
 * nothing keeps it back; one that goes on is repeated unless acknowledged.
 */
export function buildReminders(firing: readonly FiringAlert[], context: ReminderContext): BuiltNotifications {
  const withheld: WithheldAlert[] = [];
  const addressed = firing.flatMap(({ alert, groupBy, repeatHours }): Addressed[] => {
    const { fingerprint, kind } = alert.result;
    const due = addressTo(alert, context).flatMap(({ channel, way }): Addressed[] => {
      const last = context.lastSent(fingerprint, alert.startsAt, channel);
      const base = { channel, way, groupBy };
      if (last === undefined) {
        const first = kind === 'absence' ? 'reminder' : kind === 'service' ? 'operator' : 'firing';
        const ids = [fingerprint, String(alert.startsAt), 'first'];
        return [
          {
            ...base,
            told: { kind: first, alert, ids: [ids.join()], earlierStarts: [] },
            notesZh: alert.result.notesZh,
          },
        ];
      }
      if (repeatHours === null || context.now - last.sentAt < repeatHours * hourMs) return [];
      if (findAcknowledgement(alert, context.acknowledgements) !== undefined) return [];
      const notesZh = [
        `已持续 ${durationZh(context.now - alert.startsAt)}，尚未解除`,
        ...alert.result.notesZh,
      ];
      const told = {
        kind: 'repeat' as const,
        alert,
        ids: [`${fingerprint},${last.key}`],
        earlierStarts: [alert.startsAt],
      };
      return [{ ...base, told, notesZh }];
    });
    return keepBack(due, alert, context, withheld);
  });
  return { messages: groupAddressed(addressed, context), withheld };
}

function keepBack(
  due: readonly Addressed[],
  alert: AlertView,
  context: NotifyContext,
  withheld: WithheldAlert[],
): Addressed[] {
  if (due.length === 0) return [];
  const why = findWithheld(alert, context.rules, context.now);
  if (why === undefined) return [...due];
  const { fingerprint } = alert.result;
  for (const { channel, told } of due) withheld.push({ ...why, fingerprint, channel, kind: told.kind });
  return [];
}

/** Messages to the next office for alerts that nobody has acknowledged within the working hours of their route's levels. */
export function buildEscalations(
  firing: readonly FiringAlert[],
  context: ReminderContext,
): BuiltNotifications {
  const withheld: WithheldAlert[] = [];
  const addressed = firing.flatMap(({ alert, groupBy }): Addressed[] => {
    const { fingerprint } = alert.result;
    const told = context.firstTold(fingerprint, alert.startsAt);
    if (told === undefined || findAcknowledgement(alert, context.acknowledgements) !== undefined) return [];
    const waited = workingHoursBetween(context.calendar, told, context.now);
    const seen = new Set<string>();
    const due = findWays(context.routing, alert).flatMap((way) =>
      way.route.escalation.flatMap((level, index): Addressed[] => {
        if (waited < level.afterWorkingHours) return [];
        if (context.wasEscalated(fingerprint, alert.startsAt, index)) return [];
        return level.channels.flatMap((channel): Addressed[] => {
          if (seen.has(`${channel} ${index}`)) return [];
          seen.add(`${channel} ${index}`);
          const ids = [fingerprint, String(alert.startsAt), `level ${index}`].join();
          const notesZh = [`${level.noteZh}：${level.afterWorkingHours} 个工作小时内无人确认`];
          return [
            {
              channel,
              way: { ...way, route: { ...way.route, path: [...way.route.path, `level ${index}`] } },
              groupBy,
              notesZh,
              level: index,
              told: { kind: 'escalation', alert, ids: [ids], earlierStarts: [alert.startsAt] },
              earlier: context.firstSent(fingerprint, alert.startsAt, channel),
            },
          ];
        });
      }),
    );
    return keepBack(due, alert, context, withheld);
  });
  return { messages: groupAddressed(addressed, context), withheld };
}
