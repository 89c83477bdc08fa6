import { addMonths, monthOfDay } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { WaterItem } from '../domain/standard.js';
import type { Target } from '../domain/target.js';
import type { SectionBody } from '../domain/waterBody.js';
import type { WaterGrade } from '../domain/waterGrade.js';
import { groundwaterClass } from '../statistics/groundwater.js';
import type { WaterBody, WaterRules } from '../statistics/waterGrade.js';
import { computeWaterPeriod, type WaterPeriod } from '../statistics/waterMonths.js';
import { daysToCome, shown, type JudgedPeriod } from './judgement.js';
import type { Allowed, AllowedItem, AllowedSection, YearOnYear } from './outlook.js';
import { asClass, concludeDraws, nameYears, projectSoFar, randomFor, type Outcome } from './projection.js';
import type { ProjectionSettings } from './projectionSettings.js';
import { drawBelow } from './random.js';
import {
  hasClass,
  type ClassedWater,
  type JudgedSection,
  type JudgedWater,
  type SectionsInput,
} from './sectionsInput.js';
import type { Words } from './words.js';
import { compareYears, windowBefore } from './yearOnYear.js';

/** What the months to come of each section may hold, and which months failed. */
export function allowSections(
  judged: readonly JudgedWater[],
  rules: WaterRules,
  limit: WaterGrade,
): Extract<Allowed, { kind: 'sections' }> {
  const sections = judged.map((one) => allowSection(one, rules, limit));
  const failing = sections.filter(({ fails }) => fails);
  return {
    kind: 'sections',
    sections,
    words: {
      zh:
        failing.length === 0
          ? `${sections.length} 个断面（点位）累计均值均未超出要求`
          : failing.map(wordsZh).join('；'),
      en:
        failing.length === 0
          ? `none of ${sections.length} sections fails so far`
          : failing.map(wordsEn).join('; '),
    },
  };
}

function wordsZh({ name, items, monthsToCome }: AllowedSection): string {
  if (monthsToCome.length === 0) return `${name}没有余下的月份`;
  const list = items.map(({ nameZh, mayAverage, direction, reachable }) =>
    reachable
      ? `${nameZh}月均${direction === 'at-most' ? '不高于' : '不低于'} ${mayAverage}`
      : `${nameZh}已无法降至要求`,
  );
  return `${name}余下 ${monthsToCome.length} 个月${list.length === 0 ? '' : '：'}${list.join('、')}`;
}

function wordsEn({ name, items, monthsToCome }: AllowedSection): string {
  const list = items.map(({ code, mayAverage, direction, reachable }) =>
    reachable
      ? `${code} ${direction === 'at-most' ? 'at most' : 'at least'} ${mayAverage}`
      : `${code} out of reach`,
  );
  return `${name}, ${monthsToCome.length} months to come${list.length === 0 ? '' : ': '}${list.join(', ')}`;
}

function allowSection({ section, water }: JudgedWater, rules: WaterRules, limit: WaterGrade): AllowedSection {
  const grade = water.result?.grade ?? null;
  const items = itemLimits(rules, section.body, limit)
    .flatMap((item) => allowItem(item, water) ?? [])
    .sort((a, b) => b.load.cmp(a.load));
  const over = items.filter(({ load }) => load.gt(1));
  const chosen = over.length > 0 ? over : items.slice(0, 1);
  return {
    name: section.name,
    grade: grade === null ? null : String(grade),
    fails: water.meetsTarget === false,
    failedMonths: water.failedMonths,
    missingMonths: water.missingMonths,
    noFlowMonths: water.noFlowMonths,
    monthsToCome: water.monthsToCome,
    monthsNeeded: Math.max(0, rules.evaluation.period.yearMonths - water.gradedMonths),
    items: chosen.map(({ item }) => item),
  };
}

/** Items that take part in the grading. */
function gradedItems({ limits, evaluation }: WaterRules) {
  return limits.items.list.filter(({ code }) => evaluation.gradingItems.list.includes(code));
}

type ItemLimit = Pick<AllowedItem, 'code' | 'nameZh' | 'limit' | 'direction'>;

/** The items that a mean can aim at, with their limits for a class; pH has a range and is none of them. */
function itemLimits(rules: WaterRules, body: SectionBody, grade: WaterGrade): ItemLimit[] {
  if (body === 'groundwater') {
    if (grade !== groundwaterClass) return [];
    return (rules.groundwater?.items.list ?? []).flatMap((item) =>
      'limit' in item
        ? [{ code: item.code, nameZh: item.nameZh, limit: item.limit, direction: 'at-most' as const }]
        : [],
    );
  }
  return gradedItems(rules).flatMap((item) => {
    if (item.direction !== 'min' && item.direction !== 'max') return [];
    const limit = item.limits[body]?.[grade - 1];
    const direction = item.direction === 'max' ? ('at-most' as const) : ('at-least' as const);
    return limit === undefined ? [] : [{ code: item.code, nameZh: item.nameZh, limit, direction }];
  });
}

/** `load`: the mean as a multiple of the limit (for dissolved oxygen the limit as a multiple of the mean). */
function allowItem(
  item: ItemLimit,
  water: WaterPeriod,
): { readonly item: AllowedItem; readonly load: Decimal } | undefined {
  const mean = water.values.get(item.code);
  if (mean === undefined) return undefined;
  const limit = new Decimal(item.limit);
  const measured = water.months.filter(({ values, state }) => state === 'measured' && values.has(item.code));
  const toCome = water.monthsToCome.length;
  const needed =
    toCome === 0
      ? null
      : limit
          .times(measured.length + toCome)
          .minus(mean.times(measured.length))
          .div(toCome);
  const atMost = item.direction === 'at-most';
  const [part, whole] = atMost ? [mean, limit] : [limit, mean];
  return {
    load: whole.eq(0) ? new Decimal(1_000_000) : part.div(whole),
    item: {
      ...item,
      meanSoFar: shown(mean, 4),
      mayAverage: needed === null ? null : shown(needed, 4),
      reachable: needed === null ? part.lte(whole) : !atMost || needed.gte(0),
    },
  };
}

/**
 * 同比 of sections: the same months a year before, item means graded. The figure is the worst grade, beside it how many
 * sections keep the class; valid when every section has as many measured months as the share of the year asks for.
 */
export function compareSections(
  target: Target,
  input: SectionsInput,
  period: JudgedPeriod,
  judged: readonly JudgedWater[],
): YearOnYear {
  const limit = Number(target.limit) as WaterGrade;
  const days = windowBefore(period);
  const from = monthOfDay(days.from);
  const to = monthOfDay(days.to) < from ? from : monthOfDay(days.to);
  const before = input.sections.map((section) =>
    computeWaterPeriod(
      input.rules,
      section.body,
      section.months.filter(({ month }) => month >= from && month < to),
      from,
      to,
      { target: limit },
    ),
  );
  const { yearMonths } = input.rules.evaluation.period;
  const required = Math.ceil((monthsBetween(from, to) * yearMonths) / 12);
  const worst = worstOf(before.map(({ result }) => result?.grade ?? null));
  const now = worstOf(judged.map(({ water }) => water.result?.grade ?? null));
  const keeping = (periods: readonly WaterPeriod[]) =>
    periods.filter(({ meetsTarget }) => meetsTarget === true).length;
  const judgedBefore = before.some(({ gradedMonths }) => gradedMonths > 0);
  return compareYears({
    window: { from: `${from}-01`, to: `${to}-01` },
    now: now === null ? null : new Decimal(now),
    before: worst === null ? null : new Decimal(worst),
    printed: worst === null ? null : String(worst),
    used: before.reduce((sum, { gradedMonths }) => sum + gradedMonths, 0),
    missing: before.reduce((sum, { missingMonths }) => sum + missingMonths.length, 0),
    valid: required > 0 && before.every(({ gradedMonths }) => gradedMonths >= required),
    decimals: 0,
    withPercent: false,
    keeping: judgedBefore
      ? { now: keeping(judged.map(({ water }) => water)), before: keeping(before), of: input.sections.length }
      : null,
    ...(judgedBefore && worst === null ? { without: noClassBefore } : {}),
    shortage: {
      zh: `上年同期有断面监测不足 ${required} 个月`,
      en: `A section has fewer than ${required} measured months in the same period a year before`,
    },
  });
}

const noClassBefore: Words = {
  zh: '地下水只按Ⅲ类限值判断，没有类别可比',
  en: 'Groundwater is compared with the class Ⅲ limits alone; there is no class to compare',
};

function worstOf(grades: readonly (WaterGrade | null)[]): number | null {
  return grades.reduce<number | null>(
    (worst, grade) => (grade !== null && (worst === null || grade > worst) ? grade : worst),
    null,
  );
}

function monthsBetween(from: string, to: string): number {
  const index = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7));
  return index(to) - index(from);
}

/** Sums and counts of one section's items so far, and what each earlier year adds per month to come. */
interface Carried {
  readonly items: readonly {
    readonly sum: number;
    readonly count: number;
    readonly grade: (mean: number) => number;
  }[];
  /** Year → month to come → item → value, `null` where it was not measured. */
  readonly years: readonly (readonly (readonly (number | null)[])[])[];
}

/**
 * The worst grade expected at the end: item means over the months so far and the months to come as the same months of
 * earlier years, an estimate in doubles. Each draw takes runs of `blockMonths` from one year for all sections and items
 * alike, as weather and water are shared. Without an earlier year that has three quarters of those months, the means so
 * far. Groundwater, which has no class, takes no part. `null` when no month is to come.
 */
export function projectSections(
  target: Target,
  input: SectionsInput,
  period: JudgedPeriod,
  all: readonly JudgedWater[],
  settings: ProjectionSettings,
): Outcome | null {
  const judged = all.filter(hasClass);
  const worst = worstOf(judged.map(({ water }) => water.result?.grade ?? null));
  if (daysToCome(period) === 0 || worst === null) return null;
  const limit = Number(target.limit);
  const months = monthsAhead(judged);
  const sections = judged.map(({ section }) => section);
  const years = yearsWith(sections, period, months, settings);
  if (months.length === 0 || years.length === 0) {
    const source = { zh: '没有往年同月数据，按至今均值推算', en: 'no earlier years: means so far' };
    return { keeps: worst <= limit, projection: projectSoFar(String(worst), settings, source, asClass) };
  }
  const carried = judged.map((one) => carry(one, input.rules, months, years));
  // As-of days of one month know the same months: they have the same projection.
  const random = randomFor(target, monthOfDay(period.until), settings);
  const draws = Array.from({ length: settings.draws }, () => {
    let year = 0;
    const chosen = months.map((_, index) => {
      if (index % settings.blockMonths === 0) year = drawBelow(random, years.length);
      return year;
    });
    return Math.max(...carried.map((one) => gradeDraw(one, chosen)));
  });
  const judgedYear = Number(period.from.slice(0, 4));
  const numbers = years.map((back) => judgedYear - back);
  const named = nameYears(numbers, judgedYear);
  return concludeDraws({
    target,
    method: 'same-months-bootstrap',
    years: numbers,
    draws,
    keeps: (grade) => grade <= limit,
    places: 0,
    read: asClass,
    settings,
    source: { zh: `余下月份按${named.zh}同月推算`, en: `months left as the same months of ${named.en}` },
  });
}

function monthsAhead(judged: readonly JudgedWater[]): string[] {
  return [...new Set(judged.flatMap(({ water }) => water.monthsToCome))].sort();
}

/** How many years back the same months have data in three quarters of all sections' months; oldest first. */
function yearsWith(
  sections: readonly JudgedSection[],
  period: JudgedPeriod,
  months: readonly string[],
  settings: ProjectionSettings,
): number[] {
  const known = sections.map((section) => new Set(section.months.map(({ month }) => month)));
  const first = sections
    .flatMap((section) => section.months.map(({ month }) => month))
    .reduce((least, month) => (month < least ? month : least), monthOfDay(period.from));
  const until = monthOfDay(period.until);
  const years: number[] = [];
  for (let back = Number(period.from.slice(0, 4)) - Number(first.slice(0, 4)); back > 0; back -= 1) {
    const wanted = months.map((month) => addMonths(month, -12 * back));
    const count = known.reduce(
      (sum, has) => sum + wanted.filter((month) => month < until && has.has(month)).length,
      0,
    );
    if (count > 0 && count >= wanted.length * sections.length * settings.historyShare) years.push(back);
  }
  return years;
}

function carry(
  { section, water }: ClassedWater,
  rules: WaterRules,
  months: readonly string[],
  years: readonly number[],
): Carried {
  const items = gradedItems(rules).filter(
    ({ code, direction }) => direction !== 'none' && section.months.some(({ values }) => values.has(code)),
  );
  const ahead = new Set(water.monthsToCome);
  const bySample = new Map(section.months.map((sample) => [sample.month, sample]));
  return {
    items: items.map((item) => {
      const own = water.months.flatMap(({ values }) => values.get(item.code)?.toNumber() ?? []);
      return {
        sum: own.reduce((sum, value) => sum + value, 0),
        count: own.length,
        grade: graderOf(item, section.body),
      };
    }),
    years: years.map((back) =>
      months.map((month) => {
        const sample = ahead.has(month) ? bySample.get(addMonths(month, -12 * back)) : undefined;
        return items.map(({ code }) => sample?.values.get(code)?.value.toNumber() ?? null);
      }),
    ),
  };
}

function graderOf(item: WaterItem, body: WaterBody): (mean: number) => number {
  if (item.direction === 'range') {
    const [low, high] = item.range.map(Number) as [number, number];
    return (mean) => (mean >= low && mean <= high ? 1 : 6);
  }
  const limits = item.direction === 'none' ? undefined : item.limits[body]?.map(Number);
  if (limits === undefined) return () => 0;
  const least = item.direction === 'min';
  return (mean) => {
    const index = limits.findIndex((limit) => (least ? mean >= limit : mean <= limit));
    return index < 0 ? 6 : index + 1;
  };
}

function gradeDraw({ items, years }: Carried, chosen: readonly number[]): number {
  let worst = 0;
  items.forEach(({ sum, count, grade }, index) => {
    let [total, days] = [sum, count];
    chosen.forEach((year, month) => {
      const value = years[year]![month]![index]!;
      if (value === null) return;
      total += value;
      days += 1;
    });
    if (days > 0) worst = Math.max(worst, grade(total / days));
  });
  return worst;
}

/** Months without data or reason in a year that is concluded all the same. */
export function describeGaps(judged: readonly JudgedWater[], yearMonths: number) {
  const gaps = judged.filter(({ water }) => water.sufficient && water.missingMonths.length > 0);
  if (gaps.length === 0) return [];
  const list = gaps
    .map(({ section, water }) => `${section.name}（${water.missingMonths.join('、')}）`)
    .join('；');
  return [
    {
      zh: `有月份缺测，按现有月份评价（全年至少 ${yearMonths} 个月，设置项，待确认）：${list}`,
      en: `Months are missing; concluded from those there are (at least ${yearMonths} a year, a setting): ${list}`,
    },
  ];
}
