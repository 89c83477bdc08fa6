import { hourMs, instantOfDay } from '../domain/calendar.js';
import { demoLabel, type DustPeriod } from './demoData.js';

/** One invented passage of sand and dust: hours of the Beijing day, `untilHour` exclusive. */
interface DustEvent {
  readonly from: string;
  readonly fromHour: number;
  readonly until: string;
  readonly untilHour: number;
  /** PM10 above the ordinary at the worst hour, µg/m³. */
  readonly peak: number;
}

// No month of 2023 or 2025 loses more than four days, so that the dust-excluded year stays valid (27 days a month).
const events: readonly DustEvent[] = [
  { from: '2021-03-15', fromHour: 6, until: '2021-03-16', untilHour: 21, peak: 3400 },
  { from: '2021-03-28', fromHour: 4, until: '2021-03-29', untilHour: 8, peak: 1500 },
  { from: '2021-04-15', fromHour: 9, until: '2021-04-16', untilHour: 14, peak: 850 },
  { from: '2021-05-06', fromHour: 14, until: '2021-05-07', untilHour: 18, peak: 760 },
  { from: '2022-03-04', fromHour: 8, until: '2022-03-05', untilHour: 12, peak: 900 },
  { from: '2022-04-20', fromHour: 10, until: '2022-04-21', untilHour: 16, peak: 980 },
  { from: '2022-04-26', fromHour: 3, until: '2022-04-27', untilHour: 9, peak: 1250 },
  { from: '2022-12-12', fromHour: 2, until: '2022-12-13', untilHour: 10, peak: 1100 },
  { from: '2023-03-10', fromHour: 5, until: '2023-03-11', untilHour: 20, peak: 1050 },
  { from: '2023-03-22', fromHour: 3, until: '2023-03-23', untilHour: 19, peak: 1300 },
  { from: '2023-04-10', fromHour: 2, until: '2023-04-12', untilHour: 14, peak: 1620 },
  { from: '2023-05-19', fromHour: 4, until: '2023-05-20', untilHour: 17, peak: 930 },
  { from: '2024-03-09', fromHour: 11, until: '2024-03-10', untilHour: 15, peak: 820 },
  { from: '2024-03-27', fromHour: 5, until: '2024-03-28', untilHour: 13, peak: 1350 },
  { from: '2024-04-17', fromHour: 7, until: '2024-04-18', untilHour: 12, peak: 900 },
  { from: '2025-03-02', fromHour: 6, until: '2025-03-03', untilHour: 16, peak: 980 },
  { from: '2025-04-11', fromHour: 5, until: '2025-04-13', untilHour: 11, peak: 1560 },
  { from: '2025-05-08', fromHour: 4, until: '2025-05-09', untilHour: 15, peak: 880 },
];

/** The declared periods, with invented document numbers that say so. */
export function listDustPeriods(): DustPeriod[] {
  return events.map((event, index) => ({
    start: instantOfDay(event.from) + event.fromHour * hourMs,
    end: instantOfDay(event.until) + event.untilHour * hourMs,
    document: `示例〔${event.from.slice(0, 4)}〕沙尘 ${index + 1} 号`,
    noteZh: `${demoLabel}：沙尘天气影响时段，文号为虚构`,
  }));
}

/** PM10 that dust adds in the hour beginning at an instant, µg/m³: a quick rise, a long fall, 0 outside periods. */
export function dustAt(ts: number, periods: readonly DustPeriod[]): number {
  const index = periods.findIndex((period) => ts >= period.start && ts < period.end);
  const period = periods[index];
  if (period === undefined) return 0;
  const progress = (ts + hourMs / 2 - period.start) / (period.end - period.start);
  const shape = progress < 0.15 ? progress / 0.15 : Math.exp((-2.2 * (progress - 0.15)) / 0.85);
  return (events[index]?.peak ?? 0) * shape;
}
