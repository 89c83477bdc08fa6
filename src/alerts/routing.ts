import { rankOf } from '../domain/alertLevel.js';
import { matchesAll } from '../domain/alertMatcher.js';
import type { AlertRoute, AlertRouting } from '../domain/alertRoute.js';
import { dayMs, instantOfDay, dayOfInstant } from '../domain/calendar.js';
import type { Severity } from '../domain/notification.js';
import { matchedValues, type AlertView } from './alertView.js';
import { momentZh } from './periodWords.js';
import { findWithheld, type Withheld, type WithholdingRules } from './withholding.js';
import { minuteOfDay } from './workingDays.js';

/** A route with everything it inherits. */
export interface ResolvedRoute {
  /** Names from the root down. */
  readonly path: readonly string[];
  readonly channels: readonly string[];
  readonly groupBy: AlertRoute['groupBy'];
  readonly groupWaitMinutes: number;
  readonly groupIntervalMinutes: number;
  readonly quietHours: NonNullable<AlertRoute['quietHours']> | null;
  readonly escalation: NonNullable<AlertRoute['escalation']>;
}

/** One way of an alert: for whom, and through which channels. */
export interface AlertWay {
  /** Code of the office; `null` for alerts without one. */
  readonly office: string | null;
  readonly route: ResolvedRoute;
}

/** The ways of an alert: the tree is walked once for each office responsible. Never empty: the root takes everything. */
export function findWays(
  { root }: Pick<AlertRouting, 'root'>,
  alert: Pick<AlertView, 'result' | 'severity'>,
): AlertWay[] {
  const values = matchedValues(alert);
  const { offices } = alert.result;
  return (offices.length === 0 ? [null] : offices).flatMap((office) =>
    walk(root, undefined, { ...values, office: office === null ? [] : [office] }).map((route) => ({
      office,
      route,
    })),
  );
}

function walk(
  node: AlertRoute,
  parent: ResolvedRoute | undefined,
  values: ReturnType<typeof matchedValues>,
): ResolvedRoute[] {
  const own = inherit(node, parent);
  const found: ResolvedRoute[] = [];
  for (const child of node.routes) {
    if (!matchesAll(child.match, values)) continue;
    found.push(...walk(child, own, values));
    if (!child.continue) break;
  }
  return found.length === 0 ? [own] : found;
}

function inherit(node: AlertRoute, parent: ResolvedRoute | undefined): ResolvedRoute {
  return {
    path: [...(parent?.path ?? []), node.name],
    channels: node.channels.length > 0 ? node.channels : (parent?.channels ?? []),
    groupBy: node.groupBy ?? parent?.groupBy,
    groupWaitMinutes: node.groupWaitMinutes ?? parent?.groupWaitMinutes ?? 0,
    groupIntervalMinutes: node.groupIntervalMinutes ?? parent?.groupIntervalMinutes ?? 0,
    quietHours: node.quietHours === undefined ? (parent?.quietHours ?? null) : node.quietHours,
    escalation: node.escalation ?? parent?.escalation ?? [],
  };
}

/** When quiet hours that hold back a message end; `undefined` where they do not hold it. */
export function heldUntil(
  { quietHours }: Pick<ResolvedRoute, 'quietHours'>,
  severity: Severity,
  now: number,
): number | undefined {
  if (quietHours === null || rankOf(severity) >= rankOf(quietHours.holdBelow)) return undefined;
  const [from, to, minute] = [minutesOf(quietHours.from), minutesOf(quietHours.to), minuteOfDay(now)];
  const quiet = from < to ? from <= minute && minute < to : minute >= from || minute < to;
  if (!quiet) return undefined;
  const end = instantOfDay(dayOfInstant(now)) + to * 60_000;
  return end > now ? end : end + dayMs;
}

function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

/** When a message may be delivered: after quiet hours, its group's wait and interval. The gravest only waits for nothing. */
export function deliverAfter(
  route: ResolvedRoute,
  severity: Severity,
  now: number,
  groupSentAt: number | undefined,
): number {
  const held = heldUntil(route, severity, now);
  if (held !== undefined) return held;
  if (severity === 'critical') return now;
  const next = groupSentAt === undefined ? now : groupSentAt + route.groupIntervalMinutes * 60_000;
  return Math.max(now + route.groupWaitMinutes * 60_000, next);
}

/** What waits alike: by day what says the same of a group (`batch`), in quiet hours whatever is said of it until their end. */
export function holdKeyOf(
  group: { readonly groupKey: string; readonly batch: string },
  route: ResolvedRoute,
  severity: Severity,
  now: number,
): string {
  const held = heldUntil(route, severity, now);
  return held === undefined ? group.batch : `${group.groupKey} ${held}`;
}

/** What would happen to an alert that fired now. */
export interface RoutePreview {
  readonly office: string | null;
  readonly path: readonly string[];
  readonly channels: readonly string[];
  readonly deliverAfter: number;
  /** Why it would wait, or not be sent at all. */
  readonly heldZh: string | null;
  readonly withheld: Withheld | null;
}

/** Who would get an alert: each way with its channels, and what would hold it, mute it or inhibit it, and why. */
export function preview(
  alert: AlertView,
  routing: AlertRouting,
  rules: WithholdingRules,
  now: number,
): RoutePreview[] {
  const withheld = findWithheld(alert, rules, now) ?? null;
  return findWays(routing, alert).map(({ office, route }) => {
    const held = heldUntil(route, alert.severity, now);
    return {
      office,
      path: route.path,
      channels: route.channels,
      deliverAfter: deliverAfter(route, alert.severity, now, undefined),
      heldZh: held === undefined ? null : `免打扰时段，${momentZh(held)} 发送`,
      withheld,
    };
  });
}
