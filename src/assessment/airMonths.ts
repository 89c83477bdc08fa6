import type { PoolClient } from 'pg';
import { addMonths, monthOfDay } from '../domain/calendar.js';
import { chooseStandard } from '../domain/standard.js';
import type { AirGroupDayRow } from '../store/airDays.js';
import {
  listDaysOfMonths,
  listOutrunMonths,
  readToday,
  replaceGroupMonths,
  type AirGroupMonthRow,
  type GroupMonthKey,
} from '../store/airMonths.js';
import { computeLedgerPeriod, ledgers } from './airLedger.js';
import type { Reference } from './reference.js';

/** The items that have two ledgers, and of which months are shown. */
const monthItems = ['pm25', 'pm10'] as const;

/**
 * Derives the months of the given group days from what is stored of them, and the months that a day has been added to by
 * the clock alone. The caller holds the lock of group days.
 */
export async function recomputeAirMonths(
  client: PoolClient,
  { standards }: Pick<Reference, 'standards'>,
  groupDays: readonly Pick<AirGroupDayRow, 'groupCode' | 'day'>[],
): Promise<void> {
  const today = await readToday(client);
  const touched = groupDays.map(({ groupCode, day }) => ({ groupCode, month: monthOfDay(day) }));
  const keys = distinct([...touched, ...(await listOutrunMonths(client, today))]);
  if (keys.length === 0) return;
  const daysOf = new Map<string, AirGroupDayRow[]>();
  for (const day of await listDaysOfMonths(client, keys)) {
    const text = textOf({ groupCode: day.groupCode, month: monthOfDay(day.day) });
    const own = daysOf.get(text);
    if (own === undefined) daysOf.set(text, [day]);
    else own.push(day);
  }
  const rows = keys.flatMap((key) => deriveAirMonth(standards, key, daysOf.get(textOf(key)) ?? [], today));
  await replaceGroupMonths(client, keys, rows);
}

/** A group's month in both ledgers from its days; none without any day. */
export function deriveAirMonth(
  standards: Reference['standards'],
  { groupCode, month }: GroupMonthKey,
  days: readonly AirGroupDayRow[],
  today: string,
): AirGroupMonthRow[] {
  if (days.length === 0) return [];
  const firstDay = `${month}-01`;
  const endDay = `${addMonths(month, 1)}-01`;
  const until = today < endDay ? today : endDay;
  const { id: standardId } = chooseStandard(standards.airEvaluation, firstDay);
  return ledgers.flatMap((ledger) => {
    const { items } = computeLedgerPeriod(standards, { firstDay, endDay, until }, days, ledger);
    return monthItems.map((item): AirGroupMonthRow => {
      const { mean, range, valid } = items[item];
      return {
        groupCode,
        month,
        item,
        ledger,
        mean: mean.value?.toString() ?? null,
        printed: mean.printed,
        validDays: range.validDays,
        elapsedDays: range.elapsedDays,
        monthDays: range.rangeDays,
        requiredDays: range.months[0]?.required ?? null,
        valid,
        standardId,
      };
    });
  });
}

const textOf = ({ groupCode, month }: GroupMonthKey) => `${month} ${groupCode}`;

function distinct(keys: readonly GroupMonthKey[]): GroupMonthKey[] {
  return [...new Map(keys.map((key) => [textOf(key), key])).values()];
}
