import { addDays, addMonths, monthOfDay } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { formatGrade, type WaterGrade } from '../domain/waterGrade.js';
import { computeWaterPeriod, type WaterPeriod } from '../statistics/waterMonths.js';
import {
  findJudgedPeriod,
  lastDayOf,
  notReported,
  progressNote,
  shown,
  type JudgedPeriod,
  type Judgement,
} from './judgement.js';
import type { Outcome } from './projection.js';
import { projectionDefaults } from './projectionSettings.js';
import { hasClass, type JudgedWater, type SectionsInput } from './sectionsInput.js';
import { allowSections, compareSections, describeGaps, projectSections } from './sectionsOutlook.js';
import { supplementaryNotes } from './supplementaryNotes.js';
import type { Words } from './words.js';

export type { JudgedSection, SectionsInput } from './sectionsInput.js';

/**
 * Judges sections against a grade: every named section one by one, by the grade of its item means over the year
 * (环办〔2011〕22号), never by averaged grades. Months that failed although the mean holds are listed (稳定达到), as are
 * months without flow, which leave the denominator.
 *
 * Over: one failing section is `missed`; else a section with fewer than 8 measured months is `insufficient-data`. Eight
 * months conclude the year (the evaluation's `period.yearMonths`, unconfirmed); months that lack without a reason are
 * noted. Running: `on-track` or `at-risk` by the projection, without earlier years by the means so far; a section without
 * any month so far, or that can no longer reach the 8 months, is `insufficient-data` unless one fails.
 *
 * A month counts whole when one of its days lies in the period, and only when it is over (`countRunningMonth`): the
 * verdict of a period that ends within a month is final at the end of that month.
 */
export function judgeSections(target: Target, input: SectionsInput, asOf: string): Judgement {
  const period = inWholeMonths(findJudgedPeriod(target, asOf));
  const { from, to } = monthsOf(period);
  const untilMonth = monthOfDay(period.until);
  const known = input.countRunningMonth === true ? addMonths(monthOfDay(asOf), 1) : untilMonth;
  const limit = Number(target.limit) as WaterGrade;
  const { yearMonths } = input.rules.evaluation.period;
  const judged = input.sections.map((section): JudgedWater => {
    const months = section.months.filter(({ month }) => month >= from && month < known);
    return {
      section,
      water: computeWaterPeriod(input.rules, section.body, months, from, to, { target: limit, untilMonth }),
    };
  });
  const used = sum(judged, ({ water }) => water.gradedMonths);
  const missing = sum(judged, ({ water }) => water.missingMonths.length);
  const yearOnYear = compareSections(target, input, period, judged);
  const allowed = period.state === 'over' ? null : allowSections(judged, input.rules, limit);
  if (judged.every(({ water }) => water.gradedMonths === 0 && water.noFlowMonths.length === 0)) {
    return notReported(period, 'month', missing, input.standards, { yearOnYear, allowed });
  }
  const worst = worstClass(judged);
  const settings = input.projection ?? projectionDefaults;
  const outcome = period.state === 'over' ? null : projectSections(target, input, period, judged, settings);
  const verdict = decide(period, judged, yearMonths, outcome);
  return {
    verdict,
    value: worst === null ? null : String(worst),
    valueUnrounded: worst === null ? null : String(worst),
    distance: worst === null ? null : new Decimal(limit).minus(worst).toString(),
    used,
    missing,
    countUnit: 'month',
    inputs: [...new Set(judged.flatMap(({ section }) => section.inputs))].sort(),
    otherLedgerValue: null,
    yearOnYear,
    certainSince: verdict === 'met' || verdict === 'missed' ? lastDayOf(period) : null,
    allowed,
    projection: outcome?.projection ?? null,
    reason: explain(judged, limit),
    notes: [
      ...progressNote(period),
      ...groundwaterNotes(judged, limit),
      ...supplementaryNotes(judged, input.rules),
      ...sectionNotes(judged, yearMonths),
      ...(period.state === 'over' ? describeGaps(judged, yearMonths) : []),
    ],
    standards: input.standards,
  };
}

/** The worst class; `null` without any, and where groundwater that does not keep the target has none. */
function worstClass(judged: readonly JudgedWater[]): number | null {
  const grades = judged.flatMap(({ water }) => water.result?.grade ?? []);
  const hidden = judged.some((one) => one.water.groundwater !== null && !keeps(one));
  return grades.length === 0 || hidden ? null : Math.max(...grades);
}

/** The half-open range of months that a judged period touches. */
export function monthsOf(period: Pick<JudgedPeriod, 'from' | 'to'>): { from: string; to: string } {
  return { from: monthOfDay(period.from), to: addMonths(monthOfDay(addDays(period.to, -1)), 1) };
}

/** The period to the end of its last month. */
function inWholeMonths(period: JudgedPeriod): JudgedPeriod {
  const to = `${monthsOf(period).to}-01`;
  return period.state === 'over' && period.until < to ? { ...period, to, state: 'open' } : { ...period, to };
}

function decide(
  period: JudgedPeriod,
  judged: readonly JudgedWater[],
  yearMonths: number,
  outcome: Outcome | null,
): Judgement['verdict'] {
  if (period.state === 'over') {
    if (judged.some((one) => fails(one) && one.water.sufficient)) return 'missed';
    return judged.every((one) => keeps(one) && one.water.sufficient) ? 'met' : 'insufficient-data';
  }
  const suffices = judged.every((one) => isDecided(one) && canSuffice(one.water, yearMonths));
  if (!suffices) return judged.some(fails) ? 'at-risk' : 'insufficient-data';
  // What the projection does not cover is judged by its means so far.
  const rest = outcome === null ? judged : judged.filter((one) => !hasClass(one));
  return (outcome?.keeps ?? true) && !rest.some(fails) ? 'on-track' : 'at-risk';
}

function keeps({ water }: JudgedWater): boolean {
  return water.meetsTarget === true;
}

function fails({ water }: JudgedWater): boolean {
  return water.meetsTarget === false;
}

/** Whether the means say that the target class is met or failed. */
function isDecided({ water }: JudgedWater): boolean {
  return water.meetsTarget !== null;
}

function canSuffice(water: WaterPeriod, yearMonths: number): boolean {
  return water.gradedMonths + water.monthsToCome.length >= yearMonths;
}

function explain(judged: readonly JudgedWater[], limit: WaterGrade): Words {
  const keeping = judged.filter(keeps).length;
  const failing = judged.filter(fails);
  const grade = formatGrade(limit);
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
  const { result, groundwater } = water;
  const items = (result?.overTarget ?? groundwater!.failing)
    .slice(0, 3)
    .map(({ nameZh, multiple }) => (multiple === null ? nameZh : `${nameZh}（超 ${shown(multiple, 2)} 倍）`))
    .join('、');
  const grade = result === null ? '超出地下水Ⅲ类限值' : `${formatGrade(result.grade!)}类`;
  return `${section.name} ${grade}，${items}`;
}

/** Why groundwater has no class, and, where its limits cannot tell the target class, no verdict. */
function groundwaterNotes(judged: readonly JudgedWater[], limit: WaterGrade): Words[] {
  const sources = judged.filter((one) => !hasClass(one));
  if (sources.length === 0) return [];
  const names = (list: readonly JudgedWater[]) => list.map(({ section }) => section.name).join('、');
  const open = sources.filter((one) => !isDecided(one) && one.water.groundwater !== null);
  const grade = formatGrade(limit);
  return [
    {
      zh: `未定类别：${names(sources)}为地下水，按 GB/T 14848 只掌握Ⅲ类限值，据此判断是否达到Ⅲ类，不按地表水（GB 3838）定类`,
      en: `Not graded: ${names(sources)}: groundwater; of GB/T 14848 only the class Ⅲ limits are held, which tell whether class Ⅲ is kept; the classes of surface water (GB 3838) do not apply`,
    },
    ...(open.length === 0
      ? []
      : [
          {
            zh: `无法判定：${names(open)}，仅凭地下水Ⅲ类限值不能判断是否达到${grade}类`,
            en: `Not judged: ${names(open)}: the class Ⅲ limits of groundwater do not tell whether class ${grade} is kept`,
          },
        ]),
  ];
}

function sectionNotes(judged: readonly JudgedWater[], yearMonths: number): Words[] {
  const notes: Words[] = [];
  const list = (pick: (water: WaterPeriod) => readonly string[]) =>
    judged
      .filter(({ water }) => pick(water).length > 0)
      .map(({ section, water }) => `${section.name}（${pick(water).join('、')}）`)
      .join('；');
  const failed = list((water) => (water.meetsTarget === true ? water.failedMonths : []));
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
