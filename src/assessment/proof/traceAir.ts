import { Decimal, roundHalfEven } from '../../domain/decimal.js';
import { chooseStandard, type Standards } from '../../domain/standard.js';
import type { Target } from '../../domain/target.js';
import { endOfData, type JudgedPeriod } from '../../evaluation/judgement.js';
import { computeRangeMean, type RangeMean } from '../../statistics/annualMean.js';
import type { DailyAqiReport } from '../../statistics/aqi.js';
import { computeGoodDays, type DayCount, type GoodDays } from '../../statistics/goodDays.js';
import { computeDayAqi } from '../../statistics/groupDay.js';
import type { AirDayColumn, AirGroupDayRow, AirSiteDayRow } from '../../store/airDays.js';
import { groupByDay, siteDayOfRow } from '../deriveAir.js';
import type { Facts } from '../facts.js';
import { halfEven, type ProofStep } from './proofDocument.js';

/** The columns that the index of a day is made of. */
export const indexColumns = ['so2', 'no2', 'co', 'o3_8h', 'o3_1h', 'pm10', 'pm25'] as const;

/** Each day of a group from its stations. */
export function traceStations(
  rows: readonly AirGroupDayRow[],
  stationDays: readonly AirSiteDayRow[],
  columns: readonly AirDayColumn[],
): ProofStep[] {
  const byDay = new Map(groupByDay(stationDays));
  return rows.flatMap((row) =>
    columns.map((column): ProofStep => ({
      step: 'mean-over-stations',
      of: `${row.day} ${column}`,
      before: (byDay.get(row.day) ?? []).map((station) => ({
        siteId: station.siteId,
        value: station[column],
        hours: station.inputs[column.replace('_no_dust', '')]?.hours ?? 0,
      })),
      after: row[column],
    })),
  );
}

/** The mean of a column over days: each daily rounding where a setting asks for one, sum, quotient, validity. */
export function traceRangeMean(
  column: AirDayColumn,
  rows: readonly AirGroupDayRow[],
  mean: RangeMean,
  dailyDecimals: number | null,
): ProofStep[] {
  const rounded = rows.flatMap((row): ProofStep[] => {
    const value = row[column];
    if (dailyDecimals === null || value === null) return [];
    return [
      {
        step: 'round-daily-value',
        of: `${row.day} ${column}`,
        before: value,
        after: roundHalfEven(new Decimal(value), dailyDecimals).toString(),
        rule: `${halfEven}, ${dailyDecimals} decimals`,
      },
    ];
  });
  return [
    ...rounded,
    {
      step: 'sum-of-daily-values',
      of: column,
      before: { days: mean.validDays, dailyDecimals },
      after: mean.sum.toString(),
    },
    {
      step: 'mean-of-daily-values',
      of: column,
      before: `${mean.sum.toString()} / ${mean.validDays}`,
      after: mean.mean?.toString() ?? null,
      rule: 'unrounded, 40 decimals of a quotient',
    },
    {
      step: 'validity',
      of: `${column}, GB 3095 table 4`,
      before: mean.months.map(({ month, valid, required }) => ({ month, valid, required })),
      after: { valid: mean.valid, requiredDays: mean.requiredDays, shortMonths: mean.shortMonths },
    },
  ];
}

/** Days by their index, in both ledgers, with every step. */
export function traceIndexDays(
  { aqi, dust }: Pick<Standards, 'aqi' | 'dust'>,
  rows: readonly AirGroupDayRow[],
  firstDay: string,
): { readonly steps: ProofStep[]; readonly found: GoodDays } {
  const days = rows.map((row) => {
    const report = computeDayAqi(
      chooseStandard(aqi, row.day),
      siteDayOfRow({ ...row, siteId: 0, inputs: {} }),
    );
    return {
      day: row.day,
      report: report.calculated === null ? null : report,
      dust: row.dustHours > 0,
      whole: report,
    };
  });
  const found = computeGoodDays(days, chooseStandard(dust, firstDay));
  const { withDust, withoutDust } = found;
  const steps = [
    ...days.map(({ day, whole }) => indexStep(day, whole)),
    ...withoutDust.removed.map(({ day, aqi: index, primary }): ProofStep => ({
      step: 'exclude-dust-day',
      of: day,
      before: { aqi: index, primary },
      after: 'removed from the ledger 扣除沙尘',
    })),
    ...countSteps('with-dust', days.length, withDust),
    ...countSteps('without-dust', days.length - withoutDust.removed.length, withoutDust),
  ];
  return { steps, found };
}

function countSteps(ledger: Target['ledger'], days: number, count: DayCount): ProofStep[] {
  return [
    {
      step: 'count-days',
      of: ledger,
      before: { days },
      after: { valid: count.valid, good: count.good, exceeding: count.exceeding, heavy: count.heavy },
    },
    {
      step: 'share-of-good-days',
      of: ledger,
      before: `${count.good} / ${count.valid} × 100`,
      after: count.goodShare?.toString() ?? null,
    },
  ];
}

/** The index of a day: each concentration as it enters the formula, each IAQI, the AQI. */
export function indexStep(day: string, report: DailyAqiReport): ProofStep {
  return {
    step: 'index-of-day',
    of: day,
    before: Object.fromEntries(
      Object.entries(report.items).map(([item, { rounded }]) => [item, rounded?.toString() ?? null]),
    ),
    after: {
      iaqi: Object.fromEntries(Object.entries(report.items).map(([item, { iaqi }]) => [item, iaqi])),
      aqi: report.aqi,
      primary: report.primary,
      standard: report.standardId,
    },
    rule: 'HJ 633: IAQI rounded up to an integer, AQI the largest IAQI',
  };
}

/** The county's days of the judged period, each from the stations that have a value. */
async function traceCountyDays(
  facts: Facts,
  group: string,
  period: JudgedPeriod,
  columns: readonly AirDayColumn[],
) {
  const rows = await facts.listGroupDays(group, period.from, endOfData(period));
  const members = facts.reference.groups.get(group) ?? [];
  const stationDays = await facts.listSiteDays(
    members,
    rows.map(({ day }) => day),
  );
  return { rows, steps: traceStations(rows, stationDays, columns) };
}

/** The steps of a mean over the judged period. */
export async function traceMean(facts: Facts, target: Target, period: JudgedPeriod): Promise<ProofStep[]> {
  const item = target.indicator as 'pm10' | 'pm25';
  const column: AirDayColumn = target.ledger === 'with-dust' ? item : `${item}_no_dust`;
  const { rows, steps } = await traceCountyDays(facts, target.siteGroup, period, [column]);
  const { airEvaluation, airLimits } = facts.reference.standards;
  const { dailyRounding } = chooseStandard(airEvaluation, period.from);
  const dailyDecimals = dailyRounding.enabled ? dailyRounding.decimals[item] : null;
  const series = rows.map((row) => ({
    day: row.day,
    value: row[column] === null ? null : new Decimal(row[column]),
  }));
  const { validity } = chooseStandard(airLimits, period.from);
  const mean = computeRangeMean(series, period.from, period.to, validity, {
    until: period.until,
    dailyDecimals,
  });
  return [...steps, ...traceRangeMean(column, rows, mean, dailyDecimals)];
}

/** The steps of a share or count of days of the judged period. */
export async function traceDays(facts: Facts, target: Target, period: JudgedPeriod): Promise<ProofStep[]> {
  const { rows, steps } = await traceCountyDays(facts, target.siteGroup, period, indexColumns);
  return [...steps, ...traceIndexDays(facts.reference.standards, rows, period.from).steps];
}
