import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hours, timings } from '../alerts/alerts.fixture.js';
import type { ConditionResult } from '../alerts/conditionResult.js';
import { resultOf } from '../alerts/results.fixture.js';
import type { AlertTiming } from '../alerts/stateMachine.js';
import { addDays, hourMs, instantOfDay } from '../domain/calendar.js';
import { hourlyRule } from './alerting.fixture.js';
import type { Followed, JudgedResult, StoredAlert, StoredTransition } from './followAlert.js';
import { stretchesOf, type Reach } from './stretches.js';
import { SubjectWalks, walkGroup } from './subjectWalks.js';
import type { Work } from './works.js';

const firstDay = '2025-01-01';
const start = instantOfDay(firstDay);
const dayOf = (hour: number) => addDays(firstDay, Math.floor(hour / 24));

/** One write: letters (of `hours`) from an hour on, in the place of what was there. */
interface Write {
  readonly hour: number;
  readonly text: string;
}

/** What a service keeps of one alert. */
class Store {
  alert: StoredAlert | undefined;
  transitions: StoredTransition[] = [];
  judged = 0;
  #nextId = 1;

  keep({ alert, withdrawn, added, restated }: Followed): void {
    if (this.alert === undefined && alert.status === 'inactive' && added.length === 0) return;
    // As the database gives it back.
    this.alert = JSON.parse(JSON.stringify(alert)) as StoredAlert;
    const states = new Map(restated.map(({ id, state }) => [id, state]));
    this.transitions = this.transitions
      .filter(({ id }) => !withdrawn.includes(id))
      .map((row) => ({ ...row, state: states.get(row.id) ?? row.state }));
    for (const row of added) this.transitions.push({ ...row, id: String(this.#nextId++) });
    this.transitions.sort((one, other) => one.at - other.at || Number(one.id) - Number(other.id));
  }

  /** What is loaded of the transitions: those from a time on, the last one before and its episode. */
  since(from: number): StoredTransition[] {
    const before = this.transitions.findLast(({ at }) => at < from);
    const first = Math.min(from, before?.startsAt ?? Infinity, before?.state.firing?.startsAt ?? Infinity);
    return this.transitions.filter(({ at }) => at >= first);
  }
}

/** Hours as an hourly rule sees them that looks back: the gravest letter of the last ones, `-` where nothing is. */
function judge(data: readonly string[], lookback: number, timing: AlertTiming): JudgedResult[] {
  const order = 'cwnh.!-';
  return data.map((_, hour): JudgedResult => {
    const window = data.slice(Math.max(0, hour - lookback), hour + 1);
    const letter = window.reduce((one, other) => (order.indexOf(other) < order.indexOf(one) ? other : one));
    const [verdict] = hours(letter);
    const at = start + hour * hourMs;
    const result: ConditionResult = {
      ...resultOf({ site: 'air-town' }, at, null),
      ...verdict!,
      at,
      until: at + hourMs,
    };
    return { result, timing, version: 1 };
  });
}

interface World {
  readonly timing: AlertTiming;
  readonly lookback: number;
  readonly windowHours: number;
}

async function look(
  store: Store,
  { timing, lookback, windowHours }: World,
  judged: readonly JudgedResult[],
  days: readonly string[] | undefined,
  changedHour: number,
): Promise<Followed | undefined> {
  const reach: Reach = { grain: 'hour', beforeMs: 0, afterMs: lookback * hourMs };
  const changedFrom = instantOfDay(dayOf(changedHour));
  const to = start + judged.length * hourMs;
  const work: Work = {
    known: { code: 'r', version: 1, evaluated: 1, rule: hourlyRule(), segments: [], since: 0 },
    rule: hourlyRule(),
    subject: { kind: 'site', id: 1 },
    labels: ['air-town'],
    changedFrom,
    changed: days === undefined ? [{ from: changedFrom, to: Infinity }] : stretchesOf(days, reach),
    reach,
    to,
  };
  const from = changedFrom - timing.noDataForMs;
  const stored = {
    alerts: store.alert === undefined ? [] : [store.alert],
    transitions: new Map([[judged[0]!.result.fingerprint, store.since(from)]]),
  };
  const window = { now: to + hourMs, liveWindowMs: windowHours * hourMs };
  const walks = new SubjectWalks(work, stored, timing.noDataForMs, window);
  await walkGroup(
    [walks],
    () => 'air-town',
    (_, piece) => {
      const part = judged.filter(({ result: { at } }) => at >= piece.from && at < piece.to);
      store.judged += part.length;
      // Of what nobody has heard of it is not said that all is well.
      const isLeft =
        days !== undefined && !walks.follows(undefined) && part.every(({ result }) => result.status === 'ok');
      return Promise.resolve(
        new Map(part.length === 0 || isLeft ? [] : [[part[0]!.result.fingerprint, part]]),
      );
    },
  );
  const [followed] = [...walks.finish()];
  if (followed !== undefined) store.keep(followed);
  return followed;
}

/** What is told, without when it was found out: that is now for what was looked at again. */
const withoutClock = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (key, part: unknown) =>
      key === 'notedAt' || key === 'id' ? undefined : part,
    ),
  );

async function compare(world: World, writes: readonly Write[]): Promise<{ full: number; part: number }> {
  const [full, part] = [new Store(), new Store()];
  const data: string[] = [];
  for (const { hour, text } of writes) {
    const first = Math.min(hour, data.length);
    while (data.length < hour) data.push('-');
    [...text].forEach((letter, index) => (data[hour + index] = letter));
    if (data.length === 0) continue;
    const changed = Array.from({ length: hour + text.length - first }, (_, index) => dayOf(first + index));
    const judged = judge(data, world.lookback, world.timing);
    const one = await look(full, world, judged, undefined, first);
    const other = await look(part, world, judged, [...new Set(changed)], first);
    expect(withoutClock(other?.findings ?? [])).toEqual(withoutClock(one?.findings ?? []));
    if (full.alert !== undefined || part.alert !== undefined) {
      expect(withoutClock(other?.added ?? [])).toEqual(withoutClock(one?.added ?? []));
      expect(other?.withdrawn.length ?? 0).toBe(one?.withdrawn.length ?? 0);
    }
    expect(withoutClock(part.transitions)).toEqual(withoutClock(full.transitions));
    expect(withoutClock(part.alert)).toEqual(withoutClock(full.alert));
  }
  return { full: full.judged, part: part.judged };
}

/** Long calm with now and then something, so that there is a past to converge to. */
const history = fc
  .array(
    fc.oneof(
      { arbitrary: fc.integer({ min: 1, max: 60 }).map((length) => '.'.repeat(length)), weight: 3 },
      fc
        .array(fc.constantFrom(...'nnwwccchh--!.'), { minLength: 1, maxLength: 8 })
        .map((list) => list.join('')),
      fc.integer({ min: 1, max: 40 }).map((length) => '-'.repeat(length)),
      fc.integer({ min: 1, max: 40 }).map((length) => 'n'.repeat(length)),
    ),
    { minLength: 1, maxLength: 14 },
  )
  .map((parts) => parts.join(''));

const corrections = fc.array(
  fc.record({
    hour: fc.nat(400),
    text: fc.oneof(
      fc.array(fc.constantFrom(...'...nwch-!'), { minLength: 1, maxLength: 12 }).map((list) => list.join('')),
      fc.integer({ min: 1, max: 30 }).map((length) => '-'.repeat(length)),
      fc.integer({ min: 1, max: 30 }).map((length) => '.'.repeat(length)),
    ),
  }),
  { maxLength: 6 },
);

const worlds = fc.record({
  timing: timings,
  lookback: fc.constantFrom(0, 0, 3, 23),
  windowHours: fc.constantFrom(1, 24, 10_000),
});

describe('leaving out what is as it was', () => {
  test('ends as judging to the end does: alert, transitions and findings', async () => {
    let [full, part] = [0, 0];
    await fc.assert(
      fc.asyncProperty(worlds, history, corrections, async (world, text, later) => {
        const found = await compare(world, [{ hour: 0, text }, ...later]);
        full += found.full;
        part += found.part;
      }),
      { numRuns: 60 },
    );
    expect(part).toBeLessThan(full);
  });

  test('several corrections at once, and new hours with them', async () => {
    const together = fc.array(fc.tuple(fc.nat(330), fc.constantFrom(...'.nwch-!')), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        worlds,
        history,
        together,
        history,
        together,
        async (world, text, first, more, second) => {
          const [full, part] = [new Store(), new Store()];
          let data = [...text];
          const rounds = [[], first, second] as [number, string][][];
          for (const [index, changes] of rounds.entries()) {
            const known = data.length;
            if (index === 1) data = [...data, ...more];
            const own = changes.filter(([hour]) => hour < known);
            for (const [hour, letter] of own) data[hour] = letter;
            const changed = [
              ...own.map(([hour]) => hour),
              ...(index < 2 ? data.flatMap((_, hour) => (index === 0 || hour >= known ? [hour] : [])) : []),
            ];
            if (changed.length === 0) continue;
            const judged = judge(data, world.lookback, world.timing);
            const days = [...new Set(changed.map(dayOf))].sort();
            const least = Math.min(...changed);
            const one = await look(full, world, judged, undefined, least);
            const other = await look(part, world, judged, days, least);
            expect(withoutClock(other?.findings ?? [])).toEqual(withoutClock(one?.findings ?? []));
            expect(withoutClock(part.transitions)).toEqual(withoutClock(full.transitions));
            expect(withoutClock(part.alert)).toEqual(withoutClock(full.alert));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('an alert without data is at rest only when it does not fire: calm hours before the gap count', async () => {
    const timing = { forMs: 0, keepFiringForMs: 4 * hourMs, noDataForMs: hourMs };
    const text = `${'w'.repeat(20)}.${'-'.repeat(40)}${'.'.repeat(60)}`;
    await compare({ timing, lookback: 0, windowHours: 1 }, [
      { hour: 0, text },
      { hour: 19, text: '.' },
    ]);
  });

  test('hours beyond all that was seen are news, also where only an old day is marked', async () => {
    const world = {
      timing: { forMs: 0, keepFiringForMs: 0, noDataForMs: hourMs },
      lookback: 0,
      windowHours: 1,
    };
    const store = new Store();
    const data = [...'.'.repeat(24), 'w', ...'.'.repeat(200)];
    const days = [...new Set(data.map((_, hour) => dayOf(hour)))];
    await look(store, world, judge(data, 0, world.timing), days, 0);
    data[3] = 'w';
    const judged = judge([...data, 'c', 'c'], 0, world.timing);
    const before = store.judged;
    const followed = await look(store, world, judged, [dayOf(3)], 3);
    expect(followed!.findings.map(({ kind }) => kind)).toEqual(['late', 'live']);
    expect(store.alert).toMatchObject({ status: 'firing', severity: 'critical' });
    expect(store.judged - before).toBeLessThan(100);
  });

  test('a correction of one hour a year back looks at days, not at the year', async () => {
    const world = {
      timing: { forMs: 0, keepFiringForMs: hourMs, noDataForMs: hourMs },
      lookback: 23,
      windowHours: 1,
    };
    const text = Array.from({ length: 365 * 24 }, (_, hour) => (hour % 480 === 5 ? 'w' : '.')).join('');
    const { full, part } = await compare(world, [
      { hour: 0, text },
      { hour: 40, text: 'c' },
    ]);
    expect([full - text.length, part - text.length]).toEqual([text.length - 6, 66]);
  });
});
