import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hour, hours, letters, timings } from './alerts.fixture.js';
import type { IntervalVerdict } from './conditionResult.js';
import { episodesOf, transitionId } from './episodes.js';
import { reconcile, type Finding } from './reconcile.js';
import { initialState, replay, step, type AlertTiming, type History } from './stateMachine.js';

const runs = { numRuns: 500 };

describe('the state machine', () => {
  test('never fires before `for` hours of data in breach, one after the other', () => {
    fc.assert(
      fc.property(timings, letters, (timing, text) => {
        const verdicts = hours(text);
        for (const { reason, at, startsAt } of replay(timing, verdicts, 0).transitions) {
          if (reason !== 'became-firing') continue;
          const within = verdicts.filter((one) => one.at >= startsAt && one.at <= at);
          expect(within.filter(({ status }) => status === 'ok')).toEqual([]);
          const breached = within.filter(({ status }) => status === 'breach').length * hour;
          expect(breached).toBeGreaterThanOrEqual(timing.forMs);
          expect(breached).toBeGreaterThan(0);
        }
      }),
      runs,
    );
  });

  test('every firing ends resolved or still fires, and nothing ends that did not fire', () => {
    fc.assert(
      fc.property(timings, letters, (timing, text) => {
        const { transitions, state } = replay(timing, hours(text), 0);
        let open: number | null = null;
        for (const { reason, startsAt } of transitions) {
          if (reason === 'became-firing') {
            expect(open).toBeNull();
            open = startsAt;
          } else if (reason === 'resolved' || reason.startsWith('severity')) {
            expect(startsAt).toBe(open);
            if (reason === 'resolved') open = null;
          }
        }
        expect(state.firing?.startsAt ?? null).toBe(open);
      }),
      runs,
    );
  });

  test('resolves only after `keepFiringFor` hours of data without breach, at the first of them', () => {
    fc.assert(
      fc.property(timings, letters, (timing, text) => {
        const verdicts = hours(text);
        for (const { reason, at, endsAt } of replay(timing, verdicts, 0).transitions) {
          if (reason !== 'resolved') continue;
          const within = verdicts.filter((one) => one.at >= endsAt! && one.at <= at);
          expect(within.some(({ status }) => status === 'breach')).toBe(false);
          const calm = within.filter(({ status }) => status === 'ok').length * hour;
          expect(calm).toBeGreaterThanOrEqual(Math.max(hour, timing.keepFiringForMs));
        }
      }),
      runs,
    );
  });

  test('every transition has one reason, and no statement is made twice', () => {
    fc.assert(
      fc.property(timings, letters, (timing, text) => {
        const ids = replay(timing, hours(text), 0).transitions.map(transitionId);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      runs,
    );
  });

  test('the same interval again, or an earlier one, adds nothing', () => {
    fc.assert(
      fc.property(timings, letters, fc.nat(), (timing, text, pick) => {
        const verdicts = hours(text);
        const { state } = replay(timing, verdicts, 0);
        const again = verdicts[pick % Math.max(1, verdicts.length)];
        if (again === undefined) return;
        expect(step(timing, state, again, 1)).toEqual({ next: state, events: [] });
      }),
      runs,
    );
  });

  test('what it says of severity is what the state says', () => {
    fc.assert(
      fc.property(timings, letters, (timing, text) => {
        let state = initialState;
        let told: string | undefined;
        for (const verdict of hours(text)) {
          const { next, events } = step(timing, state, verdict, 0);
          for (const { reason, severity, from } of events) {
            if (reason.startsWith('severity')) expect(from).toBe(told);
            if (reason === 'became-firing' || reason.startsWith('severity')) told = severity;
            if (reason === 'resolved') told = undefined;
          }
          expect(next.firing?.severity).toBe(told);
          state = next;
        }
      }),
      runs,
    );
  });
});

type Ledger = Map<number, string>;

/** What a reader of all messages believes: start of an alert → its end and severity. */
function read(ledger: Ledger, findings: readonly Finding[]): void {
  for (const finding of findings) {
    if (finding.kind === 'live') {
      const { reason, startsAt, severity, endsAt } = finding.transition;
      if (reason.startsWith('no-data') || reason.startsWith('error')) continue;
      ledger.set(startsAt, `${endsAt ?? 'open'} ${severity}`);
    } else {
      for (const { startsAt } of finding.before) ledger.delete(startsAt);
      for (const { startsAt, endsAt, severity } of finding.after)
        ledger.set(startsAt, `${endsAt ?? 'open'} ${severity}`);
    }
  }
}

function believed(history: History): Ledger {
  return new Map(
    episodesOf(history.transitions).map(({ startsAt, endsAt, severity }) => [
      startsAt,
      `${endsAt ?? 'open'} ${severity}`,
    ]),
  );
}

/** Takes verdicts as they arrive: a new one for an hour replaces the old. Tells after each arrival. */
function arrive(timing: AlertTiming, arrivals: readonly IntervalVerdict[], liveWindowMs: number) {
  const known = new Map<number, IntervalVerdict>();
  const ledger: Ledger = new Map();
  const order = (): IntervalVerdict[] => [...known.values()].sort((one, other) => one.at - other.at);
  let history: History = replay(timing, [], 0);
  for (const arrival of arrivals) {
    known.set(arrival.at, arrival);
    const after = replay(timing, order(), 0);
    read(ledger, reconcile(history, after, { now: 40 * hour, liveWindowMs }));
    history = after;
  }
  return { history, ledger, inOrder: replay(timing, order(), 0) };
}

describe('data in any order', () => {
  const windows = fc.constantFrom(0, 5 * hour, 1_000 * hour);

  test('end in the transitions of data in order, and a reader of the messages knows them', () => {
    fc.assert(
      fc.property(timings, letters, windows, fc.infiniteStream(fc.nat()), (timing, text, window, random) => {
        const arrivals = hours(text)
          .map((verdict) => ({ verdict, key: random.next().value as number }))
          .sort((one, other) => one.key - other.key)
          .map(({ verdict }) => verdict);
        const { history, ledger, inOrder } = arrive(timing, arrivals, window);
        expect(history.transitions.map(transitionId)).toEqual(
          replay(timing, hours(text), 0).transitions.map(transitionId),
        );
        expect(inOrder.transitions).toEqual(history.transitions);
        expect([...ledger].sort()).toEqual([...believed(history)].sort());
      }),
      runs,
    );
  });

  test('corrected data end the same, and a reader knows', () => {
    fc.assert(
      fc.property(timings, letters, letters, windows, (timing, first, second, window) => {
        const { history, ledger } = arrive(timing, [...hours(first), ...hours(second)], window);
        expect([...ledger].sort()).toEqual([...believed(history)].sort());
      }),
      runs,
    );
  });

  test('taken step by step and at once end the same', () => {
    fc.assert(
      fc.property(timings, letters, fc.nat(40), (timing, text, cut) => {
        const verdicts = hours(text);
        const begun = replay(timing, verdicts.slice(0, cut), 0);
        const rest = replay(timing, verdicts.slice(cut), 0, begun.state);
        const whole = replay(timing, verdicts, 0);
        expect([...begun.transitions, ...rest.transitions]).toEqual(whole.transitions);
        expect(rest.state).toEqual(whole.state);
      }),
      runs,
    );
  });

  test('nothing is told twice: equal histories give nothing', () => {
    fc.assert(
      fc.property(timings, letters, windows, (timing, text, liveWindowMs) => {
        const history = replay(timing, hours(text), 0);
        const again = replay(timing, hours(text), 5);
        expect(reconcile(history, again, { now: 40 * hour, liveWindowMs })).toEqual([]);
      }),
      runs,
    );
  });

  test('nothing old is told as happening now, except that an alert is over', () => {
    fc.assert(
      fc.property(timings, letters, letters, (timing, first, second) => {
        const [before, after] = [replay(timing, hours(first), 0), replay(timing, hours(first + second), 0)];
        const findings = reconcile(before, after, { now: 10_000 * hour, liveWindowMs: hour });
        for (const finding of findings) {
          if (finding.kind === 'live') expect(finding.transition.reason).toBe('resolved');
          else expect(finding.ongoing).toBe(false);
        }
      }),
      runs,
    );
  });
});
