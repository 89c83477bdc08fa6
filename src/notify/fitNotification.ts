import type { Notification, NotifiedAlert } from '../domain/notification.js';
import { cleanText, clipText, httpLink } from './cleanText.js';

/** A notification with clean texts, of which so much was left out to keep within a channel's limit. */
export interface FittedNotification extends Notification {
  /** `linksDropped`: the addresses alone were longer than the channel takes. */
  readonly omitted: { alerts: number; notes: number; offices: number; linksDropped: boolean };
}

interface Level {
  readonly textUnits: number;
  readonly notes: number;
  readonly offices: number;
  readonly links: boolean;
}

/** From everything to the least that still says what it is about. */
const levels: readonly Level[] = [
  { textUnits: 500, notes: 20, offices: 50, links: true },
  { textUnits: 80, notes: 10, offices: 8, links: true },
  { textUnits: 40, notes: 3, offices: 3, links: true },
  { textUnits: 40, notes: 3, offices: 3, links: false },
];

const least: Level = { textUnits: 40, notes: 0, offices: 1, links: false };

/** The texts of the alert that people wrote, each given to `change`. */
function mapAlert(alert: NotifiedAlert, change: (text: string) => string): NotifiedAlert {
  const mapped = { ...alert, titleZh: change(alert.titleZh), periodZh: change(alert.periodZh) };
  for (const name of ['siteZh', 'indicatorZh', 'valueZh', 'limitZh', 'distanceZh', 'adviceZh'] as const) {
    const text = alert[name];
    if (text !== undefined) mapped[name] = change(text);
  }
  return mapped;
}

/** The notification with one-line texts and safe links; nothing is cut. */
export function cleanNotification(notification: Notification): FittedNotification {
  const { link, acknowledgeLink, earlier, ...rest } = notification;
  const [page, acknowledge] = [httpLink(link), httpLink(acknowledgeLink)];
  return {
    ...rest,
    key: cleanText(notification.key),
    titleZh: cleanText(notification.titleZh),
    officesZh: notification.officesZh.map(cleanText),
    alerts: notification.alerts.map((alert) =>
      mapAlert(
        { ...alert, fingerprint: cleanText(alert.fingerprint), ruleCode: cleanText(alert.ruleCode) },
        cleanText,
      ),
    ),
    alertCount: Math.max(notification.alertCount, notification.alerts.length),
    notesZh: notification.notesZh.map(cleanText),
    ...(earlier === undefined ? {} : { earlier: { ...earlier, key: clipText(cleanText(earlier.key), 64) } }),
    ...(page === undefined ? {} : { link: page }),
    ...(acknowledge === undefined ? {} : { acknowledgeLink: acknowledge }),
    omitted: {
      alerts: Math.max(0, notification.alertCount - notification.alerts.length),
      notes: 0,
      offices: 0,
      linksDropped: false,
    },
  };
}

/** The notification with its texts shortened as the level says; all alerts and notes are there yet. */
function shorten(whole: FittedNotification, level: Level): FittedNotification {
  const clip = (text: string): string => clipText(text, level.textUnits);
  const shortened: FittedNotification = {
    ...whole,
    titleZh: clip(whole.titleZh),
    officesZh: whole.officesZh.slice(0, level.offices).map(clip),
    alerts: whole.alerts.map((alert) => mapAlert(alert, clip)),
    notesZh: whole.notesZh.map(clip),
    omitted: {
      ...whole.omitted,
      offices: Math.max(0, whole.officesZh.length - level.offices),
      linksDropped: !level.links && (whole.link !== undefined || whole.acknowledgeLink !== undefined),
    },
  };
  if (!level.links) {
    delete shortened.link;
    delete shortened.acknowledgeLink;
  }
  return shortened;
}

function cut(shortened: FittedNotification, alerts: number, notes: number): FittedNotification {
  return {
    ...shortened,
    alerts: shortened.alerts.slice(0, alerts),
    notesZh: shortened.notesZh.slice(0, notes),
    omitted: {
      ...shortened.omitted,
      alerts: shortened.alertCount - Math.min(alerts, shortened.alerts.length),
      notes: Math.max(0, shortened.notesZh.length - notes),
    },
  };
}

/**
 * Shapes a notification within a limit by leaving out whole alerts, then whole notes; only where not even one alert
 * goes in are texts shortened (with …), and links dropped last. What is left out is counted in `omitted`, for the shape
 * to say so.
 */
export function fitNotification<Shape>(
  notification: Notification,
  shape: (fitted: FittedNotification) => Shape,
  fits: (shape: Shape) => boolean,
): Shape {
  const whole = cleanNotification(notification);
  const leastAlerts = Math.min(1, whole.alerts.length);
  for (const level of levels) {
    const shortened = shorten(whole, level);
    const notes = Math.min(level.notes, whole.notesZh.length);
    const steps: [number, number][] = [];
    for (let n = whole.alerts.length; n >= leastAlerts; n -= 1) steps.push([n, notes]);
    for (let n = notes - 1; n >= Math.min(1, notes); n -= 1) steps.push([leastAlerts, n]);
    for (const [alertsShown, notesShown] of steps) {
      const shaped = shape(cut(shortened, alertsShown, notesShown));
      if (fits(shaped)) return shaped;
    }
  }
  return shape(cut(shorten(whole, least), 0, 0));
}
