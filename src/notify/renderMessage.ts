import { beijingTime } from '../domain/beijingTime.js';
import type { NotificationKind, NotifiedAlert, Severity } from '../domain/notification.js';
import type { FittedNotification } from './fitNotification.js';
import { kindExplanationsZh, kindNamesZh, severityNamesZh, signatureZh } from './messageWords.js';

/** A named fact of an alert, such as 数值：0.32 mg/L. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** One alert, worded. */
export interface MessageAlert {
  readonly title: string;
  readonly severity: Severity;
  readonly state: NotifiedAlert['state'];
  readonly facts: readonly Fact[];
  /** Absent where `Message.advice` says it for all. */
  readonly advice?: string;
}

/** A message before it takes the shape of a channel; texts are of one line and not escaped. */
export interface Message {
  readonly kind: NotificationKind;
  readonly severity: Severity;
  /** Such as 报警·严重. */
  readonly tag: string;
  readonly title: string;
  /** Lines before the alerts: offices, what the kind means, the message it belongs to. */
  readonly facts: readonly Fact[];
  readonly alerts: readonly MessageAlert[];
  /** 另有 n 条, where not all are shown. */
  readonly more?: string;
  /** What to do, where it is the same for all alerts. */
  readonly advice?: string;
  readonly notes: readonly string[];
  readonly link?: string;
  readonly acknowledgeLink?: string;
  readonly key: string;
  /** Signature, key and time: the last line. */
  readonly footer: string;
}

/** `2025-01-03 14:05`, Beijing time. */
export function minuteText(epochMs: number): string {
  return beijingTime(epochMs).slice(0, 16).replace('T', ' ');
}

/** 【报警·严重】石佛断面总磷超标. */
export function headingOf(message: Message): string {
  return `【${message.tag}】${message.title}`;
}

const refersBack: ReadonlySet<NotificationKind> = new Set(['correction', 'withdrawal']);
/** Nothing is left to be done about these. */
const overAndDone: ReadonlySet<NotificationKind> = new Set(['resolved', 'withdrawal']);

function explanationOf({ kind, alerts }: FittedNotification): string | undefined {
  // Late data may also tell of what still lasts.
  const lasting = kind === 'late' && alerts.some(({ state }) => state !== 'resolved');
  return lasting ? '数据迟到，补报所属时段的情况。' : kindExplanationsZh[kind];
}

function factsOf(notification: FittedNotification): Fact[] {
  const { kind, officesZh, omitted, earlier } = notification;
  const facts: Fact[] = [];
  if (officesZh.length > 0) {
    const more = omitted.offices > 0 ? `等 ${officesZh.length + omitted.offices} 个单位` : '';
    facts.push({ label: '责任单位', value: `${officesZh.join('、')}${more}` });
  }
  const explanation = explanationOf(notification);
  if (explanation !== undefined) facts.push({ label: '说明', value: explanation });
  if (earlier !== undefined) {
    facts.push({
      label: refersBack.has(kind) ? '所指消息' : '首条消息',
      value: `${minuteText(earlier.sentAt)} 发出，编号 ${earlier.key}`,
    });
  }
  return facts;
}

/** From when to when, where the period of the data alone does not tell. */
function spanOf(alert: NotifiedAlert, kind: NotificationKind): Fact[] {
  if (alert.endsAt !== undefined) {
    return [{ label: '起止', value: `${minuteText(alert.startsAt)} 至 ${minuteText(alert.endsAt)}` }];
  }
  return kind === 'repeat' || kind === 'escalation'
    ? [{ label: '起于', value: minuteText(alert.startsAt) }]
    : [];
}

function wordAlert(alert: NotifiedAlert, kind: NotificationKind, advice: boolean): MessageAlert {
  const { formerSeverity, severity } = alert;
  const level =
    formerSeverity === undefined || formerSeverity === severity
      ? undefined
      : `由${severityNamesZh[formerSeverity]}变为${severityNamesZh[severity]}`;
  const named: [string, string | undefined][] = [
    ['级别', level],
    ['点位', alert.siteZh],
    ['指标', alert.indicatorZh],
    ['数值', alert.valueZh],
    ['限值', alert.limitZh],
    ['距目标', alert.distanceZh],
    ['时间', alert.periodZh],
  ];
  return {
    title: alert.titleZh,
    severity,
    state: alert.state,
    facts: [
      ...named.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }])),
      ...spanOf(alert, kind),
    ],
    ...(advice && alert.adviceZh !== undefined ? { advice: alert.adviceZh } : {}),
  };
}

function moreText({ alerts, omitted, link }: FittedNotification): string | undefined {
  const lines = [
    ...(omitted.alerts === 0
      ? []
      : [alerts.length === 0 ? `共 ${omitted.alerts} 条` : `另有 ${omitted.alerts} 条`]),
    ...(omitted.notes === 0 ? [] : [`另有 ${omitted.notes} 行说明`]),
    ...(omitted.linksDropped ? ['链接过长未附'] : []),
  ];
  if (lines.length === 0) return undefined;
  return `${lines.join('，')}，${link === undefined ? '请登录系统查看' : '见链接'}`;
}

/** Words a notification for people; the shape of a channel (escapes, colours, mentions) comes after. */
export function renderMessage(notification: FittedNotification): Message {
  const { kind, severity, alerts, link, acknowledgeLink, key } = notification;
  const [first, ...others] = alerts;
  const advised = !overAndDone.has(kind);
  const common = others.every((alert) => alert.adviceZh === first?.adviceZh) ? first?.adviceZh : undefined;
  const advice = advised ? common : undefined;
  const more = moreText(notification);
  const tag = kind === 'test' ? kindNamesZh[kind] : `${kindNamesZh[kind]}·${severityNamesZh[severity]}`;
  return {
    kind,
    severity,
    tag,
    title: notification.titleZh,
    facts: factsOf(notification),
    alerts: alerts.map((alert) => wordAlert(alert, kind, advised && advice === undefined)),
    ...(more === undefined ? {} : { more }),
    ...(advice === undefined ? {} : { advice }),
    notes: notification.notesZh,
    ...(link === undefined ? {} : { link }),
    ...(acknowledgeLink === undefined ? {} : { acknowledgeLink }),
    key,
    footer: `${signatureZh} · ${minuteText(notification.createdAt)} · 编号 ${key}`,
  };
}
