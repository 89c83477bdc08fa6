import { decimalFromDouble } from '../domain/decimal.js';
import type { SiteKind } from '../domain/site.js';
import { chooseStandard, type Standards } from '../domain/standard.js';
import type { WaterBody, WaterRules } from '../statistics/waterGrade.js';
import {
  computeWaterMonth,
  type SampleValue,
  type WaterMonth,
  type WaterSample,
} from '../statistics/waterMonths.js';
import type { WaterRow, WaterSiteMonthRow } from '../store/waterSiteMonths.js';

/** What is stored of a section's month. */
export interface WaterMonthRows {
  readonly monthly: readonly WaterRow[];
  readonly sampled: readonly WaterRow[];
}

/**
 * One section's month. The monthly (manual) figures stand where there are any; else the mean of the month's samples
 * without those taken during maintenance. `input` says which it was; `used` are the rows that took part.
 */
export function deriveWaterMonth(
  rules: WaterRules,
  body: WaterBody,
  siteId: number,
  month: string,
  { monthly, sampled }: WaterMonthRows,
): { readonly row: WaterSiteMonthRow; readonly month: WaterMonth; readonly used: readonly WaterRow[] } {
  const usable = (rows: readonly WaterRow[]) => rows.filter((row) => !row.maintenance);
  const hasFigures = usable(monthly).some((row) => row.values.size > 0);
  const used = hasFigures ? usable(monthly) : usable([...monthly, ...sampled]);
  const result = computeWaterMonth(
    rules,
    body,
    month,
    used.map((row) => toSample(row, month)),
  );
  const row: WaterSiteMonthRow = {
    month: `${month}-01`,
    siteId,
    items: Object.fromEntries([...result.values].map(([item, value]) => [item, value.toString()])),
    samples: result.samples,
    input: result.samples === 0 ? 'none' : hasFigures ? 'monthly' : 'samples',
    grade: result.result?.grade ?? null,
    determining: result.result?.determining.map(({ code }) => code) ?? [],
    mainPollutants:
      result.result?.mainPollutants.map(({ code, multiple }) => ({
        code,
        multiple: multiple?.toString() ?? null,
      })) ?? [],
    noFlow: result.state === 'no-flow',
    standardId: rules.limits.id,
  };
  return { row, month: result, used };
}

/** The limits and evaluation rules in force on a day. */
export function waterRulesOf(
  { standards }: { readonly standards: Pick<Standards, 'waterLimits' | 'waterEvaluation'> },
  day: string,
): WaterRules {
  return {
    limits: chooseStandard(standards.waterLimits, day),
    evaluation: chooseStandard(standards.waterEvaluation, day),
  };
}

/** Which column of GB 3838 a site is graded by. */
export function waterBodyOf(kind: SiteKind): WaterBody {
  return kind === 'lake-section' ? 'lake' : 'river';
}

/** A stored row as the statistics take it. */
export function toSample(row: WaterRow, month: string): WaterSample {
  const values = new Map<string, SampleValue>();
  for (const [item, value] of row.values) {
    const limit = row.detectionLimits.get(item);
    values.set(item, {
      value: decimalFromDouble(value),
      ...(limit === undefined ? {} : { detectionLimit: decimalFromDouble(limit) }),
    });
  }
  return { month, values, noFlow: row.noFlow };
}
