import type { PoolClient } from 'pg';
import { addMonths, dayMs, dayOfInstant, hourMs, instantOfDay, monthOfDay } from '../domain/calendar.js';
import { Decimal, decimalFromDouble } from '../domain/decimal.js';
import { chooseStandard, type HourlyInput } from '../domain/standard.js';
import { waterBodyOf, type SectionBody } from '../domain/waterBody.js';
import type { WaterGrade } from '../domain/waterGrade.js';
import { concentrationsOf } from '../statistics/groupDay.js';
import {
  comparePublishedAir,
  comparePublishedClass,
  computePublishedDay,
  computePublishedHour,
  type ComparedIndex,
} from '../statistics/publishedFigures.js';
import type { WaterBody } from '../statistics/waterGrade.js';
import { computeWaterMonth } from '../statistics/waterMonths.js';
import { airHourColumns, listHours, listSiteDays, type SiteHours } from '../store/airDays.js';
import type { PendingDay } from '../store/pendingDays.js';
import {
  listPublishedTexts,
  saveDifferences,
  type DifferenceRecord,
  type PublishedRow,
} from '../store/publishedDifferences.js';
import type { SiteWindow } from '../store/suspectChecks.js';
import { listWaterMonths, listWaterRows, type WaterRow } from '../store/waterSiteMonths.js';
import { siteDayOfRow } from './deriveAir.js';
import { toSample, waterRulesOf } from './deriveWater.js';
import type { Reference } from './reference.js';

const airIndicators = ['aqi', 'aqi_level', 'primary_pollutant'] as const;
// A reading every four hours: what was published before is at most a day old.
const previousMs = dayMs;

/**
 * Compares what sources published about the given days with what is computed from the measurements, and stores the
 * differences in place of those found before. Runs after the days' own figures are stored.
 */
export async function comparePublished(
  client: PoolClient,
  reference: Reference,
  pending: readonly PendingDay[],
): Promise<void> {
  const air = windowsOf(pending.filter(({ medium }) => medium === 'air'));
  if (air.length > 0) await compareAir(client, reference, air);
  const water = pending.filter(({ medium }) => medium === 'water');
  if (water.length > 0) {
    // The class of a reading may be that of the one before, which may stand on the day before.
    const days = [...water, ...water.map((one) => ({ ...one, day: dayAfter(one.day) }))];
    await compareSamples(client, reference, windowsOf(days));
    await compareMonths(client, reference, monthStartsOf(water));
  }
}

function dayAfter(day: string): string {
  return dayOfInstant(instantOfDay(day) + dayMs);
}

function monthStartsOf(days: readonly PendingDay[]): SiteWindow[] {
  return windowsOf(days.map((one) => ({ ...one, day: `${monthOfDay(one.day)}-01` })));
}

/** One window per site and day, each once. */
function windowsOf(days: readonly PendingDay[]): SiteWindow[] {
  const keys = new Map(days.map(({ siteId, day }) => [`${siteId} ${day}`, { siteId, day }]));
  return [...keys.values()].map(({ siteId, day }) => {
    const from = instantOfDay(day);
    return { siteId, from, to: from + dayMs };
  });
}

interface AirMoment {
  readonly siteId: number;
  readonly ts: number;
  readonly span: string;
  readonly texts: Record<string, string>;
}

async function compareAir(
  client: PoolClient,
  reference: Reference,
  windows: readonly SiteWindow[],
): Promise<void> {
  const texts = await listPublishedTexts(client, windows);
  const moments = new Map<string, AirMoment>();
  for (const { siteId, ts, span, indicator, text } of texts) {
    if (!(airIndicators as readonly string[]).includes(indicator) || (span !== 'hour' && span !== 'day'))
      continue;
    const key = momentKey(siteId, ts, span);
    const moment = moments.get(key) ?? { siteId, ts, span, texts: {} };
    moment.texts[indicator] = text;
    moments.set(key, moment);
  }
  const computed = new Map([
    ...(await computeHours(client, reference, [...moments.values()])),
    ...(await computeDays(client, reference, [...moments.values()])),
  ]);
  const differences = [...moments].flatMap(([key, { siteId, ts, span, texts }]): DifferenceRecord[] => {
    const standard = chooseStandard(reference.standards.aqi, dayOfInstant(ts));
    // Without measurements the level is still compared with the published AQI.
    const index = computed.get(key) ?? computePublishedHour(standard, {});
    return comparePublishedAir(standard, texts, index).map((difference) => ({
      siteId,
      ts,
      span,
      ...difference,
      rule: index.rule,
    }));
  });
  await saveDifferences(client, windows, airIndicators, ['hour', 'day'], differences);
}

const momentKey = (siteId: number, ts: number, span: string): string => `${siteId} ${ts} ${span}`;

async function computeHours(
  client: PoolClient,
  reference: Reference,
  moments: readonly AirMoment[],
): Promise<[string, ComparedIndex][]> {
  const hours = moments.filter(({ span }) => span === 'hour');
  if (hours.length === 0) return [];
  const wanted = new Set(hours.map(({ siteId, ts }) => momentKey(siteId, ts, 'hour')));
  const days = new Set(hours.map(({ ts }) => dayOfInstant(ts)));
  const rows = await listHours(
    client,
    [...new Set(hours.map(({ siteId }) => siteId))],
    [...days].map((day) => new Date(instantOfDay(day))),
  );
  return rows.flatMap(({ siteId, dayStart, hours: values }) => {
    const standard = chooseStandard(reference.standards.aqi, dayOfInstant(dayStart));
    const keys = Array.from({ length: 24 }, (_, hour) => momentKey(siteId, dayStart + hour * hourMs, 'hour'));
    return keys.flatMap((key, hour): [string, ComparedIndex][] =>
      wanted.has(key) && airHourColumns.some((item) => values[item][hour] !== null)
        ? [[key, computePublishedHour(standard, concentrationsIn(values, hour))]]
        : [],
    );
  });
}

function concentrationsIn(values: SiteHours['hours'], hour: number): Partial<Record<HourlyInput, Decimal>> {
  const found: Partial<Record<HourlyInput, Decimal>> = {};
  for (const item of airHourColumns) {
    const value = values[item][hour] ?? null;
    if (value !== null) found[`${item}_1h`] = decimalFromDouble(value);
  }
  return found;
}

async function computeDays(
  client: PoolClient,
  reference: Reference,
  moments: readonly AirMoment[],
): Promise<[string, ComparedIndex][]> {
  const days = moments.filter(({ span }) => span === 'day');
  if (days.length === 0) return [];
  const wanted = new Set(days.map(({ siteId, ts }) => momentKey(siteId, ts, 'day')));
  const rows = await listSiteDays(
    client,
    [...new Set(days.map(({ siteId }) => siteId))],
    [...new Set(days.map(({ ts }) => dayOfInstant(ts)))],
  );
  return rows.flatMap((row): [string, ComparedIndex][] => {
    const key = momentKey(row.siteId, instantOfDay(row.day), 'day');
    if (!wanted.has(key)) return [];
    const standard = chooseStandard(reference.standards.aqi, row.day);
    return [[key, computePublishedDay(standard, concentrationsOf(siteDayOfRow(row), 'with-dust'))]];
  });
}

async function compareSamples(
  client: PoolClient,
  reference: Reference,
  windows: readonly SiteWindow[],
): Promise<void> {
  const texts = (await listPublishedTexts(client, windows)).filter(isClassOf('instant'));
  const differences: DifferenceRecord[] = [];
  for (const siteId of new Set(texts.map((one) => one.siteId))) {
    const own = texts.filter((one) => one.siteId === siteId);
    const times = own.map(({ ts }) => ts);
    const rows = await listWaterRows(
      client,
      'water_sample',
      siteId,
      Math.min(...times) - previousMs,
      Math.max(...times) + hourMs,
    );
    differences.push(...compareSiteSamples(reference, siteId, own, rows));
  }
  await saveDifferences(client, windows, ['water_class'], ['instant'], differences);
}

function isClassOf(span: string) {
  return (row: PublishedRow): boolean => row.indicator === 'water_class' && row.span === span;
}

function compareSiteSamples(
  reference: Reference,
  siteId: number,
  texts: readonly PublishedRow[],
  rows: readonly WaterRow[],
): DifferenceRecord[] {
  const body = waterBodyOf(reference.sites.get(siteId)!.kind);
  const gradeOf = (row: WaterRow | undefined, as: SectionBody): WaterGrade | null => {
    if (row === undefined) return null;
    const day = dayOfInstant(row.ts);
    const sample = toSample(row, monthOfDay(day));
    return (
      computeWaterMonth(waterRulesOf(reference, day), as, monthOfDay(day), [sample]).result?.grade ?? null
    );
  };
  const positions = new Map(rows.map(({ ts }, index) => [ts, index]));
  return texts.flatMap(({ ts, span, text }): DifferenceRecord[] => {
    const at = positions.get(ts);
    if (at === undefined) return [];
    const before = rows[at - 1];
    const recent = before !== undefined && ts - before.ts <= previousMs ? before : undefined;
    const difference = comparePublishedClass(text, gradeOf(rows[at], body), {
      previous: gradeOf(recent, body),
      otherBody: gradeOf(rows[at], otherBodyOf(body)),
    });
    const rule = waterRulesOf(reference, dayOfInstant(ts)).limits.id;
    return difference === undefined ? [] : [{ siteId, ts, span, ...difference, rule }];
  });
}

/** The column of GB 3838 that might have been taken by mistake. */
function otherBodyOf(body: SectionBody): WaterBody {
  return body === 'river' ? 'lake' : 'river';
}

async function compareMonths(
  client: PoolClient,
  reference: Reference,
  windows: readonly SiteWindow[],
): Promise<void> {
  const texts = (await listPublishedTexts(client, windows)).filter(isClassOf('month'));
  const differences: DifferenceRecord[] = [];
  if (texts.length > 0) {
    const months = texts.map(({ ts }) => monthOfDay(dayOfInstant(ts))).sort();
    const rows = await listWaterMonths(
      client,
      [...new Set(texts.map(({ siteId }) => siteId))],
      `${months[0]}-01`,
      `${addMonths(months.at(-1)!, 1)}-01`,
    );
    const byMonth = new Map(rows.map((row) => [`${row.siteId} ${row.month}`, row]));
    for (const { siteId, ts, span, text } of texts) {
      const row = byMonth.get(`${siteId} ${dayOfInstant(ts)}`);
      const grade = (row?.grade ?? null) as WaterGrade | null;
      const others = { previous: null, otherBody: otherBodyGrade(reference, siteId, row) };
      const difference = comparePublishedClass(text, grade, others);
      if (difference !== undefined && row !== undefined)
        differences.push({ siteId, ts, span, ...difference, rule: row.standardId });
    }
  }
  await saveDifferences(client, windows, ['water_class'], ['month'], differences);
}

function otherBodyGrade(
  reference: Reference,
  siteId: number,
  row: Awaited<ReturnType<typeof listWaterMonths>>[number] | undefined,
): WaterGrade | null {
  if (row === undefined) return null;
  const month = row.month.slice(0, 7);
  const values = new Map(
    Object.entries(row.items).map(([item, text]) => [item, { value: new Decimal(text) }]),
  );
  const other = otherBodyOf(waterBodyOf(reference.sites.get(siteId)!.kind));
  return (
    computeWaterMonth(waterRulesOf(reference, row.month), other, month, [{ month, values }]).result?.grade ??
    null
  );
}
