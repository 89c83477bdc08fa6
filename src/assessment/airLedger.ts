import { Decimal } from '../domain/decimal.js';
import { chooseStandard, pollutants, type Pollutant, type Standards } from '../domain/standard.js';
import { computeAirPeriod, findCompositeLimits, type AirPeriod } from '../statistics/airPeriod.js';
import type { DayValue } from '../statistics/annualMean.js';
import type { AirDayColumn, AirGroupDayRow } from '../store/airDays.js';

/** With all hours, or without those of declared dust. */
export const ledgers = ['with-dust', 'without-dust'] as const;
export type Ledger = (typeof ledgers)[number];

/** The column of a group's days that an item is taken from in a ledger. */
export function columnOf(item: Pollutant, ledger: Ledger): AirDayColumn {
  if (item === 'o3') return 'o3_8h';
  if (ledger === 'without-dust' && (item === 'pm10' || item === 'pm25')) return `${item}_no_dust`;
  return item;
}

/** The statistics of HJ 663 over the half-open days [firstDay, endDay) of a group, in one ledger. */
export function computeLedgerPeriod(
  standards: Pick<Standards, 'airEvaluation' | 'airLimits'>,
  { firstDay, endDay, until }: { readonly firstDay: string; readonly endDay: string; readonly until: string },
  days: readonly AirGroupDayRow[],
  ledger: Ledger,
): AirPeriod {
  const evaluation = chooseStandard(standards.airEvaluation, firstDay);
  const seriesOf = (column: AirDayColumn): DayValue[] =>
    days.map((row) => ({ day: row.day, value: row[column] === null ? null : new Decimal(row[column]) }));
  const series = Object.fromEntries(
    pollutants.map((item) => [item, seriesOf(columnOf(item, ledger))]),
  ) as Record<Pollutant, DayValue[]>;
  return computeAirPeriod(
    { days: series, from: firstDay, to: endDay, until },
    {
      limits: chooseStandard(standards.airLimits, firstDay),
      evaluation,
      compositeLimits: findCompositeLimits(standards.airLimits, evaluation),
    },
  );
}
