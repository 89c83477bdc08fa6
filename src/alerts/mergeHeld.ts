import { rankOf } from '../domain/alertLevel.js';
import type { Notification, NotifiedAlert } from '../domain/notification.js';
import { cut } from './alertView.js';
import { limitNotes } from './composeMessages.js';
import { digestOf } from './conditionResult.js';
import { kindZh } from './messageWords.js';
import { momentZh } from './periodWords.js';
import { summaryTitleZh } from './summarise.js';

const mostWorded = 20;
const mostOffices = 50;

/**
 * One message in the place of several of a group that waited together, given in their order. Of one kind it stays of that
 * kind, else it raises what still goes on, or sums up what is over; each alert is told once, as the last of them has it, and the notes name every message by its
 * key. Its key follows from theirs.
 */
export function mergeHeld(messages: readonly Notification[]): Notification {
  const last = messages.at(-1)!;
  const kinds = [...new Set(messages.map(({ kind }) => kind))];
  const alerts = latestAlerts(messages);
  // A summary calls nobody: what goes on has to.
  const goesOn = alerts.some(({ state }) => state === 'firing');
  const kind = kinds.length === 1 ? kinds[0]! : goesOn ? 'firing' : 'summary';
  const worded = messages.reduce((sum, one) => sum + one.alerts.length, 0);
  const counted = messages.reduce((sum, one) => sum + one.alertCount, 0);
  const earlier = new Set(messages.map((one) => one.earlier?.key));
  const { link } = messages.find((one) => one.link !== undefined) ?? {};
  const people = messages.map(({ mentions }) => mentions);
  return {
    key: digestOf(['merged', ...messages.map(({ key }) => key)]),
    kind,
    severity: [...messages].sort((one, other) => rankOf(other.severity) - rankOf(one.severity))[0]!.severity,
    titleZh: titleOf(messages, kinds),
    officesZh: [...new Set(messages.flatMap(({ officesZh }) => officesZh))].slice(0, mostOffices),
    alerts: alerts.slice(0, mostWorded),
    // What was beyond the words of a message cannot be told apart: it counts as it was counted.
    alertCount: counted - worded + alerts.length,
    notesZh: limitNotes([...messages.map(lineOf), ...new Set(messages.flatMap(({ notesZh }) => notesZh))]),
    ...(earlier.size === 1 && last.earlier !== undefined ? { earlier: last.earlier } : {}),
    ...(link === undefined ? {} : { link }),
    mentions: {
      mobiles: [...new Set(people.flatMap(({ mobiles }) => mobiles))].slice(0, 20),
      userIds: [...new Set(people.flatMap(({ userIds }) => userIds))].slice(0, 20),
      all: people.some(({ all }) => all),
    },
    createdAt: last.createdAt,
  };
}

/** Each episode as it was told last, the gravest that goes on first. */
function latestAlerts(messages: readonly Notification[]): NotifiedAlert[] {
  const found = new Map<string, { readonly alert: NotifiedAlert; readonly began: boolean }>();
  for (const { kind, alerts } of messages)
    for (const told of alerts) {
      const name = `${told.fingerprint} ${told.startsAt}`;
      const before = found.get(name);
      const began = before?.began ?? kind === 'firing';
      // What it was before is of interest to who was told of that.
      const { formerSeverity, ...rest } = {
        ...told,
        formerSeverity: before?.alert.formerSeverity ?? told.formerSeverity,
      };
      const kept = began || formerSeverity === undefined ? {} : { formerSeverity };
      const over = kind === 'withdrawal' ? { state: 'resolved' as const } : {};
      found.set(name, { alert: { ...rest, ...kept, ...over }, began });
    }
  const order = ({ state, severity }: NotifiedAlert) => (state === 'resolved' ? 10 : 0) - rankOf(severity);
  return [...found.values()]
    .map(({ alert }) => alert)
    .sort((one, other) => order(one) - order(other) || one.startsAt - other.startsAt);
}

function titleOf(messages: readonly Notification[], kinds: readonly Notification['kind'][]): string {
  // Summaries add up to one.
  if (messages.every(({ kind }) => kind === 'summary'))
    return summaryTitleZh(messages.reduce((sum, { alertCount }) => sum + alertCount, 0));
  const titles = [...new Set(messages.map(({ titleZh }) => titleZh))];
  if (kinds.length === 1)
    return cut(titles.length === 1 ? titles[0]! : `${titles[0]!}等 ${messages.length} 条`);
  const counts = kinds.map(
    (kind) => `${kindZh[kind]} ${messages.filter((one) => one.kind === kind).length} 条`,
  );
  return cut(`【合并】${messages.length} 条消息：${counts.join('，')}`);
}

function lineOf({ kind, createdAt, titleZh, key, earlier }: Notification): string {
  const first = earlier === undefined ? '' : `，首条消息 ${earlier.key}`;
  return `${momentZh(createdAt)} ${kindZh[kind]}：${titleZh}（编号 ${key}${first}）`;
}
