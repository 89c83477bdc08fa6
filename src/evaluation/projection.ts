import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { formatGrade, type WaterGrade } from '../domain/waterGrade.js';
import { quantile } from './bootstrap.js';
import { firstTrue } from './certainty.js';
import { shown } from './judgement.js';
import type { Projection } from './outlook.js';
import type { ProjectionSettings } from './projectionSettings.js';
import { createRandom, seedOf, type Random } from './random.js';
import type { Words } from './words.js';

/** The numbers of one target's projection as of one day are the same on every machine and in every process. */
export function randomFor(
  target: Pick<Target, 'id'>,
  asOf: string,
  { seed }: Pick<ProjectionSettings, 'seed'>,
): Random {
  return createRandom(seedOf(`${target.id} ${asOf}`) + seed);
}

/** An estimate as text with at most `places` decimals. */
export function estimateText(value: number, places: number): string {
  return shown(new Decimal(String(value)), places);
}

/** The share of sorted draws that keep a limit, which small draws (`<=`) or large ones (`>=`) do. */
export function keptShare(
  sorted: readonly number[],
  comparison: Target['comparison'],
  keeps: (value: number) => boolean,
): number {
  const { length } = sorted;
  if (comparison === '>=')
    return (length - (firstTrue(length, (index) => keeps(sorted[index]!)) ?? length)) / length;
  return (firstTrue(length, (index) => !keeps(sorted[index]!)) ?? length) / length;
}

/** Puts a figure's text into a sentence, e.g. as a class. */
export type Reading = (value: string) => Words;

const asItIs: Reading = (value) => ({ zh: value, en: value });

/** A grade's number as a class: `Ⅳ类`, `class Ⅳ`. */
export const asClass: Reading = (value) => {
  const grade = formatGrade(Number(value) as WaterGrade);
  return { zh: `${grade}类`, en: `class ${grade}` };
};

export interface DrawnProjection {
  readonly target: Target;
  readonly method: Exclude<Projection['method'], 'so-far'>;
  readonly years: readonly number[];
  /** What each draw gives for the whole period, in any order. */
  readonly draws: readonly number[];
  readonly keeps: (value: number) => boolean;
  readonly places: number;
  /** How a figure reads in a sentence; default: as it is. */
  readonly read?: Reading;
  readonly settings: ProjectionSettings;
  /** What the days or months left are taken from. */
  readonly source: Words;
}

/** A projection as it is shown, and whether it lets the target count as on its way. */
export interface Outcome {
  readonly projection: Projection;
  /** The middle keeps the limit, and enough of the draws do. */
  readonly keeps: boolean;
}

/**
 * Middle, interval and share of kept draws. On its way is a target whose middle keeps the limit and which is kept in at
 * least `minimumKeptShare` of the draws; with fewer years than `intervalYears` the middle alone decides, for what one
 * year may differ from another cannot be told from one.
 */
export function concludeDraws(drawn: DrawnProjection): Outcome {
  const { target, years, settings, keeps, places } = drawn;
  const sorted = [...drawn.draws].sort((a, b) => a - b);
  const middle = quantile(sorted, 0.5);
  const enough = years.length >= settings.intervalYears;
  const kept = enough ? keptShare(sorted, target.comparison, keeps) : null;
  const tail = (1 - settings.level) / 2;
  const level = Math.round(settings.level * 100);
  const low = enough ? estimateText(quantile(sorted, tail), places) : null;
  const high = enough ? estimateText(quantile(sorted, 1 - tail), places) : null;
  const keptPercent = kept === null ? null : Math.round(kept * 100);
  const value = estimateText(middle, places);
  const read = drawn.read ?? asItIs;
  const [words, from, to] = [value, low ?? '', high ?? ''].map((text) => (text === '' ? asItIs : read)(text));
  return {
    keeps: keeps(middle) && (kept === null || kept >= settings.minimumKeptShare),
    projection: {
      method: drawn.method,
      years: drawn.years,
      value,
      low,
      high,
      level,
      keptPercent,
      words: {
        zh:
          `预计全年 ${words!.zh}（${drawn.source.zh}）` +
          (enough
            ? `，${level}% 区间 ${from!.zh}–${to!.zh}，达标可能 ${keptPercent}%`
            : '，往年不足，不给出区间'),
        en:
          `expected for the year ${words!.en} (${drawn.source.en})` +
          (enough
            ? `, ${level} % interval ${from!.en} to ${to!.en}, kept in ${keptPercent} % of the draws`
            : ', no interval: too few earlier years'),
      },
    },
  };
}

/** The projection without earlier data: what there is so far stands for the rest, without an interval. */
export function projectSoFar(
  value: string,
  settings: ProjectionSettings,
  source: Words,
  read: Reading = asItIs,
): Projection {
  const words = read(value);
  return {
    method: 'so-far',
    years: [],
    value,
    low: null,
    high: null,
    level: Math.round(settings.level * 100),
    keptPercent: null,
    words: {
      zh: `预计全年 ${words.zh}（${source.zh}），没有往年数据，不给出区间`,
      en: `expected for the year ${words.en} (${source.en}), no interval without earlier years`,
    },
  };
}

/** `上年` for the year before alone, else the years by number. */
export function nameYears(years: readonly number[], judgedYear: number): Words {
  if (years.length === 1 && years[0] === judgedYear - 1) return { zh: '上年', en: 'the year before' };
  return { zh: ` ${years.join('、')} 年`, en: years.join(', ') };
}
