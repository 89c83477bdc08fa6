import { beijingTime } from '../domain/beijingTime.js';
import { severities, type Notification, type NotifiedAlert, type Severity } from '../domain/notification.js';
import { cleanNotification, type FittedNotification } from './fitNotification.js';
import { kindNamesZh, signatureZh, stateNamesZh } from './messageWords.js';
import { headingOf, renderMessage } from './renderMessage.js';

/** One alert of `POST /api/v2/alerts`. */
export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** Leaves out what is absent. */
function present(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function annotationsOf(notification: FittedNotification, alert: NotifiedAlert): Record<string, string> {
  return present({
    summary: alert.titleZh,
    value: alert.valueZh,
    limit: alert.limitZh,
    distance: alert.distanceZh,
    period: alert.periodZh,
    advice: alert.adviceZh,
    state: stateNamesZh[alert.state],
    kind: kindNamesZh[notification.kind],
    offices: notification.officesZh.join('、') || undefined,
    notes: notification.notesZh.join('\n') || undefined,
    first_message: notification.earlier?.key,
    acknowledge: notification.acknowledgeLink,
    service: signatureZh,
    key: notification.key,
  });
}

interface Times {
  readonly now: number;
  readonly holdMs: number;
}

/**
 * One alert as posted alerts. The severity is a label, because routes are written by it, and labels are the identity: a
 * change of severity would leave the former alert firing beside the new one, so that one is resolved in the same post.
 * Only then: a resolved alert that Alertmanager never saw would be shown in the notice of its group.
 */
function postedAlerts(
  notification: FittedNotification,
  alert: NotifiedAlert,
  { now, holdMs }: Times,
): PostedAlert[] {
  const over = alert.state === 'resolved' || notification.kind === 'withdrawal';
  const posted = (severity: Severity, endsAt: number): PostedAlert => ({
    labels: present({
      alertname: alert.ruleCode,
      fingerprint: alert.fingerprint,
      severity,
      site: alert.siteZh,
      indicator: alert.indicatorZh,
    }),
    annotations: annotationsOf(notification, alert),
    startsAt: beijingTime(Math.min(alert.startsAt, endsAt)),
    endsAt: beijingTime(endsAt),
    ...(notification.link === undefined ? {} : { generatorURL: notification.link }),
  });
  const former = alert.formerSeverity === undefined ? severities : [alert.formerSeverity];
  const changed = notification.kind === 'severity-changed' || alert.formerSeverity !== undefined;
  const left = changed ? former : [];
  return [
    posted(alert.severity, over ? Math.min(alert.endsAt ?? now, now) : now + holdMs),
    ...left.filter((severity) => severity !== alert.severity).map((severity) => posted(severity, now)),
  ];
}

/**
 * A message without alerts (summary, test, operator …), or what a message says beyond its alerts, as one alert that
 * lapses by itself.
 */
function postedMessage(notification: FittedNotification, { now, holdMs }: Times): PostedAlert {
  const message = renderMessage(notification);
  return {
    labels: {
      alertname: `notification_${notification.kind.replaceAll('-', '_')}`,
      severity: notification.severity,
      key: notification.key,
    },
    annotations: present({
      summary: headingOf(message),
      more: message.more,
      kind: kindNamesZh[notification.kind],
      offices: notification.officesZh.join('、') || undefined,
      notes: notification.notesZh.join('\n') || undefined,
      first_message: notification.earlier?.key,
      service: signatureZh,
      key: notification.key,
    }),
    startsAt: beijingTime(Math.min(notification.createdAt, now)),
    endsAt: beijingTime(now + (notification.kind === 'test' ? Math.min(holdMs, 300_000) : holdMs)),
    ...(notification.link === undefined ? {} : { generatorURL: notification.link }),
  };
}

/**
 * The JSON body for Alertmanager's v2 API. A firing alert carries an `endsAt` `holdMs` ahead (Alertmanager resolves by
 * itself what nobody renews: this must be longer than the interval at which the service repeats itself); a resolved or
 * withdrawn one `endsAt` at or before `now`. Label names are ASCII, times carry +08:00.
 */
export function shapeAlertmanager(notification: Notification, times: Times): string {
  const clean = cleanNotification(notification);
  const alone = clean.alerts.length === 0 || clean.omitted.alerts > 0;
  return JSON.stringify([
    ...clean.alerts.flatMap((alert) => postedAlerts(clean, alert, times)),
    ...(alone ? [postedMessage(clean, times)] : []),
  ]);
}
