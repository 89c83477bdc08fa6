import { hourMs } from '../domain/calendar.js';
import { Decimal, decimalFromDouble } from '../domain/decimal.js';
import type { DustRule } from '../domain/standard.js';
import { isConcentration } from './dailyMean.js';
import type { DustPeriod } from './dustHours.js';

/** PM of one hour at a station; `ts` is the start of the hour, epoch milliseconds. */
export interface ParticleHour {
  readonly ts: number;
  readonly pm10: number | null;
  readonly pm25: number | null;
}

/** Thresholds of the proposal as exact decimal texts; the defaults are the dust rule's `proposal`. */
export type DustProposalRule = Pick<
  DustRule['proposal'],
  'version' | 'previousHours' | 'previousMinHours' | 'riseFactor' | 'pm10Above' | 'ratioAtMost' | 'endFactor'
>;

/** A candidate dust period for a person to accept or drop. It excludes nothing by itself. */
export interface DustProposal extends DustPeriod {
  /** Name of the thresholds. */
  readonly rule: string;
  /** Mean PM10 of the hours before the rise, unrounded. */
  readonly background: Decimal;
  readonly peakPm10: Decimal;
  /** PM2.5 ÷ PM10 of the hour with which it begins, unrounded. */
  readonly ratio: Decimal;
  /** `back`: PM10 fell back. `gap`: an hour without PM10 followed. `open`: still high in the last hour. */
  readonly ended: 'back' | 'gap' | 'open';
}

/**
 * Candidate dust periods from the hours of one station: an hour begins one when its PM10 is at least `riseFactor` times
 * the mean of the previous hours and above `pm10Above`, and PM2.5 ÷ PM10 is at most `ratioAtMost` (coarse particles);
 * it lasts until PM10 is back at `endFactor` times that mean or below. All thresholds are unconfirmed: a person decides.
 *
 * An hour without PM10 ends a period, and an hour without PM2.5 or with too few previous hours begins none. Hours need
 * not be complete; they are taken in order of time, and one instant twice counts once (the last one given).
 */
export function proposeDustHours(hours: readonly ParticleHour[], rule: DustProposalRule): DustProposal[] {
  const byTime = new Map(hours.map((hour) => [hour.ts, hour]));
  const inOrder = [...byTime.values()].sort((a, b) => a.ts - b.ts);
  const proposals: DustProposal[] = [];
  const last = inOrder.at(-1)?.ts ?? 0;
  let free = -Infinity;
  for (const hour of inOrder) {
    if (hour.ts < free) continue;
    const begun = beginAt(byTime, hour, rule);
    if (begun === undefined) continue;
    const proposal = follow(byTime, hour.ts, last, begun, rule);
    proposals.push(proposal);
    free = proposal.end;
  }
  return proposals;
}

/** Which of the given hours (their starts) lie in a proposal. */
export function listProposedHours(hours: readonly ParticleHour[], rule: DustProposalRule): number[] {
  const proposals = proposeDustHours(hours, rule);
  const proposed = hours.filter(({ ts }) => proposals.some(({ start, end }) => ts >= start && ts < end));
  return [...new Set(proposed.map(({ ts }) => ts))].sort((a, b) => a - b);
}

interface Begun {
  readonly background: Decimal;
  readonly ratio: Decimal;
  readonly pm10: Decimal;
}

function beginAt(
  byTime: ReadonlyMap<number, ParticleHour>,
  hour: ParticleHour,
  rule: DustProposalRule,
): Begun | undefined {
  if (!isConcentration(hour.pm10) || !isConcentration(hour.pm25)) return undefined;
  // Most hours end here, without a decimal being made: doubles keep the order of short decimals.
  if (hour.pm10 <= Number(rule.pm10Above)) return undefined;
  const pm10 = decimalFromDouble(hour.pm10);
  const pm25 = decimalFromDouble(hour.pm25);
  if (pm25.gt(pm10.times(rule.ratioAtMost))) return undefined;
  const before = Array.from(
    { length: rule.previousHours },
    (_, i) => byTime.get(hour.ts - (i + 1) * hourMs)?.pm10,
  );
  const valid = before.filter(isConcentration).map(decimalFromDouble);
  if (valid.length < rule.previousMinHours) return undefined;
  const sum = valid.reduce((total, value) => total.plus(value), new Decimal(0));
  // Compared crosswise, so that no quotient is rounded.
  if (pm10.times(valid.length).lt(sum.times(rule.riseFactor))) return undefined;
  return { background: sum.div(valid.length), ratio: pm25.div(pm10), pm10 };
}

function follow(
  byTime: ReadonlyMap<number, ParticleHour>,
  start: number,
  last: number,
  begun: Begun,
  rule: DustProposalRule,
): DustProposal {
  const { background, ratio } = begun;
  const high = background.times(rule.endFactor);
  let peakPm10 = begun.pm10;
  let end = start + hourMs;
  let ended: DustProposal['ended'] = 'open';
  for (; end <= last; end += hourMs) {
    const pm10 = byTime.get(end)?.pm10;
    if (!isConcentration(pm10)) {
      ended = 'gap';
      break;
    }
    const value = decimalFromDouble(pm10);
    if (value.lte(high)) {
      ended = 'back';
      break;
    }
    if (value.gt(peakPm10)) peakPm10 = value;
  }
  return { start, end, rule: rule.version, background, peakPm10, ratio, ended };
}
