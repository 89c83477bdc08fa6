import { addDays, daysBetween } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { computeGoodDays, type DayCount, type GoodDays } from '../statistics/goodDays.js';
import { computeShare } from '../statistics/share.js';
import type { Counted, DaysInput } from './daysInput.js';
import {
  allowBadDays,
  allowHeavyDays,
  compareDays,
  heavyCertainSince,
  projectHeavy,
  projectShare,
  shareCertainSince,
} from './daysOutlook.js';
import {
  atTargetPrecision,
  daysToCome,
  distanceTo,
  endOfData,
  findJudgedPeriod,
  keepsLimit,
  notReported,
  progressNote,
  requiredDays,
  unroundedText,
  type Judgement,
} from './judgement.js';
import { projectSoFar } from './projection.js';
import { projectionDefaults } from './projectionSettings.js';
import type { Words } from './words.js';

export type { DaysInput, EarlierDays } from './daysInput.js';

/**
 * Judges the share of good days (优良天数比率, HJ 663): good ÷ valid days of the period, at the target's precision.
 *
 * Running: `secured` when the share would hold even if every day left were bad and the days so far already suffice,
 * `lost` when it would fail even if every day left were good (days without data so far count as days left, for they may
 * still be reported); `insufficient-data` when the days to come cannot make up the days needed; else by the projection
 * to the end of the period, without earlier years by the share so far. Needed are as many index days as for an annual mean (324, by analogy; assumption).
 */
export function judgeDayShare(target: Target, input: DaysInput, asOf: string): Judgement {
  const counted = countDays(target, input, asOf);
  const { period, count, elapsed, open } = counted;
  const yearOnYear = compareDays(target, input, counted, ({ goodShare }) => goodShare);
  const allowed = period.state === 'over' ? null : allowBadDays(target, counted);
  if (count.goodShare === null)
    return notReported(period, 'day', elapsed, input.standards, { yearOnYear, allowed });
  const outcome = period.state === 'over' ? null : projectShare(target, input, counted);
  const value = atTargetPrecision(target, count.goodShare);
  const total = count.valid + open;
  const best = atTargetPrecision(target, computeShare(count.good + open, total)!);
  const worst = atTargetPrecision(target, computeShare(count.good, total)!);
  const decide = (): Judgement['verdict'] => {
    if (period.state === 'over') return conclude(counted, keepsLimit(target, value));
    if (period.state === 'open' && !keepsLimit(target, best)) return 'lost';
    if (period.state === 'open' && keepsLimit(target, worst) && suffices(counted)) return 'secured';
    if (!canSuffice(counted)) return 'insufficient-data';
    return (outcome?.keeps ?? keepsLimit(target, value)) ? 'on-track' : 'at-risk';
  };
  const verdict = decide();
  const other = otherLedger(target, counted.both);
  return {
    ...shared(counted, input),
    verdict,
    value: value.toFixed(target.decimals),
    valueUnrounded: unroundedText(count.goodShare),
    distance: distanceTo(target, value).toString(),
    otherLedgerValue:
      other.goodShare === null ? null : atTargetPrecision(target, other.goodShare).toFixed(target.decimals),
    yearOnYear,
    certainSince: shareCertainSince(target, counted, verdict),
    allowed,
    projection: outcome?.projection ?? soFar(counted, input, value.toFixed(target.decimals)),
    reason: {
      zh:
        `有效 ${count.valid} 天，其中优良 ${count.good} 天、超标 ${count.exceeding} 天，比率 ${value.toFixed(target.decimals)}%，` +
        `要求 ≥ ${target.limit}%`,
      en:
        `${count.good} good and ${count.exceeding} bad of ${count.valid} valid days, ${value.toFixed(target.decimals)} %, ` +
        `wanted ${target.limit} %`,
    },
  };
}

/**
 * Judges a number of heavily polluted days (AQI > 200) against the limit, in the ledger that the plan's words choose.
 * Such a day cannot be undone: more than the limit is `lost` at once. Within the limit asks for as many index days as
 * an annual mean (324, by analogy; assumption), at the end or still within reach; while it runs, the projection from
 * earlier years says whether it is `at-risk`.
 */
export function judgeDayCount(target: Target, input: DaysInput, asOf: string): Judgement {
  const counted = countDays(target, input, asOf);
  const { period, count, elapsed, both } = counted;
  const yearOnYear = compareDays(target, input, counted, ({ heavy }) => new Decimal(heavy));
  const allowed = period.state === 'over' ? null : allowHeavyDays(target, counted);
  if (both.withDust.valid === 0)
    return notReported(period, 'day', elapsed, input.standards, { yearOnYear, allowed });
  const outcome = period.state === 'over' ? null : projectHeavy(target, input, counted);
  const value = new Decimal(count.heavy);
  const kept = value.lte(target.limit);
  const decide = (): Judgement['verdict'] => {
    if (period.state === 'over') return kept ? conclude(counted, true) : 'missed';
    if (kept && !canSuffice(counted)) return 'insufficient-data';
    if (kept) return (outcome?.keeps ?? true) ? 'on-track' : 'at-risk';
    return period.state === 'open' ? 'lost' : 'at-risk';
  };
  const verdict = decide();
  const removed = both.withoutDust.removed.filter(({ heavy }) => heavy);
  return {
    ...shared(counted, input),
    verdict,
    value: value.toString(),
    valueUnrounded: value.toString(),
    distance: new Decimal(target.limit).minus(value).toString(),
    otherLedgerValue: String(otherLedger(target, both).heavy),
    yearOnYear,
    certainSince: heavyCertainSince(target, counted, verdict),
    allowed,
    projection: outcome?.projection ?? soFar(counted, input, value.toString()),
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
  return both.withDust.valid + daysToCome(period) >= required;
}

/** Without earlier years what there is so far stands for the rest; `null` when no day is to come. */
function soFar({ period }: Counted, input: DaysInput, value: string): Judgement['projection'] {
  if (daysToCome(period) === 0) return null;
  const source = { zh: '没有往年同期数据，按至今推算', en: 'no earlier years: as so far' };
  return projectSoFar(value, input.projection ?? projectionDefaults, source);
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
