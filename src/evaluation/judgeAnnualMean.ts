import { addDays, daysBetween, daysInMonth } from '../domain/calendar.js';
import type { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { computeRangeMean, type RangeMean } from '../statistics/annualMean.js';
import type { AnnualMeanInput, JudgedDay } from './annualMeanInput.js';
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
  shown,
  unroundedText,
  type JudgedPeriod,
  type Judgement,
} from './judgement.js';
import { allowMean, compareMeans, isLost, meanCertainSince, projectMean } from './meanOutlook.js';
import type { Outcome } from './projection.js';
import { projectionDefaults } from './projectionSettings.js';
import type { Words } from './words.js';

export { computeRemainingConcentration } from './meanOutlook.js';
export type { AnnualMeanInput, JudgedDay } from './annualMeanInput.js';

/**
 * Judges the annual mean of daily means against an upper limit (HJ 663, validity by GB 3095 table 4).
 *
 * The period over: `met` or `missed` when valid, else `insufficient-data`. Running: `lost` when even zeros on every day
 * left would leave the mean above the limit; `insufficient-data` when the year can no longer become valid; else
 * `on-track` or `at-risk` by the projection: days left as the same calendar window of all earlier years given, or,
 * without those, the mean so far.
 */
export function judgeAnnualMean(target: Target, input: AnnualMeanInput, asOf: string): Judgement {
  const period = findJudgedPeriod(target, asOf);
  const options = { until: period.until, dailyDecimals: input.dailyDecimals };
  const series = (pick: (day: JudgedDay) => Decimal | null) =>
    input.days.map((day) => ({ day: day.day, value: pick(day) }));
  const mean = computeRangeMean(
    series((day) => day.judged),
    period.from,
    period.to,
    input.limits.validity,
    options,
  );
  const other = computeRangeMean(
    series((day) => day.other),
    period.from,
    period.to,
    input.limits.validity,
    options,
  );
  const yearOnYear = compareMeans(target, input, period, mean);
  const allowed = period.state === 'over' ? null : allowMean(target, period, mean);
  if (mean.mean === null)
    return notReported(period, 'day', mean.elapsedDays, input.standards, { yearOnYear, allowed });
  const value = atTargetPrecision(target, mean.mean);
  const settings = input.projection ?? projectionDefaults;
  const outcome = period.state === 'over' ? null : projectMean(target, input.days, period, mean, settings);
  const verdict = decide(target, input, period, mean, outcome);
  const inside = input.days.filter(({ day }) => day >= period.from && day < endOfData(period));
  return {
    verdict,
    value: value.toFixed(target.decimals),
    valueUnrounded: unroundedText(mean.mean),
    distance: distanceTo(target, value).toString(),
    used: mean.validDays,
    missing: mean.elapsedDays - mean.validDays,
    countUnit: 'day',
    inputs: [...new Set(inside.flatMap(({ basis }) => basis ?? []))].sort(),
    otherLedgerValue:
      other.mean === null ? null : atTargetPrecision(target, other.mean).toFixed(target.decimals),
    yearOnYear,
    certainSince: meanCertainSince(target, input, period, verdict),
    allowed,
    projection: outcome?.projection ?? null,
    reason: explain(target, period, mean),
    notes: [...progressNote(period), ...validityNotes(mean)],
    standards: input.standards,
  };
}

function decide(
  target: Target,
  input: AnnualMeanInput,
  period: JudgedPeriod,
  mean: RangeMean,
  outcome: Outcome | null,
): Judgement['verdict'] {
  const kept = keepsLimit(target, atTargetPrecision(target, mean.mean!));
  if (period.state === 'over') {
    if (!mean.valid || mean.validDays < requiredDays(period, input.limits.validity))
      return 'insufficient-data';
    return kept ? 'met' : 'missed';
  }
  // Days without a value so far may still be reported: only what even zeros on all of them cannot mend is lost.
  if (period.state === 'open' && isLost(target, mean.sum, mean.rangeDays)) return 'lost';
  if (!canBecomeValid(input, period, mean)) return 'insufficient-data';
  return (outcome?.keeps ?? kept) ? 'on-track' : 'at-risk';
}

/** Whether valid values on all days to come would still make every month and the whole valid. */
function canBecomeValid(input: AnnualMeanInput, period: JudgedPeriod, mean: RangeMean): boolean {
  const monthFails = mean.months.some(({ month, valid, required }) => {
    if (required === null) return false;
    const gone = Math.max(0, daysBetween(`${month}-01`, endOfData(period)));
    return valid + Math.max(0, daysInMonth(month) - gone) < required;
  });
  return !monthFails && mean.validDays + daysToCome(period) >= requiredDays(period, input.limits.validity);
}

/** The figure against its limit; what may still come and what is expected have words of their own. */
function explain(target: Target, period: JudgedPeriod, mean: RangeMean): Words {
  const so = shown(mean.mean!, Math.max(target.decimals, 2));
  if (period.state === 'over') {
    const last = addDays(period.to, -1);
    return {
      zh: `${period.from} 至 ${last} 有效 ${mean.validDays} 天，均值 ${so}，要求 ≤ ${target.limit}`,
      en: `${mean.validDays} valid days from ${period.from} to ${last}, mean ${so}, limit ${target.limit}`,
    };
  }
  const last = addDays(period.until, -1);
  return {
    zh: `截至 ${last} 有效 ${mean.validDays} 天，累计均值 ${so}，要求 ≤ ${target.limit}`,
    en: `${mean.validDays} valid days to ${last}, mean ${so}, limit ${target.limit}`,
  };
}

function validityNotes(mean: RangeMean): Words[] {
  const notes: Words[] = [];
  if (mean.shortMonths.length > 0) {
    const months = mean.shortMonths.join('、');
    notes.push({
      zh: `有效天数不足（每月至少 27 天，二月 25 天；GB 3095 表 4）的月份：${months}`,
      en: `Months with too few valid days (27, February 25; GB 3095 table 4): ${months}`,
    });
  }
  if (
    mean.requiredDays !== null &&
    mean.rangeDays === mean.elapsedDays &&
    mean.validDays < mean.requiredDays
  ) {
    notes.push({
      zh: `全年有效 ${mean.validDays} 天，少于 ${mean.requiredDays} 天（GB 3095 表 4），均值仅供参考`,
      en: `${mean.validDays} valid days in the year, fewer than ${mean.requiredDays} (GB 3095 table 4): provisional`,
    });
  }
  return notes;
}
