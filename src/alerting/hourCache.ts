import { hourMs } from '../domain/calendar.js';
import { flags as allFlags, type Flag } from '../domain/flag.js';
import { airHourColumns } from '../store/airDays.js';
import type { Queryable } from '../store/pool.js';

export type AirHourColumn = (typeof airHourColumns)[number];

/** A stored hour of a station, with what is unusual about it by indicator (`*`: the row). */
export interface StoredHour {
  readonly values: Readonly<Record<AirHourColumn, number | null>>;
  readonly flags: ReadonlyMap<string, readonly Flag[]> | undefined;
}

/** Hours of sites that are kept for other rules: some 40 MB. */
const mostKept = 100_000;
const longestKeptMs = 40 * 24 * hourMs;

interface Kept {
  readonly from: number;
  readonly to: number;
  readonly hours: Map<number, StoredHour>;
}

/** Hours of stations, read once for all rules of a piece of work. */
export class HourCache {
  readonly #kept = new Map<number, Kept>();

  /** Reads the hours of sites in [from, to) unless they are known. */
  async load(db: Queryable, siteIds: readonly number[], from: number, to: number): Promise<void> {
    const missing = siteIds.filter((id) => {
      const kept = this.#kept.get(id);
      return kept === undefined || from < kept.from || to > kept.to;
    });
    if (missing.length === 0) return;
    // Together with what is known, so that each site has one span.
    const spans = missing.flatMap((id) => this.#kept.get(id) ?? []);
    const [first, end] = [
      spans.reduce((least, kept) => Math.min(least, kept.from), from),
      spans.reduce((most, kept) => Math.max(most, kept.to), to),
    ];
    // Long series are read in pieces, of which only the last one is kept.
    const span = end - first > longestKeptMs ? { from, to } : { from: first, to: end };
    this.#forget(siteIds);
    for (const id of missing) this.#kept.set(id, { ...span, hours: new Map() });
    await this.#read(db, missing, span.from, span.to);
  }

  /** Makes room, but for the sites that are wanted now. */
  #forget(wanted: readonly number[]): void {
    let kept = 0;
    for (const { hours } of this.#kept.values()) kept += hours.size;
    if (kept < mostKept) return;
    const stay = new Set(wanted);
    for (const id of [...this.#kept.keys()]) if (!stay.has(id)) this.#kept.delete(id);
  }

  /** The hour of a site that begins at an instant; `undefined` when nothing is stored. Call `load` before. */
  at(siteId: number, at: number): StoredHour | undefined {
    return this.#kept.get(siteId)?.hours.get(at);
  }

  async #read(db: Queryable, siteIds: readonly number[], from: number, to: number): Promise<void> {
    const params = [siteIds, new Date(from), new Date(to)];
    const { rows: marked } = await db.query<[number, number, string, Flag]>({
      text: `select site_id, extract(epoch from ts)::float8 * 1000, indicator, flag from value_flags
              where family = 'air_hour' and site_id = any ($1::integer[]) and ts >= $2 and ts < $3`,
      values: params,
      rowMode: 'array',
    });
    const flags = new Map<string, Map<string, Flag[]>>();
    for (const [siteId, ts, indicator, flag] of marked) {
      if (!allFlags.includes(flag)) continue;
      const key = `${siteId} ${ts}`;
      const own = flags.get(key) ?? new Map<string, Flag[]>();
      own.set(indicator, [...(own.get(indicator) ?? []), flag]);
      flags.set(key, own);
    }
    const { rows } = await db.query<[number, number, ...(number | null)[]]>({
      text: `select site_id, extract(epoch from ts)::float8 * 1000, ${airHourColumns.join(', ')} from air_hour
              where site_id = any ($1::integer[]) and ts >= $2 and ts < $3`,
      values: params,
      rowMode: 'array',
    });
    for (const [siteId, ts, ...values] of rows)
      this.#kept.get(siteId)!.hours.set(ts, {
        values: Object.fromEntries(
          airHourColumns.map((column, i) => [column, values[i] ?? null]),
        ) as StoredHour['values'],
        flags: flags.get(`${siteId} ${ts}`),
      });
  }
}

/** Starts of the hours in [from, to). */
export function hoursBetween(from: number, to: number): number[] {
  const first = Math.ceil(from / hourMs) * hourMs;
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / hourMs)) }, (_, i) => first + i * hourMs);
}

/** Flags of a value with those of its whole row. */
export function flagsOf(hour: StoredHour | undefined, indicator: string): Flag[] {
  if (hour?.flags === undefined) return [];
  return [...(hour.flags.get('*') ?? []), ...(hour.flags.get(indicator) ?? [])];
}
