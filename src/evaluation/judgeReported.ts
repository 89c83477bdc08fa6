import { addDays, daysBetween } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { certainSinceAmong } from './certainty.js';
import {
  distanceTo,
  findJudgedPeriod,
  keepsLimit,
  notReported,
  progressNote,
  readable,
  shown,
  lastDayOf,
  unroundedText,
  type JudgedPeriod,
  type Judgement,
} from './judgement.js';
import { addTownships, findRate, inside, type Finding } from './rateFigure.js';
import { addUp, latest, type Added, type ReportedFigure } from './reportedFigure.js';
import { allowGap, allowRoom, allowTime, compareRates } from './reportedOutlook.js';
import type { Words } from './words.js';

export interface ReportedInput {
  /** Figures of the county itself. */
  readonly county: readonly ReportedFigure[];
  /** Figures of townships, one list for all of them. */
  readonly townships: readonly ReportedFigure[];
  /** How many townships there are. */
  readonly townshipCount: number;
  /**
   * Whether a figure to date holds what was reported for periods before its beginning. Default `false`: it holds its own
   * period, as “1–9月” does; `true` where offices report totals since the plan began under a later beginning.
   */
  readonly toDateHoldsEarlier?: boolean;
}

// Up to this share of the period a milestone that is not done is still taken as under way.
const milestoneShare = new Decimal('0.75');

/**
 * Judges a rate (or a change from a base year) by the latest official figure, compared as reported: an official rate is
 * not rounded up to a limit it misses.
 *
 * Over: the figure of the whole year decides; only partial ones are `insufficient-data`. Running: the latest figure
 * keeps the limit (`on-track`) or not (`at-risk`); before the first figure of the year, that of the last year reported
 * shows the progress. Without a county figure, townships that all report amounts are added up.
 */
export function judgeRate(target: Target, input: ReportedInput, asOf: string): Judgement {
  const period = findJudgedPeriod(target, asOf);
  const known = (list: readonly ReportedFigure[]) =>
    list.filter(({ periodEnd }) => periodEnd <= period.until);
  const county = known(input.county);
  const townships = known(input.townships);
  const finding = findRate(period, county, townships, input.townshipCount);
  const yearOnYear = compareRates(target, period, finding?.figure ?? null, (wanted) => {
    const same = (figure: Omit<ReportedFigure, 'siteName'>) =>
      figure.periodKind === wanted.periodKind &&
      figure.periodStart === wanted.periodStart &&
      figure.periodEnd === wanted.periodEnd;
    return county.find(same) ?? addTownships(townships.filter(same), input.townshipCount);
  });
  const allowed = period.state === 'over' ? null : allowGap(target, period, finding?.figure.value ?? null);
  if (finding === undefined) {
    const absent = notReported(period, 'report', 1, [], { yearOnYear, allowed });
    const names = new Set(
      townships.filter((figure) => inside(figure, period)).map(({ siteName }) => siteName),
    );
    if (names.size === 0) return absent;
    return {
      ...absent,
      verdict: 'insufficient-data',
      used: names.size,
      missing: Math.max(0, input.townshipCount - names.size),
      inputs: ['townships'],
      reason: partlyReported,
    };
  }
  const { figure } = finding;
  const value = finding.fromTownships ? readable(target, figure.value) : figure.value;
  const kept = keepsLimit(target, figure.value);
  const decide = (): Judgement['verdict'] => {
    if (period.state !== 'over') return kept ? 'on-track' : 'at-risk';
    if (!finding.final) return 'insufficient-data';
    return kept ? 'met' : 'missed';
  };
  const verdict = decide();
  return {
    ...valueOf(target, value, finding),
    valueUnrounded: unroundedText(figure.value),
    verdict,
    yearOnYear,
    certainSince: verdict === 'met' || verdict === 'missed' ? lastDayOf(period) : null,
    allowed,
    reason: {
      zh: `${describePeriodZh(figure)}为 ${value.toString()}${target.unit}，要求 ${signOf(target)} ${target.limit}${target.unit}`,
      en: `${value.toString()} ${target.unit} for ${figure.periodStart} to ${addDays(figure.periodEnd, -1)}, wanted ${signOf(target)} ${target.limit}`,
    },
    notes: [...progressNote(period), ...rateNotes(target, finding, townships)],
  };
}

/**
 * Judges an amount delivered by the due date (count or area). The latest figure to date counts with what was reported
 * for periods before its own beginning and after its end (“1–9月” holds its year and not the year before it); without
 * one, the figures of periods that do not overlap are added. Delivered is `secured` or
 * `met`; on the way it is `on-track` while the delivered share is at least the elapsed share of the period. Figures that
 * do not reach from beginning to end of a period that is over prove nothing about the rest: too little then is
 * `insufficient-data`, not `missed`.
 *
 * `= 0` targets are broken by any amount, and kept only when figures cover the whole period.
 */
export function judgeAmount(target: Target, input: ReportedInput, asOf: string): Judgement {
  const found = findAmount(target, input, asOf);
  const { period, zero, added } = found;
  if (added === undefined) {
    const none = new Decimal(0);
    const open = zero ? allowRoom(target, period, none) : allowGap(target, period, none);
    return notReported(period, 'report', 1, [], { allowed: period.state === 'over' ? null : open });
  }
  const { amount } = added;
  const paced = period.state !== 'over' && !zero && !keepsLimit(target, amount);
  const last = latest(found.figures)!;
  const open = zero ? allowRoom(target, period, amount) : allowGap(target, period, amount);
  const decide = (day: string) => decideAmount(target, findAmount(target, input, day));
  return {
    ...valueOf(target, amount, { figure: last, fromTownships: false, final: true, earlier: false }),
    used: added.used,
    missing: period.state === 'over' && !added.whole ? 1 : 0,
    verdict: decide(asOf),
    certainSince: certainSinceAmong(turningDays(target, input), asOf, decide),
    allowed: period.state === 'over' ? null : open,
    reason: {
      zh:
        `截至 ${addDays(last.periodEnd, -1)} 累计 ${amount.toString()}${target.unit}，要求 ${signOf(target)} ${target.limit}${target.unit}` +
        (paced ? `；按时间进度应达到 ${shown(dueByNow(target, period), 2)}${target.unit}` : ''),
      en:
        `${amount.toString()} by ${addDays(last.periodEnd, -1)}, wanted ${signOf(target)} ${target.limit} ${target.unit}` +
        (paced ? `; by the time elapsed ${shown(dueByNow(target, period), 2)} would be due` : ''),
    },
    notes: [
      ...progressNote(period),
      ...(added.carried.gt(0) ? [carriedNote(target, added)] : []),
      ...(period.state === 'over' && !added.whole ? [notToTheEnd] : []),
    ],
  };
}

/** The amount known by a day; `zero` when more of it is worse. */
interface FoundAmount {
  readonly period: JudgedPeriod;
  readonly zero: boolean;
  readonly figures: readonly ReportedFigure[];
  readonly added: Added | undefined;
}

function findAmount(target: Target, input: ReportedInput, asOf: string): FoundAmount {
  const period = findJudgedPeriod(target, asOf);
  const figures = input.county.filter(
    (figure) => figure.periodEnd <= period.until && touches(figure, period),
  );
  const zero = target.comparison === '=' || target.comparison === '<=';
  return { period, zero, figures, added: addUp(figures, period, input.toDateHoldsEarlier ?? false) };
}

function decideAmount(target: Target, { period, zero, added }: FoundAmount): Judgement['verdict'] {
  if (added === undefined) return 'not-reported';
  const kept = keepsLimit(target, added.amount);
  if (period.state === 'over') {
    // An amount once delivered, or once too large, stays so; the rest is known only for the time reported.
    if (kept !== zero) return kept ? 'met' : 'missed';
    if (!added.whole) return 'insufficient-data';
    return kept ? 'met' : 'missed';
  }
  if (zero && !kept) return period.state === 'open' ? 'lost' : 'at-risk';
  if (zero) return 'on-track';
  if (kept) return period.state === 'open' ? 'secured' : 'on-track';
  return added.amount.gte(dueByNow(target, period)) ? 'on-track' : 'at-risk';
}

/** What the elapsed share of the period would ask for. */
function dueByNow(target: Target, period: JudgedPeriod): Decimal {
  return elapsedShare(period).times(target.limit);
}

/** Days on which what is certain may change: a report's period ends, the target's period begins or ends. */
function turningDays(target: Target, input: ReportedInput): string[] {
  return [target.periodStart, target.due, ...input.county.map(({ periodEnd }) => addDays(periodEnd, -1))];
}

function carriedNote(target: Target, { carried, from }: Added): Words {
  return {
    zh: `累计数自 ${from} 起算，此前报送的 ${carried.toString()}${target.unit} 另行相加`,
    en: `The figure to date counts from ${from}; ${carried.toString()} ${target.unit} reported before are added`,
  };
}

/**
 * Judges something that is done or not. Done is `secured` or `met`, if reported for a time up to the due date. Not done
 * at or after the due date is `missed`; when the last report is older, nothing is known of the due date and it is
 * `insufficient-data`. Before, `on-track` until three quarters of the period are gone, then `at-risk` (assumption).
 */
export function judgeMilestone(target: Target, input: ReportedInput, asOf: string): Judgement {
  const found = findMilestone(target, input, asOf);
  const { period, figures, inTime, done, openAtDue, late } = found;
  const last = inTime ?? found.newest;
  const allowed = period.state === 'over' ? null : allowTime(period, done);
  if (last === undefined) return notReported(period, 'report', 1, [], { allowed });
  const decide = (on: string) => decideMilestone(findMilestone(target, input, on));
  const day = addDays(last.periodEnd, -1);
  const lateDay = addDays(found.newest!.periodEnd, -1);
  const lateWords = {
    zh: `考核期满后才报告完成（${lateDay}）`,
    en: `Reported done only after the due date (${lateDay})`,
  };
  const openWords = { zh: `截至 ${day} 报告尚未完成`, en: `Reported not done as of ${day}` };
  const doneWords = { zh: `已于 ${day} 前报告完成`, en: `Reported done by ${day}` };
  return {
    ...valueOf(target, last.value, { figure: last, fromTownships: false, final: true, earlier: false }),
    used: figures.length,
    verdict: decide(asOf),
    certainSince: certainSinceAmong(turningDays(target, input), asOf, decide),
    allowed,
    reason: done ? doneWords : inTime === undefined && late ? lateWords : openWords,
    notes: [
      ...progressNote(period),
      ...(late && inTime !== undefined ? [lateWords] : []),
      ...(period.state === 'over' && !done && !openAtDue ? [notToTheEnd] : []),
    ],
  };
}

/** What is known of a milestone by a day. */
interface FoundMilestone {
  readonly period: JudgedPeriod;
  readonly figures: readonly ReportedFigure[];
  readonly inTime: ReportedFigure | undefined;
  readonly newest: ReportedFigure | undefined;
  readonly done: boolean;
  readonly openAtDue: boolean;
  /** Done only by a report for a time after the due date. */
  readonly late: boolean;
}

function findMilestone(target: Target, input: ReportedInput, asOf: string): FoundMilestone {
  const period = findJudgedPeriod(target, asOf);
  const figures = input.county.filter(({ periodEnd }) => periodEnd <= period.until);
  const inTime = latest(figures.filter(({ periodEnd }) => periodEnd <= period.to));
  const newest = latest(figures);
  const done = inTime?.value.gte(1) === true;
  return {
    period,
    figures,
    inTime,
    newest,
    done,
    // What was open after the due date was open on it; what was done by then may have been done in time or late.
    openAtDue: figures.some(({ periodEnd, value }) => periodEnd >= period.to && value.lt(1)),
    late: !done && newest !== inTime && newest?.value.gte(1) === true,
  };
}

function decideMilestone({ period, newest, done, openAtDue }: FoundMilestone): Judgement['verdict'] {
  if (newest === undefined) return 'not-reported';
  if (period.state === 'over') {
    if (done) return 'met';
    return openAtDue ? 'missed' : 'insufficient-data';
  }
  if (done) return period.state === 'open' ? 'secured' : 'on-track';
  return elapsedShare(period).lt(milestoneShare) ? 'on-track' : 'at-risk';
}

const notToTheEnd: Words = {
  zh: '报送的数据没有覆盖到考核期末，不足以得出结论',
  en: 'What was reported does not cover the period to its end',
};

const partlyReported: Words = {
  zh: '只有部分乡镇报送，且没有全县数，不能得出全县结果',
  en: 'Only some townships have reported and there is no county figure',
};

function touches(figure: ReportedFigure, period: JudgedPeriod): boolean {
  return figure.periodEnd > period.from && figure.periodEnd <= period.to;
}

function elapsedShare(period: JudgedPeriod): Decimal {
  const whole = daysBetween(period.from, period.to);
  const elapsed = Math.min(whole, Math.max(0, daysBetween(period.from, period.until)));
  return new Decimal(elapsed).div(whole);
}

function valueOf(target: Target, value: Decimal, finding: Finding) {
  return {
    value: value.toString(),
    valueUnrounded: value.toString(),
    distance: distanceTo(target, value).toString(),
    used: 1,
    missing: finding.earlier ? 1 : 0,
    countUnit: 'report' as const,
    inputs: [finding.fromTownships ? 'townships' : 'report'],
    otherLedgerValue: null,
    yearOnYear: null,
    projection: null,
    standards: [],
  };
}

function rateNotes(target: Target, finding: Finding, townships: readonly ReportedFigure[]): Words[] {
  const { figure } = finding;
  const notes: Words[] = [];
  if (finding.earlier) {
    notes.push({
      zh: `本考核期尚未报送，这里是${describePeriodZh(figure)}的数据`,
      en: `Nothing is reported for the period yet; this is the figure of ${figure.periodStart.slice(0, 4)}`,
    });
  } else if (!finding.final) {
    notes.push({ zh: '尚无覆盖全年的数据，结果为阶段性数据', en: 'No figure covers the whole year yet' });
  }
  if (finding.fromTownships) {
    notes.push({
      zh: '全县数由各乡镇的分子、分母相加得出',
      en: 'Added up from the amounts of all townships',
    });
  }
  const below = townships.filter(
    (township) =>
      township.periodStart === figure.periodStart &&
      township.periodEnd === figure.periodEnd &&
      !keepsLimit(target, township.value),
  );
  if (below.length > 0) {
    const names = below.map(({ siteName, value }) => `${siteName} ${value.toString()}${target.unit}`);
    notes.push({ zh: `未达到的乡镇：${names.join('、')}`, en: `Townships below: ${names.join(', ')}` });
  }
  return notes;
}

function describePeriodZh({ periodKind, periodStart, periodEnd }: Omit<ReportedFigure, 'siteName'>): string {
  const year = periodStart.slice(0, 4);
  if (periodKind === 'year') return `${year} 年`;
  if (periodKind === 'half-year') return `${year} 年${periodStart.slice(5, 7) === '01' ? '上' : '下'}半年`;
  if (periodKind === 'quarter') return `${year} 年第 ${Math.ceil(Number(periodStart.slice(5, 7)) / 3)} 季度`;
  if (periodKind === 'month') return `${year} 年 ${Number(periodStart.slice(5, 7))} 月`;
  return `截至 ${addDays(periodEnd, -1)} `;
}

function signOf(target: Target): string {
  return { '<=': '≤', '>=': '≥', '=': '=' }[target.comparison];
}
