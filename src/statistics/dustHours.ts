import { hourMs, instantOfDay } from '../domain/calendar.js';

/** A dust period as the bureau entered it: half-open instants, epoch milliseconds. */
export interface DustPeriod {
  readonly start: number;
  readonly end: number;
}

/**
 * Which of the 24 hours of a Beijing day overlap a dust period, however little (working assumption; the hour-level
 * test of 环办监测〔2016〕120号 was not read). `undefined` when the day is untouched.
 */
export function findDustHours(day: string, periods: readonly DustPeriod[]): boolean[] | undefined {
  const dayStart = instantOfDay(day);
  const hours = Array.from({ length: 24 }, (_, i) => {
    const start = dayStart + i * hourMs;
    return periods.some(
      (period) => period.start < start + hourMs && period.end > start && period.start < period.end,
    );
  });
  return hours.includes(true) ? hours : undefined;
}
