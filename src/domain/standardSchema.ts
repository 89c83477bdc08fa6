import { z } from 'zod';
import { isDay } from './calendar.js';
import { parseDecimal } from './decimal.js';

/** The six basic items of GB 3095, in the order in which HJ 633 reports them. */
export const pollutants = ['so2', 'no2', 'co', 'o3', 'pm10', 'pm25'] as const;
export type Pollutant = (typeof pollutants)[number];

/** How official tables print the items. */
export const pollutantLabels: Readonly<Record<Pollutant, string>> = {
  so2: 'SO2',
  no2: 'NO2',
  co: 'CO',
  o3: 'O3',
  pm10: 'PM10',
  pm25: 'PM2.5',
};

/** `8h` is the daily maximum (or, hourly, the sliding) 8 h mean of O3. */
export const averagings = ['1h', '8h', '24h', 'year'] as const;
export type Averaging = (typeof averagings)[number];

const day = z.string().refine(isDay, 'is not a day YYYY-MM-DD');
const decimalText = z.string().refine((text) => parseDecimal(text) !== undefined, 'is not a decimal text');
const count = z.int().nonnegative();
const perPollutant = <T extends z.ZodType>(value: T) =>
  z.strictObject({ so2: value, no2: value, co: value, o3: value, pm10: value, pm25: value });

/** Where a group of values comes from; what is unconfirmed says in words what is assumed. */
const provenance = {
  source: z.string().min(1),
  status: z.enum(['confirmed', 'reported', 'unconfirmed']),
  assumption: z.strictObject({ zh: z.string().min(1), en: z.string().min(1) }).optional(),
};
const group = <T extends z.ZodRawShape>(shape: T) =>
  z
    .strictObject({ ...provenance, ...shape })
    .refine(
      (value) => (value as Provenance).status !== 'unconfirmed' || (value as Provenance).assumption,
      'is unconfirmed and needs an assumption text',
    );
const heading = {
  id: z.string().min(1),
  titleZh: z.string().min(1),
  titleEn: z.string().min(1),
  validFrom: day,
  validTo: day.nullable(),
  source: z.string().min(1),
  status: z.enum(['confirmed', 'reported', 'unconfirmed']),
};

const airLimits = z.strictObject({
  kind: z.literal('air-limits'),
  ...heading,
  limits: group({
    list: z.array(
      z.strictObject({
        pollutant: z.enum(pollutants),
        averaging: z.enum(averagings),
        level1: decimalText,
        level2: decimalText,
        unit: z.string().min(1),
      }),
    ),
  }),
  validity: group({
    hourMinutes: count,
    dayHours: count,
    eightHourHours: count,
    monthDays: count,
    februaryDays: count,
    yearDays: count,
  }),
});

export const hourlyInputs = [
  'so2_1h', 'so2_24h', 'no2_1h', 'co_1h', 'o3_1h', 'o3_8h', 'pm10_1h', 'pm10_24h', 'pm25_1h', 'pm25_24h',
] as const; // prettier-ignore
/** Concentrations that an hourly index may rest on; `_24h` is the sliding mean of the last 24 hours. */
export type HourlyInput = (typeof hourlyInputs)[number];

export const iaqiRules = [
  'table', 'cap_500', 'so2_1h_gt_800', 'o3_8h_gt_800', 'use_24h', 'use_o3_1h', 'not_defined',
] as const; // prettier-ignore
/** How an IAQI came about; `not_defined` also stands for a missing or negative concentration. */
export type IaqiRule = (typeof iaqiRules)[number];

const hourlyRule = group({
  titleZh: z.string().min(1),
  titleEn: z.string().min(1),
  judged: z.boolean(),
  requiresAllUpTo: count.nullable(),
  terms: z.array(
    z.strictObject({
      pollutant: z.enum(pollutants),
      averaging: z.enum(averagings),
      input: z.enum(hourlyInputs),
      fallback: z
        .strictObject({
          rule: z.enum(iaqiRules),
          averaging: z.enum(averagings),
          input: z.enum(hourlyInputs),
        })
        .optional(),
    }),
  ),
});

const aqi = z.strictObject({
  kind: z.literal('aqi'),
  ...heading,
  iaqiPoints: z.array(count).min(2),
  series: group({
    list: z.array(
      z.strictObject({
        pollutant: z.enum(pollutants),
        averaging: z.enum(averagings),
        unit: z.string().min(1),
        points: z.array(decimalText).min(2),
        above: z.strictObject({ iaqi: count.nullable(), rule: z.enum(iaqiRules) }),
      }),
    ),
  }),
  cap: group({}),
  /** `null` decimals: the concentration enters the formula as it is. */
  inputRounding: group({ decimals: perPollutant(count).nullable() }),
  daily: group({
    o3OneHour: z.enum(['never', 'above-8h-table', 'always']),
    requiresAllUpTo: count.nullable(),
    allowsExempt: z.boolean(),
  }),
  hourly: z.record(z.string(), hourlyRule),
  levels: group({
    list: z.array(
      z.strictObject({
        upTo: count,
        level: z.string(),
        category: z.string(),
        colour: z.string(),
        rgb: z.tuple([count, count, count]),
      }),
    ),
  }),
  days: group({ primaryAbove: count, goodUpTo: count, heavyAbove: count }),
  /** What holds for a period with days under two versions. */
  versionChange: group({}),
  afterTransition: group({}).optional(),
});

const airEvaluation = z.strictObject({
  kind: z.literal('air-evaluation'),
  ...heading,
  percentiles: group({ values: perPollutant(decimalText) }),
  ozone: group({ windowHours: count, firstWindowEnd: count, lastWindowEnd: count, dayWindows: count }),
  ozoneOneHour: group({ minHours: count }),
  statisticDecimals: group({ values: perPollutant(count), compliance: perPollutant(count) }),
  rateDecimals: group({ value: count }),
  multipleDecimals: group({ value: count }),
  indexDecimals: group({ single: count, composite: count }),
  compositeIndex: group({ limits: z.string(), weights: perPollutant(decimalText) }),
  dailyRounding: group({ enabled: z.boolean(), decimals: perPollutant(count) }),
  stations: group({ minimumShare: decimalText.nullable() }),
  ozoneAcrossStations: group({ method: z.literal('mean-of-maxima') }),
  /** Whether the mean of a month or quarter needs the monthly counts of a year. */
  shortPeriods: group({ monthRule: z.boolean() }),
  slidingDay: group({ minHours: count }),
  hourLabels: group({}),
  additions: group({}).optional(),
});

const dust = z.strictObject({
  kind: z.literal('dust'),
  ...heading,
  exclusion: group({
    version: z.string().min(1),
    pollutants: z.array(z.enum(['pm10', 'pm25'])),
    removeAbove: count,
  }),
  proposal: group({
    version: z.string().min(1),
    previousHours: z.int().positive(),
    previousMinHours: z.int().positive(),
    riseFactor: decimalText,
    pm10Above: decimalText,
    ratioAtMost: decimalText,
    endFactor: decimalText,
  }),
});

const classLimits = z.tuple([decimalText, decimalText, decimalText, decimalText, decimalText]);
const itemHeading = {
  code: z.string().min(1),
  label: z.string().min(1),
  nameZh: z.string().min(1),
  unit: z.string(),
};
const waterItem = z.discriminatedUnion('direction', [
  z.strictObject({ ...itemHeading, direction: z.literal('none') }),
  z.strictObject({
    ...itemHeading,
    direction: z.literal('range'),
    range: z.tuple([decimalText, decimalText]),
  }),
  z.strictObject({
    ...itemHeading,
    direction: z.enum(['min', 'max']),
    limits: z.strictObject({ river: classLimits.optional(), lake: classLimits.optional() }),
  }),
]);

const waterLimits = z.strictObject({
  kind: z.literal('water-limits'),
  ...heading,
  items: group({ list: z.array(waterItem) }),
  supplementary: group({
    list: z.array(
      z.strictObject({ code: z.string(), nameZh: z.string(), unit: z.string(), limit: decimalText }),
    ),
  }),
  oxygenSaturation: group({}),
});

const groundwaterItem = z.union([
  z.strictObject({ ...itemHeading, limit: decimalText }),
  z.strictObject({ ...itemHeading, range: z.tuple([decimalText, decimalText]) }),
]);

const groundwaterLimits = z.strictObject({
  kind: z.literal('groundwater-limits'),
  ...heading,
  items: group({ list: z.array(groundwaterItem) }),
});

const codes = z.array(z.string().min(1));
const month = z.int().min(1).max(12);
const waterEvaluation = z.strictObject({
  kind: z.literal('water-evaluation'),
  ...heading,
  gradingItems: group({ list: codes }),
  referenceItems: group({ list: codes }),
  grades: group({ list: z.array(z.strictObject({ grade: count, word: z.string() })).length(6) }),
  colours: group({ list: z.array(z.string()).length(6) }),
  mainPollutants: group({ betterOrEqual: count, atMost: count, withoutMultiple: codes, first: codes }),
  period: group({ seasonSamples: count, yearMonths: count }),
  noFlow: group({ leavesDenominator: z.boolean() }),
  belowDetection: group({ fraction: decimalText }),
  detectionPrinting: group({ enabled: z.boolean() }),
  detectionAboveClass: group({}),
  naturalBackground: group({}),
  seasons: group({
    list: z.array(
      z.strictObject({ code: z.string().min(1), nameZh: z.string().min(1), months: z.array(month) }),
    ),
  }),
  drinkingSource: group({ gradeAtMost: z.int().min(1).max(5), leftOut: codes }),
  phMean: group({ method: z.enum(['arithmetic', 'hydrogen-ion']) }),
  rounding: group({ enabled: z.boolean(), decimals: z.record(z.string(), count) }),
  river: group({
    minimumSections: count,
    excellentShare: decimalText,
    goodShare: decimalText,
    moderateShare: decimalText,
    heavyShare: decimalText,
  }),
});

const positive = z.int().positive();
const projection = z.strictObject({
  kind: z.literal('projection'),
  ...heading,
  drawing: group({
    version: z.string().min(1),
    seed: count,
    draws: positive,
    blockDays: positive,
    jitterDays: count,
    blockMonths: positive,
    historyShare: decimalText,
    shiftDays: positive,
    shiftBounds: z.tuple([decimalText, decimalText]),
  }),
  interval: group({ version: z.string().min(1), level: decimalText, leastYears: z.int().min(2) }),
  risk: group({ version: z.string().min(1), keptDraws: count, ofDraws: positive }),
});

/** The shape of one file of `seeds/standards`. */
export const standardSchema = z.discriminatedUnion('kind', [
  airLimits,
  aqi,
  airEvaluation,
  dust,
  waterLimits,
  waterEvaluation,
  groundwaterLimits,
  projection,
]);

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** Source, status and (when unconfirmed) the assumption of one group of values. */
export interface Provenance {
  readonly source: string;
  readonly status: 'confirmed' | 'reported' | 'unconfirmed';
  readonly assumption?: { readonly zh: string; readonly en: string } | undefined;
}
/** GB 3095 in one phase: limits (exact decimal texts in their unit) and the validity counts of table 4. */
export type AirLimits = DeepReadonly<z.infer<typeof airLimits>>;
/** HJ 633: breakpoints (decimal texts), special cases, completeness, levels. */
export type AqiStandard = DeepReadonly<z.infer<typeof aqi>>;
/** HJ 663: percentiles, O3 windows, decimals, composite index, station rules. */
export type AirEvaluation = DeepReadonly<z.infer<typeof airEvaluation>>;
/** The named, versioned rule by which dust hours and days are left out. */
export type DustRule = DeepReadonly<z.infer<typeof dust>>;
/** GB 3838: class limits Ⅰ–Ⅴ of each item, by kind of water body. */
export type WaterLimits = DeepReadonly<z.infer<typeof waterLimits>>;
export type WaterItem = DeepReadonly<z.infer<typeof waterItem>>;
/** 环办〔2011〕22号: which items grade, words, main pollutants, periods. */
export type WaterEvaluation = DeepReadonly<z.infer<typeof waterEvaluation>>;
/** GB/T 14848: the single limits of class Ⅲ by which a groundwater source complies. */
export type GroundwaterLimits = DeepReadonly<z.infer<typeof groundwaterLimits>>;
/** The named, versioned settings of projections. */
export type ProjectionRule = DeepReadonly<z.infer<typeof projection>>;
export type AqiLevel = AqiStandard['levels']['list'][number];
export type Standard =
  | AirLimits
  | AqiStandard
  | AirEvaluation
  | DustRule
  | WaterLimits
  | WaterEvaluation
  | GroundwaterLimits
  | ProjectionRule;
