import { addDays, daysBetween } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { AirLimits, DustRule } from '../domain/standard.js';
import type { Target } from '../domain/target.js';
import { computeGoodDays, type DayCount, type DayIndex, type GoodDays } from '../statistics/goodDays.js';
import { computeShare } from '../statistics/share.js';
import {
  atTargetPrecision,
  distanceTo,
  endOfData,
  findJudgedPeriod,
  keepsLimit,
  notReported,
  progressNote,
  requiredDays,
  unroundedText,
  type JudgedPeriod,
  type Judgement,
  type Words,
} from './judgement.js';

export interface DaysInput {
  /** The index of each day of the judged period that has data, in order. */
  readonly days: readonly (DayIndex & { readonly basis: 'hourly' | 'daily' | 'mixed' | null })[];
  readonly limits: AirLimits;
  readonly dust: DustRule;
  readonly standards: readonly string[];
}

interface Counted {
  readonly period: JudgedPeriod;
  readonly both: GoodDays;
  readonly count: DayCount;
  readonly elapsed: number;
  /** Days of the period that have no index yet: still to come, or not reported so far. */
  readonly open: number;
  /** Valid days that the whole period needs. */
  readonly required: number;
  readonly days: DaysInput['days'];
}

/**
 * Judges the share of good days (优良天数比率, HJ 663): good ÷ valid days of the period, at the target's precision.
 *
 * Running: `secured` when the share would hold even if every day left were bad and the days so far already suffice,
 * `lost` when it would fail even if every day left were good (days without data so far count as days left, for they may
 * still be reported); `insufficient-data` when the days to come cannot make up the days needed; else by the share so
 * far. Needed are as many index days as for an annual mean (324, by analogy; assumption).
 */
export function judgeDayShare(target: Target, input: DaysInput, asOf: string): Judgement {
  const counted = countDays(target, input, asOf);
  const { period, count, elapsed, open } = counted;
  if (count.goodShare === null) return notReported(period, 'day', elapsed, input.standards);
  const value = atTargetPrecision(target, count.goodShare);
  const total = count.valid + open;
  const best = atTargetPrecision(target, computeShare(count.good + open, total)!);
  const worst = atTargetPrecision(target, computeShare(count.good, total)!);
  const decide = (): Judgement['verdict'] => {
    if (period.state === 'over') return conclude(counted, keepsLimit(target, value));
    if (period.state === 'open' && !keepsLimit(target, best)) return 'lost';
    if (period.state === 'open' && keepsLimit(target, worst) && suffices(counted)) return 'secured';
    if (!canSuffice(counted)) return 'insufficient-data';
    return keepsLimit(target, value) ? 'on-track' : 'at-risk';
  };
  const allowed = badDaysAllowed(target, total);
  const budget = allowed - (count.valid - count.good);
  const other = otherLedger(target, counted.both);
  return {
    ...shared(counted, input),
    verdict: decide(),
    value: value.toFixed(target.decimals),
    valueUnrounded: unroundedText(count.goodShare),
    distance: distanceTo(target, value).toString(),
    otherLedgerValue:
      other.goodShare === null ? null : atTargetPrecision(target, other.goodShare).toFixed(target.decimals),
    reason: {
      zh:
        `有效 ${count.valid} 天，其中优良 ${count.good} 天、超标 ${count.exceeding} 天，比率 ${value.toFixed(target.decimals)}%，` +
        `要求 ≥ ${target.limit}%` +
        (period.state === 'open' ? `；全年最多可超标 ${allowed} 天，${budgetZh(budget)}` : ''),
      en:
        `${count.good} good and ${count.exceeding} bad of ${count.valid} valid days, ${value.toFixed(target.decimals)} %, ` +
        `wanted ${target.limit} %` +
        (period.state === 'open' ? `; at most ${allowed} bad days in the year, ${budget} left` : ''),
    },
  };
}

/**
 * Judges a number of heavily polluted days (AQI > 200) against the limit, in the ledger that the plan's words choose.
 * Such a day cannot be undone: more than the limit is `lost` at once. Within the limit asks for as many index days as
 * an annual mean (324, by analogy; assumption), at the end or still within reach.
 */
export function judgeDayCount(target: Target, input: DaysInput, asOf: string): Judgement {
  const counted = countDays(target, input, asOf);
  const { period, count, elapsed, both } = counted;
  if (both.withDust.valid === 0) return notReported(period, 'day', elapsed, input.standards);
  const value = new Decimal(count.heavy);
  const kept = value.lte(target.limit);
  const decide = (): Judgement['verdict'] => {
    if (period.state === 'over') return kept ? conclude(counted, true) : 'missed';
    if (kept) return canSuffice(counted) ? 'on-track' : 'insufficient-data';
    return period.state === 'open' ? 'lost' : 'at-risk';
  };
  const removed = both.withoutDust.removed.filter(({ heavy }) => heavy);
  return {
    ...shared(counted, input),
    verdict: decide(),
    value: value.toString(),
    valueUnrounded: value.toString(),
    distance: new Decimal(target.limit).minus(value).toString(),
    otherLedgerValue: String(otherLedger(target, both).heavy),
    reason: {
      zh:
        `有效 ${count.valid} 天中重污染 ${count.heavy} 天${listDays(count.heavyDays)}，要求不超过 ${target.limit} 天` +
        (target.ledger === 'without-dust' ? `；另有 ${removed.length} 天因沙尘扣除` : ''),
      en:
        `${count.heavy} heavily polluted of ${count.valid} valid days, at most ${target.limit} wanted` +
        (target.ledger === 'without-dust' ? `; ${removed.length} dust days left out` : ''),
    },
    notes: [
      ...dayNotes(counted),
      ...(target.ledger === 'without-dust' && removed.length > 0
        ? [
            {
              zh: `因沙尘扣除的重污染日：${removed.map(({ day, aqi }) => `${day}（AQI ${aqi}）`).join('、')}`,
              en: `Heavy days left out as dust: ${removed.map(({ day, aqi }) => `${day} (AQI ${aqi})`).join(', ')}`,
            },
          ]
        : []),
    ],
  };
}

function countDays(target: Target, input: DaysInput, asOf: string): Counted {
  const period = findJudgedPeriod(target, asOf);
  const end = endOfData(period);
  const days = input.days.filter(({ day }) => day >= period.from && day < end);
  const both = computeGoodDays(days, input.dust);
  return {
    period,
    both,
    count: target.ledger === 'with-dust' ? both.withDust : both.withoutDust,
    elapsed: daysBetween(period.from, end),
    open: daysBetween(period.from, period.to) - both.withDust.valid,
    required: requiredDays(period, input.limits.validity),
    days,
  };
}

function otherLedger(target: Target, both: GoodDays): DayCount {
  return target.ledger === 'with-dust' ? both.withoutDust : both.withDust;
}

function conclude(counted: Counted, kept: boolean): Judgement['verdict'] {
  if (!suffices(counted)) return 'insufficient-data';
  return kept ? 'met' : 'missed';
}

function suffices({ both, required }: Counted): boolean {
  return both.withDust.valid >= required;
}

/** Whether an index on every day to come would make the days suffice. */
function canSuffice({ both, required, period }: Counted): boolean {
  return both.withDust.valid + Math.max(0, daysBetween(period.until, period.to)) >= required;
}

/** The largest number of bad days among `total` with which the share, rounded, still keeps the target. */
function badDaysAllowed(target: Target, total: number): number {
  let allowed = 0;
  while (
    allowed < total &&
    keepsLimit(target, atTargetPrecision(target, computeShare(total - allowed - 1, total)!))
  ) {
    allowed += 1;
  }
  return allowed;
}

function budgetZh(budget: number): string {
  return budget >= 0 ? `还可超标 ${budget} 天` : `已超出 ${-budget} 天`;
}

function listDays(days: readonly string[]): string {
  if (days.length === 0) return '';
  return `（${days.slice(0, 5).join('、')}${days.length > 5 ? ' 等' : ''}）`;
}

function shared(counted: Counted, input: DaysInput) {
  const { both, elapsed, days } = counted;
  return {
    used: both.withDust.valid,
    missing: elapsed - both.withDust.valid,
    countUnit: 'day' as const,
    inputs: [...new Set(days.flatMap(({ basis }) => basis ?? []))].sort(),
    notes: dayNotes(counted),
    standards: input.standards,
  };
}

function dayNotes(counted: Counted): Words[] {
  const { period, both, required } = counted;
  const notes: Words[] = [...progressNote(period)];
  if (period.until >= period.to ? suffices(counted) : canSuffice(counted)) return notes;
  const last = addDays(endOfData(period), -1);
  notes.push({
    zh: `至 ${last} 有效 ${both.withDust.valid} 天，整个考核期至少需要 ${required} 天，结果仅供参考`,
    en: `${both.withDust.valid} valid days to ${last}, the whole period needs ${required}: provisional`,
  });
  return notes;
}
