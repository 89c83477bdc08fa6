import type { PoolClient } from 'pg';
import { addMonths, instantOfDay } from '../domain/calendar.js';
import { decimalFromDouble } from '../domain/decimal.js';
import type { SiteKind } from '../domain/site.js';
import { chooseStandard } from '../domain/standard.js';
import type { WaterBody, WaterRules } from '../statistics/waterGrade.js';
import { computeWaterMonth, type SampleValue, type WaterSample } from '../statistics/waterMonths.js';
import { listWaterRows, saveWaterMonth, type WaterRow } from '../store/waterSiteMonths.js';
import type { Reference } from './reference.js';

/**
 * Derives one section's month. The monthly (manual) figures stand where there are any; else the mean of the month's
 * samples without those taken during maintenance. `input` says which it was.
 */
export async function recomputeWaterMonth(
  client: PoolClient,
  reference: Reference,
  siteId: number,
  month: string,
): Promise<void> {
  const from = instantOfDay(`${month}-01`);
  const to = instantOfDay(`${addMonths(month, 1)}-01`);
  const monthly = await listWaterRows(client, 'water_month', siteId, from, to);
  const sampled = await listWaterRows(client, 'water_sample', siteId, from, to);
  const usable = (rows: WaterRow[]) => rows.filter((row) => !row.maintenance);
  const hasFigures = usable(monthly).some((row) => row.values.size > 0);
  const rows = hasFigures ? usable(monthly) : usable([...monthly, ...sampled]);
  const rules = waterRulesOf(reference, `${month}-01`);
  const body = waterBodyOf(reference.sites.get(siteId)!.kind);
  const result = computeWaterMonth(
    rules,
    body,
    month,
    rows.map((row) => toSample(row, month)),
  );
  await saveWaterMonth(client, {
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
  });
}

/** The limits and evaluation rules in force on a day. */
export function waterRulesOf(reference: Reference, day: string): WaterRules {
  return {
    limits: chooseStandard(reference.standards.waterLimits, day),
    evaluation: chooseStandard(reference.standards.waterEvaluation, day),
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
