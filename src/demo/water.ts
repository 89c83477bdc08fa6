import { addMonths, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import type { CellNote } from '../domain/reading.js';
import { demoLabel, type DemoRow } from './demoData.js';
import { createRandom, roundTo, type Random } from './random.js';

/** First and last month with water samples. */
const firstMonth = '2021-01';
const lastMonth = '2025-08';

type Item = (typeof waterItems)[number];

/** What one site's water is like. Concentrations in the indicator's unit. */
interface WaterProfile {
  readonly kind: 'river' | 'county-source' | 'rural-source';
  /** Mean fluoride of a year: ordinary, and in the years that differ. */
  readonly fluoride: number;
  readonly fluorideOf?: Readonly<Record<string, number>>;
  readonly cod: number;
  readonly nh3n: number;
  readonly tp: number;
  readonly ec: number;
  /** Months in which the river did not flow. */
  readonly noFlow?: readonly string[];
}

const river = (fluoride: number, cod: number, nh3n: number, tp: number, ec: number): WaterProfile => ({
  kind: 'river',
  fluoride,
  cod,
  nh3n,
  tp,
  ec,
});
const ruralSource = (fluoride: number): WaterProfile => ({
  kind: 'rural-source',
  fluoride,
  cod: 9,
  nh3n: 0.08,
  tp: 0.03,
  ec: 860,
});

// Class Ⅳ ends at fluoride 1.5 mg/L (GB 3838-2002). 清水河 lies around it: 石炭沟 misses 2023 by its mean, section 3
// misses 2025 so far, the others fail in single months only. The last section of 甜水河 was dry for half of 2023.
const profiles: Readonly<Record<string, WaterProfile>> = {
  'sec-shitangou': {
    ...river(1.44, 24, 0.62, 0.17, 3650),
    fluorideOf: { '2021': 1.78, '2022': 1.66, '2023': 1.61, '2025': 1.38 },
  },
  'sec-qingshui-1': river(1.16, 19, 0.38, 0.11, 2750),
  'sec-qingshui-2': river(1.27, 21, 0.45, 0.13, 2980),
  'sec-qingshui-3': {
    ...river(1.38, 23, 0.71, 0.18, 3200),
    fluorideOf: { '2021': 1.62, '2022': 1.53, '2025': 1.63 },
  },
  'sec-qingshui-4': { ...river(1.35, 25, 0.82, 0.2, 3420), fluorideOf: { '2021': 1.58 } },
  'sec-qingshui-5': { ...river(1.33, 24, 0.66, 0.17, 3510), fluorideOf: { '2021': 1.55 } },
  'sec-tianshui-1': river(0.86, 18, 0.31, 0.09, 2100),
  'sec-tianshui-2': river(0.92, 20, 0.42, 0.12, 2260),
  'sec-tianshui-3': river(1.04, 25, 0.88, 0.21, 2480),
  'sec-tianshui-4': {
    ...river(1.08, 26, 0.95, 0.22, 2650),
    noFlow: [
      '2021-01', '2021-02', '2021-12', '2022-01', '2022-02', '2022-07', '2022-12',
      '2023-01', '2023-02', '2023-05', '2023-06', '2023-07', '2023-12', '2024-01', '2024-02', '2024-06',
    ], // prettier-ignore
  },
  'dws-county': { kind: 'county-source', fluoride: 0.62, cod: 8, nh3n: 0.06, tp: 0.03, ec: 640 },
  'dws-rural-1': ruralSource(0.55),
  'dws-rural-2': ruralSource(0.68),
  'dws-rural-3': ruralSource(0.72),
  'dws-rural-4': ruralSource(0.61),
  'dws-rural-5': ruralSource(0.83),
  // The one rural source that is above class Ⅲ (1.0) in most quarters: watched, not judged.
  'dws-rural-6': ruralSource(1.12),
  'dws-rural-7': ruralSource(0.58),
  'dws-rural-8': ruralSource(0.77),
  'dws-rural-9': ruralSource(0.49),
};

/** Items that laboratories hardly ever find here, each with its detection limit as printed (mg/L). */
const seldomFound: readonly (readonly [Item, string])[] = [
  ['cu', '0.006'],
  ['zn', '0.004'],
  ['cd', '0.0005'],
  ['cr6', '0.004'],
  ['pb', '0.002'],
  ['cn', '0.004'],
  ['vp', '0.0003'],
  ['hg', '0.00004'],
  ['las', '0.05'],
  ['s', '0.01'],
];

/** Decimals in which the laboratory prints its results. */
const printed: Readonly<Partial<Record<Item, number>>> = {
  wt: 1, ph: 1, do: 1, codmn: 1, cod: 0, bod5: 1, nh3n: 2, tp: 2, tn: 2, f: 2, se: 4, as: 4, oil: 2,
  fc: -1, so4: 0, cl: 0, no3n: 2, fe: 2, mn: 2, ec: 0, turb: 1,
}; // prettier-ignore

/** Whether the demonstration knows this water site. */
export function hasWaterProfile(siteCode: string): boolean {
  return siteCode in profiles;
}

/**
 * One sample a month of one site (rural sources: one a quarter), family `water_month`, in time order. Sites without a
 * profile give nothing.
 */
export function* generateWaterRows(siteCode: string): Generator<DemoRow, void, undefined> {
  const profile = profiles[siteCode];
  if (profile === undefined) return;
  const random = createRandom(`water/${siteCode}`);
  for (let month = firstMonth; month <= lastMonth; month = addMonths(month, 1)) {
    const row = sampleOf(siteCode, profile, month, random);
    if (profile.kind !== 'rural-source' || ['02', '05', '08', '11'].includes(month.slice(5))) yield row;
  }
}

function sampleOf(siteCode: string, profile: WaterProfile, month: string, random: Random): DemoRow {
  const ts = instantOfDay(`${month}-01`);
  const found = foundItems(profile, month, random);
  const notes: CellNote[] = [];
  for (const [item, text] of profile.kind === 'river' ? riverLimits(random) : seldomFound) {
    const detectionLimit = Number(text);
    found.set(item, detectionLimit / 2);
    notes.push({ indicator: item, flag: 'below-detection', raw: `${text}L`, detectionLimit });
  }
  if (profile.noFlow?.includes(month)) {
    const dry: CellNote = { indicator: '*', flag: 'no-flow', raw: `断流（${demoLabel}）` };
    return { siteCode, ts, values: waterItems.map(() => null), notes: [dry] };
  }
  return { siteCode, ts, values: waterItems.map((item) => found.get(item) ?? null), notes };
}

/** In rivers zinc and surfactants are found now and then. */
function riverLimits(random: Random): readonly (readonly [Item, string])[] {
  const draw = random.next();
  return seldomFound.filter(([item]) => !(item === 'zn' && draw < 0.3) && !(item === 'las' && draw > 0.8));
}

function foundItems(profile: WaterProfile, month: string, random: Random): Map<Item, number> {
  const year = month.slice(0, 4);
  const index = Number(month.slice(5)) - 1;
  // 1 in mid July, −1 in mid January.
  const summer = -Math.cos((2 * Math.PI * (index - 0.5)) / 12);
  const vary = (share: number): number => 1 + share * random.normal();
  const isSource = profile.kind !== 'river';
  const waterTemperature = isSource ? 11 + 4 * summer : 12 + 11 * summer;
  const fluoride = profile.fluorideOf?.[year] ?? profile.fluoride;
  const cod = profile.cod * (1 + 0.08 * summer) * vary(0.06);
  const nh3n = profile.nh3n * (1 - 0.2 * summer) * vary(0.12);
  const raw = new Map<Item, number>([
    ['wt', Math.max(0.4, waterTemperature + random.normal())],
    ['ph', 8.0 + 0.15 * random.normal()],
    ['do', (isSource ? 8.6 : 8.4) - 1.7 * summer + 0.4 * random.normal()],
    ['codmn', (isSource ? 1.7 : 0.2 * profile.cod) * vary(0.08)],
    ['cod', cod],
    ['bod5', isSource ? 1.3 * vary(0.1) : 0.15 * cod * vary(0.08)],
    ['nh3n', nh3n],
    ['tp', profile.tp * (1 + 0.15 * summer) * vary(0.1)],
    ['tn', (isSource ? 1.4 : 2.6 + 2 * profile.nh3n) * vary(0.12)],
    // Concentrated by evaporation and groundwater in the dry cold months, diluted by the summer's floods.
    ['f', fluoride * (1 - 0.09 * summer) * vary(0.06)],
    ['se', (isSource ? 0.0006 : 0.0021) * vary(0.2)],
    ['as', (isSource ? 0.0009 : 0.0024) * vary(0.2)],
    ['oil', isSource ? 0.02 : 0.03 * vary(0.2)],
    ['ec', profile.ec * (1 - 0.08 * summer) * vary(0.04)],
    ['turb', isSource ? 1.2 * vary(0.2) : 46 * (1 + 0.5 * Math.max(0, summer)) * vary(0.15)],
    ['zn', 0.012 * vary(0.2)],
    ['las', 0.07 * vary(0.1)],
  ]);
  if (isSource) {
    // The 61 items of a source's regular monitoring leave COD out.
    raw.delete('cod');
    raw.set('fc', 90 * vary(0.3));
    raw.set('so4', 0.24 * profile.ec * vary(0.04));
    raw.set('cl', 0.14 * profile.ec * vary(0.05));
    raw.set('no3n', 1.2 * vary(0.1));
    raw.set('fe', 0.06 * vary(0.2));
    raw.set('mn', 0.03 * vary(0.2));
  }
  return new Map([...raw].map(([item, value]) => [item, asPrinted(item, value)]));
}

function asPrinted(item: Item, value: number): number {
  const decimals = printed[item] ?? 3;
  return decimals < 0 ? Math.round(value / 10) * 10 : roundTo(value, decimals);
}
