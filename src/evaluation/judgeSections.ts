import { addDays, addMonths, monthOfDay } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { formatGrade, type WaterGrade } from '../domain/waterGrade.js';
import type { WaterBody, WaterRules } from '../statistics/waterGrade.js';
import { computeWaterPeriod, type WaterPeriod, type WaterSample } from '../statistics/waterMonths.js';
import {
  findJudgedPeriod,
  notReported,
  progressNote,
  shown,
  type JudgedPeriod,
  type Judgement,
  type Words,
} from './judgement.js';

/** One section with its months: one sample a month, the month's item means. */
export interface JudgedSection {
  readonly name: string;
  readonly body: WaterBody;
  readonly placeholder: boolean;
  readonly months: readonly WaterSample[];
  readonly inputs: readonly string[];
}

export interface SectionsInput {
  readonly sections: readonly JudgedSection[];
  readonly rules: WaterRules;
  readonly standards: readonly string[];
}

interface JudgedWater {
  readonly section: JudgedSection;
  readonly water: WaterPeriod;
}

/**
 * Judges sections against a grade: every named section one by one, by the grade of its item means over the year
 * (环办〔2011〕22号), never by averaged grades. Months that failed although the mean holds are listed (稳定达到), as are
 * months without flow, which leave the denominator.
 *
 * Over: one failing section is `missed`; else a section with fewer than 8 measured months is `insufficient-data`.
 * Running: a mean so far that fails is `at-risk`; a section without any month so far, or that can no longer reach the 8
 * months, is `insufficient-data`. A month counts whole when one of its days lies in the period.
 */
export function judgeSections(target: Target, input: SectionsInput, asOf: string): Judgement {
  const period = findJudgedPeriod(target, asOf);
  const { from, to } = monthsOf(period);
  const untilMonth = monthOfDay(period.until);
  const limit = Number(target.limit) as WaterGrade;
  const { yearMonths } = input.rules.evaluation.period;
  const judged = input.sections.map((section): JudgedWater => {
    const known = section.months.filter(({ month }) => month >= from && month <= monthOfDay(asOf));
    return {
      section,
      water: computeWaterPeriod(input.rules, section.body, known, from, to, { target: limit, untilMonth }),
    };
  });
  const used = sum(judged, ({ water }) => water.gradedMonths);
  const missing = sum(judged, ({ water }) => water.missingMonths.length);
  if (judged.every(({ water }) => water.gradedMonths === 0 && water.noFlowMonths.length === 0)) {
    return notReported(period, 'month', missing, input.standards);
  }
  const grades = judged.flatMap(({ water }) => water.result?.grade ?? []);
  const worst = grades.length === 0 ? null : Math.max(...grades);
  return {
    verdict: decide(period, judged, limit, yearMonths),
    value: worst === null ? null : String(worst),
    valueUnrounded: worst === null ? null : String(worst),
    distance: worst === null ? null : new Decimal(limit).minus(worst).toString(),
    used,
    missing,
    countUnit: 'month',
    inputs: [...new Set(judged.flatMap(({ section }) => section.inputs))].sort(),
    otherLedgerValue: null,
    reason: explain(judged, limit),
    notes: [...progressNote(period), ...sectionNotes(judged, limit, yearMonths)],
    standards: input.standards,
  };
}

/** The half-open range of months that a judged period touches. */
export function monthsOf(period: Pick<JudgedPeriod, 'from' | 'to'>): { from: string; to: string } {
  return { from: monthOfDay(period.from), to: addMonths(monthOfDay(addDays(period.to, -1)), 1) };
}

function decide(
  period: JudgedPeriod,
  judged: readonly JudgedWater[],
  limit: number,
  yearMonths: number,
): Judgement['verdict'] {
  const fails = ({ water }: JudgedWater) => (water.result?.grade ?? 0) > limit;
  if (period.state === 'over') {
    if (judged.some((one) => fails(one) && one.water.sufficient)) return 'missed';
    return judged.every(({ water }) => water.sufficient) ? 'met' : 'insufficient-data';
  }
  if (judged.some(fails)) return 'at-risk';
  return judged.every(({ water }) => water.gradedMonths > 0 && canSuffice(water, yearMonths))
    ? 'on-track'
    : 'insufficient-data';
}

function canSuffice(water: WaterPeriod, yearMonths: number): boolean {
  return water.gradedMonths + water.monthsToCome.length >= yearMonths;
}

function explain(judged: readonly JudgedWater[], limit: number): Words {
  const keeping = judged.filter(({ water }) => (water.result?.grade ?? 7) <= limit).length;
  const failing = judged.filter(({ water }) => (water.result?.grade ?? 0) > limit);
  const grade = formatGrade(limit as WaterGrade);
  return {
    zh:
      `${judged.length} 个断面（点位）中 ${keeping} 个均值达到${grade}类及以上` +
      (failing.length > 0 ? `，未达到：${failing.map(describeFailureZh).join('；')}` : ''),
    en:
      `${keeping} of ${judged.length} sections keep class ${grade} by their means` +
      (failing.length > 0 ? `; failing: ${failing.map(({ section }) => section.name).join(', ')}` : ''),
  };
}

function describeFailureZh({ section, water }: JudgedWater): string {
  const items = water
    .result!.overTarget.slice(0, 3)
    .map(({ nameZh, multiple }) => (multiple === null ? nameZh : `${nameZh}（超 ${shown(multiple, 2)} 倍）`))
    .join('、');
  return `${section.name} ${formatGrade(water.result!.grade!)}类，${items}`;
}

function sectionNotes(judged: readonly JudgedWater[], limit: number, yearMonths: number): Words[] {
  const notes: Words[] = [];
  const list = (pick: (water: WaterPeriod) => readonly string[]) =>
    judged
      .filter(({ water }) => pick(water).length > 0)
      .map(({ section, water }) => `${section.name}（${pick(water).join('、')}）`)
      .join('；');
  const failed = list((water) => ((water.result?.grade ?? 7) <= limit ? water.failedMonths : []));
  if (failed !== '') {
    notes.push({
      zh: `均值达标但有单月未达标（“稳定达到”需关注）：${failed}`,
      en: `The mean holds, but single months failed: ${failed}`,
    });
  }
  const dry = list((water) => water.noFlowMonths);
  if (dry !== '') notes.push({ zh: `断流未监测：${dry}`, en: `No flow: ${dry}` });
  const short = judged.filter(({ water }) => !canSuffice(water, yearMonths));
  if (short.length > 0) {
    const names = short.map(({ section, water }) => `${section.name} ${water.gradedMonths}`);
    notes.push({
      zh: `已监测月数不足全年评价所需（${yearMonths} 个月）：${names.map((name) => `${name} 个月`).join('、')}`,
      en: `Fewer measured months than a year needs (${yearMonths}): ${names.join(', ')}`,
    });
  }
  const placeholders = judged.filter(({ section }) => section.placeholder).length;
  if (placeholders > 0) {
    notes.push({
      zh: `${placeholders} 个点位名称待生态环境分局补充`,
      en: `${placeholders} sites still need their names from the bureau`,
    });
  }
  return notes;
}

function sum(judged: readonly JudgedWater[], pick: (one: JudgedWater) => number): number {
  return judged.reduce((total, one) => total + pick(one), 0);
}
