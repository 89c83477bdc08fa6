import { roundHalfEven, type Decimal } from '../../domain/decimal.js';
import {
  chooseStandard,
  parseSomeStandards,
  pollutants,
  type AirEvaluation,
  type Pollutant,
  type Standards,
} from '../../domain/standard.js';
import type { AirPeriod, ItemPeriod } from '../../statistics/airPeriod.js';
import type { AirDayColumn, AirGroupDayRow } from '../../store/airDays.js';
import { columnOf, computeLedgerPeriod, ledgers, type Ledger } from '../airLedger.js';
import { deriveGroupDays } from '../deriveAir.js';
import { waterRulesOf } from '../deriveWater.js';
import { groupStatistics, meanOfGroupDays, periodOfWaterMonths } from '../publishedFigures.js';
import { comparePublications } from './comparePublications.js';
import { halfEven, type AirPeriodInputs, type ProofStep, type WaterPeriodInputs } from './proofDocument.js';
import { waterPeriodSteps } from './proofSteps.js';
import { indexColumns, traceIndexDays, traceRangeMean, traceStations } from './traceAir.js';

/** Steps and result of one figure. */
export interface Computed {
  readonly steps: ProofStep[];
  readonly result: unknown;
}

/** The statistics of HJ 663 over a month or year, both ledgers. */
export function computeAirPeriodOf(inputs: AirPeriodInputs): Computed {
  const { group, members, firstDay, endDay, until, stationDays } = inputs;
  const standards = parseSomeStandards(inputs.standards);
  const days = deriveGroupDays(standards, group, members.length, stationDays);
  const over = days.filter(({ day }) => day < until);
  const steps = traceStations(days, stationDays, [...indexColumns, 'pm10_no_dust', 'pm25_no_dust']);
  const index = traceIndexDays(standards, over, firstDay);
  steps.push(...index.steps);
  const periods = ledgers.map((ledger) => {
    const { period, steps: own } = computeLedger(standards, inputs, days, ledger);
    steps.push(...own);
    return period;
  });
  const { rateDecimals } = chooseStandard(standards.airEvaluation, firstDay);
  for (const [ledger, { goodShare }] of [
    ['with-dust', index.found.withDust],
    ['without-dust', index.found.withoutDust],
  ] as const)
    steps.push(printStep('round-share-as-printed', ledger, goodShare, rateDecimals.value));
  return {
    steps,
    result: {
      days,
      ledgers: { 'with-dust': periods[0], 'without-dust': periods[1] },
      goodDays: index.found,
      published: comparePublications(inputs.published, ({ subject }) => {
        const statistic = subject.slice(group.length + 1) as keyof typeof groupStatistics;
        return (
          meanOfGroupDays(standards, groupStatistics[statistic], days, { firstDay, endDay })?.toString() ??
          null
        );
      }),
    },
  };
}

function computeLedger(
  standards: Standards,
  { firstDay, endDay, until }: AirPeriodInputs,
  days: readonly AirGroupDayRow[],
  ledger: Ledger,
): { readonly period: AirPeriod; readonly steps: ProofStep[] } {
  const evaluation = chooseStandard(standards.airEvaluation, firstDay);
  const period = computeLedgerPeriod(standards, { firstDay, endDay, until }, days, ledger);
  const over = days.filter(({ day }) => day < until);
  const own = pollutants.filter(
    (item) => ledger === 'with-dust' || columnOf(item, ledger) !== columnOf(item, 'with-dust'),
  );
  const steps = own.flatMap((item) =>
    traceItem(item, columnOf(item, ledger), over, evaluation, period.items[item]),
  );
  const { composite } = period;
  steps.push(
    {
      step: 'composite-index',
      of: ledger,
      before: { singles: composite?.singles ?? null, weights: evaluation.compositeIndex.weights },
      after: composite?.value.toString() ?? null,
      rule: `limits of ${evaluation.compositeIndex.limits}`,
    },
    printStep('round-index-as-printed', ledger, composite?.value ?? null, evaluation.indexDecimals.composite),
  );
  return { period, steps };
}

function traceItem(
  item: Pollutant,
  column: AirDayColumn,
  days: readonly AirGroupDayRow[],
  { dailyRounding, statisticDecimals }: AirEvaluation,
  { range, mean, percentile }: ItemPeriod,
): ProofStep[] {
  const decimals = dailyRounding.enabled ? dailyRounding.decimals[item] : null;
  const steps = traceRangeMean(column, days, range, decimals);
  for (const [name, figure] of [
    ['mean', mean],
    ['percentile', percentile],
  ] as const) {
    if (name === 'percentile')
      steps.push({
        step: 'percentile-of-daily-values',
        of: column,
        before: { percent: percentile.percent, days: range.validDays },
        after: percentile.value?.toString() ?? null,
        rule: 'HJ 663 annex A: k = 1 + (n − 1)·p, linear between neighbours',
      });
    steps.push(printStep(`round-${name}-as-printed`, column, figure.value, statisticDecimals.values[item]), {
      ...printStep(`round-${name}-for-limit`, column, figure.value, statisticDecimals.compliance[item]),
      before: { value: figure.value?.toString() ?? null, limit: figure.limit?.toString() ?? null },
    });
  }
  return steps;
}

function printStep(step: string, of: string, value: Decimal | null, decimals: number): ProofStep {
  return {
    step,
    of,
    before: value?.toString() ?? null,
    after: value === null ? null : roundHalfEven(value, decimals).toFixed(decimals),
    rule: `${halfEven}, ${decimals} decimals`,
  };
}

/** A section over a year (or month) from its months. */
export function computeWaterPeriodOf(inputs: WaterPeriodInputs): Computed {
  const site = inputs.sites.find(({ id }) => id === inputs.siteId);
  if (site === undefined) throw new Error(`the proof does not state site ${inputs.siteId}`);
  const rules = waterRulesOf({ standards: parseSomeStandards(inputs.standards) }, inputs.firstDay);
  const water = periodOfWaterMonths(rules, site.kind, inputs.waterMonths, inputs);
  const grade = water.result?.grade?.toString() ?? null;
  const { months, values, ...rest } = water;
  return {
    steps: waterPeriodSteps(site.name, water),
    result: {
      ...rest,
      values: Object.fromEntries(values),
      months: months.map(({ month, state, samples, result }) => ({
        month,
        state,
        samples,
        grade: result?.grade ?? null,
      })),
      published: comparePublications(inputs.published, () => grade),
    },
  };
}
