import type { PollutionFacts, PollutionPoint } from '../alerts/facts.js';
import { dayRulesOf } from '../assessment/deriveAir.js';
import type { AlertScope } from '../domain/alertRule.js';
import { dayMs, dayOfInstant, hourMs } from '../domain/calendar.js';
import { chooseStandard } from '../domain/standard.js';
import type { DustPeriod } from '../statistics/dustHours.js';
import { computeDayAqi, computeGroupDay } from '../statistics/groupDay.js';
import { computeSiteDay, type SiteDay } from '../statistics/siteDay.js';
import { airHourColumns } from '../store/airDays.js';
import { listDustPeriods } from '../store/dustPeriods.js';
import type { Queryable } from '../store/pool.js';
import { placeOfGroup, type FactContext } from './factContext.js';
import { flagsOf, hoursBetween } from './hourCache.js';

/** Hours before the first one asked for that the longest condition of a warning draws on, by the schema of its table. */
const warningMs = 240 * hourMs;

/**
 * The AQI over every 24 hours that end with an hour of [from, to), made of them as that of a day is made of its own: means of
 * the hours, the greatest 8 hours of ozone within them, of a group the means over its stations. The versions are those of
 * the day of the last hour.
 *
 * The AQI of warnings as a mean over any 24 hours on end is reported, not read in a document (assumption).
 */
export async function loadRollingFacts(
  db: Queryable,
  context: FactContext,
  scope: AlertScope,
  siteIds: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<PollutionFacts[]> {
  const groups = scope.groups.filter((group) =>
    (context.reference.groups.get(group) ?? []).some((id) => siteIds.includes(id)),
  );
  const places = [
    ...groups.map((group) => ({
      place: placeOfGroup(context, group),
      members: context.reference.groups.get(group) ?? [],
      isGroup: true,
    })),
    ...siteIds.flatMap((id) => {
      const place = context.sites.get(id)!;
      const alone = scope.sites.includes(place.code) || scope.kinds.includes(place.kind);
      return alone ? [{ place, members: [id], isGroup: false }] : [];
    }),
  ];
  const ends = hoursBetween(from - warningMs, to).map((start) => start + hourMs);
  const [first, last] = [ends[0], ends.at(-1)];
  if (first === undefined || last === undefined || places.length === 0) return [];
  const all = [...new Set(places.flatMap(({ members }) => members))];
  await context.hours.load(db, all, first - dayMs, last);
  const dust = await listDustPeriods(db, first - dayMs, last);
  return places.map(({ place, members, isGroup }) => ({
    place,
    from,
    points: ends.map((until) => pointOf(context, members, isGroup, until, dust)),
  }));
}

function pointOf(
  context: FactContext,
  members: readonly number[],
  isGroup: boolean,
  until: number,
  dust: readonly DustPeriod[],
): PollutionPoint {
  const { standards } = context.reference;
  const at = until - dayMs;
  const day = dayOfInstant(until - 1);
  const rules = dayRulesOf(standards, day);
  const days = members.flatMap((id): SiteDay[] => {
    const hours = hoursOf(context, id, at);
    return hours === undefined ? [] : [computeSiteDay({ hours, reported: null }, rules)];
  });
  const share = isGroup ? chooseStandard(standards.airEvaluation, day).stations.minimumShare : null;
  const { aqi, primary } = computeDayAqi(
    chooseStandard(standards.aqi, day),
    computeGroupDay(days, members.length, share),
  );
  return {
    at,
    until,
    aqi,
    primary,
    dust: dust.some(({ start, end }) => start < until && end > at && start < end),
  };
}

/** The 24 hours of a station from an instant on, without those that do not count; `undefined` when nothing is stored. */
function hoursOf({ hours }: FactContext, siteId: number, at: number) {
  const stored = hoursBetween(at, at + dayMs).map((start) => hours.at(siteId, start));
  if (stored.every((hour) => hour === undefined)) return undefined;
  return Object.fromEntries(
    airHourColumns.map((column) => [
      column,
      stored.map((hour) =>
        flagsOf(hour, column).some((flag) => flag === 'invalid' || flag === 'maintenance')
          ? null
          : (hour?.values[column] ?? null),
      ),
    ]),
  );
}
