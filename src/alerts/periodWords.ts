import { beijingOffsetMs, dayMs, dayOfInstant, hourMs } from '../domain/calendar.js';

/** A Beijing day in words: 2025年1月3日. */
export function dayZh(day: string): string {
  return `${Number(day.slice(0, 4))}年${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`;
}

/** A Beijing month in words: 2025年1月. */
export function monthZh(month: string): string {
  return `${Number(month.slice(0, 4))}年${Number(month.slice(5, 7))}月`;
}

/**
 * A span of data in words, Beijing time. Hours carry the label of their END, as stations print them (the hour from 13:00 to
 * 14:00 is 14时, the last of the day 24时).
 */
export function periodZh(at: number, until: number): string {
  const day = dayOfInstant(at);
  if (until === at) return `${dayZh(day)} ${clock(at)}`;
  if (until - at === hourMs) return `${dayZh(day)} ${hourOfDay(at) + 1}时`;
  if (hourOfDay(at) === 0 && until - at === dayMs) return dayZh(day);
  const last = dayOfInstant(until - 1);
  if (day.endsWith('-01') && last.slice(0, 7) === day.slice(0, 7) && dayOfInstant(until).endsWith('-01'))
    return monthZh(day.slice(0, 7));
  return `${momentZh(at)}至${momentZh(until)}`;
}

/** A moment in words, to the minute. */
export function momentZh(epochMs: number): string {
  return `${dayZh(dayOfInstant(epochMs))} ${clock(epochMs)}`;
}

function clock(epochMs: number): string {
  return new Date(epochMs + beijingOffsetMs).toISOString().slice(11, 16);
}

function hourOfDay(epochMs: number): number {
  return Number(clock(epochMs).slice(0, 2));
}

/** A length of time in words: days and hours, at least in minutes. */
export function durationZh(ms: number): string {
  if (ms < hourMs) return `${Math.round(ms / 60_000)} 分钟`;
  const hours = Math.round(ms / hourMs);
  if (hours < 48) return `${hours} 小时`;
  return hours % 24 === 0 ? `${hours / 24} 天` : `${Math.floor(hours / 24)} 天 ${hours % 24} 小时`;
}
