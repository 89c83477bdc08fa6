import { demoLabel, type DemoReport } from './demoData.js';
import { createRandom } from './random.js';

/** Straw of one township: collectable amount a year (tonnes) and the share used in 2021, in per cent. */
interface StrawProfile {
  readonly collectable: number;
  readonly share: number;
}

// Irrigated townships along the river have much straw and machines; the dry southern ones have little of either.
const profiles: Readonly<Record<string, StrawProfile>> = {
  'town-yuhai': { collectable: 15200, share: 91.2 },
  'town-hexi': { collectable: 52800, share: 90.1 },
  'town-weizhou': { collectable: 33600, share: 87.4 },
  'town-xiamaguan': { collectable: 61500, share: 88.3 },
  'town-yuwang': { collectable: 30400, share: 83.9 },
  'town-wangtuan': { collectable: 41700, share: 88.8 },
  'town-dingtang': { collectable: 47900, share: 89.6 },
  'town-tianlaozhuang': { collectable: 21300, share: 84.7 },
  'town-magaozhuang': { collectable: 24100, share: 81.5 },
  'town-zhangjiayuan': { collectable: 22600, share: 82.8 },
  'town-xinglong': { collectable: 18900, share: 86.1 },
  'town-shishi': { collectable: 12400, share: 92.6 },
};

interface StrawPeriod {
  readonly kind: 'year' | 'half-year';
  readonly start: string;
  readonly end: string;
  /** Points gained since 2021. */
  readonly gain: number;
  /** Share of the year's straw that falls into the period. */
  readonly part: number;
}

// The first half of a year has wheat straw and the leftovers of winter only: less of it is used.
const periods: readonly StrawPeriod[] = [
  { kind: 'year', start: '2021-01-01', end: '2022-01-01', gain: 0, part: 1 },
  { kind: 'year', start: '2022-01-01', end: '2023-01-01', gain: 1.4, part: 1.02 },
  { kind: 'half-year', start: '2023-01-01', end: '2023-07-01', gain: 0.9, part: 0.31 },
  { kind: 'year', start: '2023-01-01', end: '2024-01-01', gain: 3.3, part: 1.03 },
  { kind: 'half-year', start: '2024-01-01', end: '2024-07-01', gain: 1.1, part: 0.32 },
  { kind: 'year', start: '2024-01-01', end: '2025-01-01', gain: 3.5, part: 1.05 },
  { kind: 'half-year', start: '2025-01-01', end: '2025-07-01', gain: 1.3, part: 0.32 },
];

/**
 * Straw utilisation by township and of the county, each with numerator and denominator in tonnes; the county's figure
 * is the sum of the townships'. Only townships of the list are reported.
 */
export function generateStrawReports(townships: readonly string[], countyCode: string): DemoReport[] {
  const known = townships.filter((code) => code in profiles);
  if (known.length === 0) return [];
  const random = createRandom('straw');
  return periods.flatMap((period) => {
    let used = 0;
    let collectable = 0;
    const reports = known.map((siteCode) => {
      const profile = profiles[siteCode] ?? { collectable: 0, share: 0 };
      const amount = Math.round(profile.collectable * period.part);
      const share = Math.min(97.5, profile.share + period.gain + 0.5 * random.normal());
      const part = Math.round((amount * share) / 100);
      used += part;
      collectable += amount;
      return strawReport(siteCode, period, part, amount);
    });
    return [...reports, strawReport(countyCode, period, used, collectable)];
  });
}

function strawReport(siteCode: string, period: StrawPeriod, used: number, collectable: number): DemoReport {
  return {
    line: 0,
    indicator: 'straw_utilisation_rate',
    siteCode,
    periodKind: period.kind,
    periodStart: period.start,
    periodEnd: period.end,
    value: ((used / collectable) * 100).toFixed(2),
    numerator: String(used),
    denominator: String(collectable),
    evidence: `${demoLabel}：秸秆综合利用台账`,
  };
}
