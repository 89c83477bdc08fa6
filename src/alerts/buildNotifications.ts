import type { AlertLabelName } from '../domain/alertRule.js';
import type { NotificationKind } from '../domain/notification.js';
import { tellFinding } from './changes.js';
import {
  addressTo,
  groupAddressed,
  type Addressed,
  type NotifyContext,
  type OutgoingMessage,
} from './composeMessages.js';
import type { ConditionResult } from './conditionResult.js';
import { explainFinding } from './messageWords.js';
import type { Finding } from './reconcile.js';
import { summarise } from './summarise.js';
import { findWithheld, type Withheld, type WithholdingRules } from './withholding.js';

/** One thing to tell, with what its rule says about messages. */
export interface AlertChange {
  readonly finding: Finding<ConditionResult>;
  readonly groupBy: readonly AlertLabelName[];
}

/** What is not sent, and why. */
export interface WithheldAlert extends Withheld {
  readonly fingerprint: string;
  /** `null`: through no channel. */
  readonly channel: string | null;
  readonly kind: NotificationKind | null;
}

export interface BuiltNotifications {
  readonly messages: readonly OutgoingMessage[];
  readonly withheld: readonly WithheldAlert[];
}

/**
 * The messages that findings of one run ask for, one per channel and group, each with a key that is the same whenever the
 * same is told; and everything that is not sent, with its reason. Too many of the past become one summary per channel.
 */
export function buildNotifications(
  changes: readonly AlertChange[],
  context: NotifyContext,
): BuiltNotifications {
  const withheld: WithheldAlert[] = [];
  const past = changes.filter(({ finding }) => finding.kind !== 'live');
  const summarised = past.length > context.routing.summaryAbove;
  const addressed = changes.flatMap((change) => address(change, context, withheld, summarised));
  const isPast = ({ told: { kind } }: Addressed) =>
    kind === 'late' || kind === 'correction' || kind === 'withdrawal';
  const single = summarised ? addressed.filter((one) => !isPast(one)) : addressed;
  const messages = groupAddressed(single, context);
  return {
    messages: summarised ? [...messages, ...summarise(addressed.filter(isPast), context)] : messages,
    withheld,
  };
}

function address(
  { finding, groupBy }: AlertChange,
  context: NotifyContext,
  withheld: WithheldAlert[],
  summarised: boolean,
): Addressed[] {
  const told = tellFinding(finding);
  // Its transition is on record: nothing is kept from anybody.
  if (told === undefined) return [];
  const { alert, kind } = told;
  const { fingerprint } = alert.result;
  const why = findWithheld(alert, rulesFor(kind, context.rules), context.now);
  if (why !== undefined) {
    withheld.push({ ...why, fingerprint, channel: null, kind });
    return [];
  }
  const notesZh = [
    ...explainFinding(finding),
    ...(alert.result.suppressedZh === undefined ? [] : [alert.result.suppressedZh]),
    ...alert.result.notesZh,
  ];
  return addressTo(alert, context).flatMap(({ channel, way }): Addressed[] => {
    const earlier = told.earlierStarts
      .map((startsAt) => context.firstSent(fingerprint, startsAt, channel))
      .find((one) => one !== undefined);
    // Nobody is told that something is over or wrong of which they never heard.
    if (closing.has(kind) && earlier === undefined && !summarised) {
      withheld.push({ why: 'never-told', reasonZh: '此渠道未曾收到该告警', fingerprint, channel, kind });
      return [];
    }
    return [{ told, notesZh, channel, way, groupBy, earlier }];
  });
}

/**
 * What ends or mends a told alert is kept back by a silence alone. A source that is silent now says nothing of its past: what
 * an inhibition kept back of the past would never be told.
 */
function rulesFor(kind: NotificationKind, rules: WithholdingRules): WithholdingRules {
  if (closing.has(kind)) return { ...rules, maintenance: [], inhibitions: [] };
  return kind === 'late' ? { ...rules, inhibitions: [] } : rules;
}

const closing: ReadonlySet<NotificationKind> = new Set(['resolved', 'correction', 'withdrawal']);
