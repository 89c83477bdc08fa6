import { decimalFromDouble } from '../domain/decimal.js';
import { chooseStandard, type Standards } from '../domain/standard.js';
import type { SectionBody } from '../domain/waterBody.js';
import type { WaterRules } from '../statistics/waterGrade.js';
import {
  computeWaterMonth,
  type SampleValue,
  type WaterMonth,
  type WaterSample,
} from '../statistics/waterMonths.js';
import type { WaterRow, WaterSiteMonthRow } from '../store/waterSiteMonths.js';
import { gradeColumns } from './waterStandard.js';

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
  body: SectionBody,
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
    ...gradeColumns(rules, body, result),
    noFlow: result.state === 'no-flow',
  };
  return { row, month: result, used };
}

/** The limits and evaluation rules in force on a day. */
export function waterRulesOf(
  {
    standards,
  }: { readonly standards: Pick<Standards, 'waterLimits' | 'waterEvaluation' | 'groundwaterLimits'> },
  day: string,
): WaterRules {
  const { waterLimits, waterEvaluation, groundwaterLimits } = standards;
  return {
    limits: chooseStandard(waterLimits, day),
    evaluation: chooseStandard(waterEvaluation, day),
    groundwater: groundwaterLimits.length === 0 ? undefined : chooseStandard(groundwaterLimits, day),
  };
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
