import { roundHalfEven, type Decimal } from '../domain/decimal.js';
import {
  pollutantLabels,
  pollutants,
  type AqiLevel,
  type AqiStandard,
  type Pollutant,
} from '../domain/standard.js';
import { formatGrade, parseGrade, type WaterGrade } from '../domain/waterGrade.js';
import { computeDailyAqi, type AqiReport, type DailyConcentrations } from './aqi.js';
import { computeHourlyAqi, type HourlyConcentrations } from './hourlyAqi.js';

/** Why a published figure is not the computed one, as far as that is known; keys of messages `difference-…`. */
export type DifferenceCause =
  | 'rounding'
  | 'previous-reading'
  | 'other-water-body'
  | 'follows-published-aqi'
  | 'unlike-published-aqi'
  | 'unreadable'
  | '';

/** One published text that is not what follows from the measurements. */
export interface PublishedDifference {
  readonly indicator: 'aqi' | 'aqi_level' | 'primary_pollutant' | 'water_class';
  readonly published: string;
  readonly computed: string;
  readonly cause: DifferenceCause;
}

/** The texts published beside the measurements of one hour or day. */
export interface PublishedAir {
  readonly aqi?: string | undefined;
  readonly aqi_level?: string | undefined;
  readonly primary_pollutant?: string | undefined;
}

/** An index to compare with, and the AQIs that differ from it by rounding alone. */
export interface ComparedIndex {
  readonly report: AqiReport;
  /** The standard with, where it has several, the named rule. */
  readonly rule: string;
  readonly roundings: readonly number[];
}

/**
 * The index with which a published hourly AQI is compared: in the 2012 years as the national platform published it,
 * which differs from the text of the standard.
 */
export function computePublishedHour(standard: AqiStandard, hour: HourlyConcentrations): ComparedIndex {
  const names = Object.keys(standard.hourly);
  const name = names.find((one) => one.startsWith('cnemc-')) ?? names[0]!;
  const report = computeHourlyAqi(standard, name, hour);
  return { report, rule: `${standard.id} ${name}`, roundings: [] };
}

/** The index with which a published daily AQI is compared; the source may have rounded its concentrations first. */
export function computePublishedDay(standard: AqiStandard, day: DailyConcentrations): ComparedIndex {
  const rounded = Object.fromEntries(
    Object.entries(day).map(([item, value]) => [
      item,
      value === null ? null : roundHalfEven(value as Decimal, item === 'co' ? 1 : 0),
    ]),
  ) as unknown as DailyConcentrations;
  const { aqi } = computeDailyAqi(standard, rounded);
  return {
    report: computeDailyAqi(standard, day),
    rule: standard.id,
    roundings: aqi === null ? [] : [aqi],
  };
}

/**
 * Compares published AQI, level and primary pollutants with the computed ones. Without a single concentration there is
 * nothing to compare but the level with the published AQI.
 */
export function comparePublishedAir(
  standard: AqiStandard,
  published: PublishedAir,
  { report, roundings }: ComparedIndex,
): PublishedDifference[] {
  const aqi = published.aqi === undefined ? undefined : readAqi(published.aqi);
  return [
    ...compareAqi(published.aqi, aqi, report, roundings),
    ...compareLevel(standard, published.aqi_level, aqi, report),
    ...comparePrimary(published.primary_pollutant, report),
  ];
}

function compareAqi(
  text: string | undefined,
  aqi: number | undefined,
  report: AqiReport,
  roundings: readonly number[],
): PublishedDifference[] {
  if (text === undefined || report.calculated === null) return [];
  if (aqi !== undefined && aqi === report.aqi) return [];
  const computed = report.aqi === null ? 'NA' : String(report.aqi);
  const base = { indicator: 'aqi' as const, published: text, computed };
  if (aqi === undefined) return [{ ...base, cause: 'unreadable' }];
  // One apart: ordinary rounding where the standard rounds up.
  const close = report.aqi !== null && (Math.abs(aqi - report.aqi) <= 1 || roundings.includes(aqi));
  return [{ ...base, cause: close ? 'rounding' : '' }];
}

function compareLevel(
  standard: AqiStandard,
  text: string | undefined,
  aqi: number | undefined,
  report: AqiReport,
): PublishedDifference[] {
  if (text === undefined) return [];
  const levels = standard.levels.list;
  const ofAqi = aqi === undefined ? undefined : levels.find(({ upTo }) => aqi <= upTo);
  const expected = report.level ?? undefined;
  if (expected === undefined && ofAqi === undefined) return [];
  const level = readLevel(levels, text);
  const difference = (other: AqiLevel, cause: DifferenceCause): PublishedDifference[] => [
    { indicator: 'aqi_level', published: text, computed: other.category, cause },
  ];
  if (level === undefined) return difference((expected ?? ofAqi)!, 'unreadable');
  if (expected !== undefined && level !== expected) {
    if (ofAqi === undefined) return difference(expected, '');
    return difference(expected, level === ofAqi ? 'follows-published-aqi' : 'unlike-published-aqi');
  }
  return ofAqi !== undefined && level !== ofAqi ? difference(ofAqi, 'unlike-published-aqi') : [];
}

function comparePrimary(text: string | undefined, report: AqiReport): PublishedDifference[] {
  if (text === undefined || report.aqi === null) return [];
  const named = readPollutants(text);
  const computed = report.primary.map((item) => pollutantLabels[item]).join('、') || '无';
  const base = { indicator: 'primary_pollutant' as const, published: text, computed };
  if (named === undefined) return [{ ...base, cause: 'unreadable' }];
  const same = named.size === report.primary.length && report.primary.every((item) => named.has(item));
  return same ? [] : [{ ...base, cause: '' }];
}

/**
 * Compares a published water class with the single-factor grade.
 *
 * @param others grades that would explain the published one
 */
export function comparePublishedClass(
  text: string,
  grade: WaterGrade | null,
  others: { readonly previous: WaterGrade | null; readonly otherBody: WaterGrade | null },
): PublishedDifference | undefined {
  if (grade === null) return undefined;
  const published = parseGrade(text);
  if (published === grade) return undefined;
  const base = { indicator: 'water_class' as const, published: text, computed: formatGrade(grade) };
  if (published === undefined) return { ...base, cause: 'unreadable' };
  if (published === others.otherBody) return { ...base, cause: 'other-water-body' };
  return { ...base, cause: published === others.previous ? 'previous-reading' : '' };
}

function readAqi(text: string): number | undefined {
  const folded = text.normalize('NFKC').trim();
  return /^\d{1,4}(?:\.0+)?$/.test(folded) ? Number(folded) : undefined;
}

function readLevel(levels: readonly AqiLevel[], text: string): AqiLevel | undefined {
  const bare = (name: string) => name.normalize('NFKC').replace(/\s|污染$/g, '');
  const wanted = bare(text);
  return levels.find(({ level, category }) => level === wanted || bare(category) === wanted);
}

const names: readonly (readonly [Pollutant, RegExp])[] = [
  ['so2', /SO2|二氧化硫/i],
  ['no2', /NO2|二氧化氮/i],
  ['co', /\bCO\b|一氧化碳/i],
  ['o3', /O3|臭氧/i],
  ['pm10', /PM10|可吸入颗粒物/i],
  ['pm25', /PM2\.?5|细颗粒物/i],
];

/** The pollutants that a text names; `undefined` when it holds a name that is none of the six. */
function readPollutants(text: string): Set<Pollutant> | undefined {
  const parts = text
    .normalize('NFKC')
    .split(/[\s,;、/]+/)
    .filter((part) => part !== '');
  if (parts.length === 1 && /^(?:无|-+|—+)$/.test(parts[0]!)) return new Set();
  const found = parts.map((part) => pollutants.find((one) => names.some(([item, name]) => item === one && name.test(part)))); // prettier-ignore
  return found.length > 0 && found.every((one) => one !== undefined) ? new Set(found) : undefined;
}
