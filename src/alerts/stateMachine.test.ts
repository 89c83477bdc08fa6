import { describe, expect, test } from '@jest/globals';
import { hour, hours, timing } from './alerts.fixture.js';
import type { IntervalVerdict } from './conditionResult.js';
import { endByRule, initialState, replay, step, type AlertTiming, type Transition } from './stateMachine.js';

/** Transitions as `hour reason severity(from)[start,end)`. */
function show(transitions: readonly Transition[]): string[] {
  return transitions.map(({ reason, at, startsAt, severity, from, endsAt }) =>
    [
      at / hour,
      reason,
      ...(severity === undefined ? [] : [from === undefined ? severity : `${severity}<${from}`]),
      `${startsAt / hour}${endsAt === undefined ? '' : `-${endsAt / hour}`}`,
    ].join(' '),
  );
}

function run(letters: string, how: AlertTiming = timing()): string[] {
  return show(replay(how, hours(letters), 7).transitions);
}

const statuses = (letters: string, how: AlertTiming = timing()) =>
  [...letters].map((_, index) => replay(how, hours(letters.slice(0, index + 1)), 7).state.status);

describe('what it was about is over', () => {
  const over = (letters: string) =>
    hours(letters).map((one, index, all) =>
      index === all.length - 1 ? { ...one, ends: true as const } : one,
    );

  test('an alert ends with it at once, for a reason of its own', () => {
    expect(show(replay(timing(0, 9), over('ww.'), 7).transitions)).toEqual([
      '0 became-firing warning 0',
      '2 period-ended warning 0-2',
    ]);
    const { state } = replay(timing(0, 9), over('ww.'), 7);
    expect(state).toMatchObject({
      status: 'resolved',
      firing: null,
      ended: { startsAt: 0, endsAt: 2 * hour },
    });
  });

  test('what does not fire has nothing to end', () => {
    expect(show(replay(timing(3), over('w.'), 7).transitions)).toEqual([
      '0 became-pending warning 0',
      '1 pending-ended 0',
    ]);
    expect(replay(timing(), over('..'), 7).transitions).toEqual([]);
  });
});

describe('firing and resolving', () => {
  test('without `for` the first hour in breach fires, and the first without resolves to its start', () => {
    expect(run('.w.')).toEqual(['1 became-firing warning 1', '2 resolved warning 1-2']);
    expect(statuses('.w..w')).toEqual(['inactive', 'firing', 'resolved', 'resolved', 'firing']);
  });

  test('`for` counts hours of data: it fires with the hour that makes them full, from the first', () => {
    expect(run('www', timing(3))).toEqual(['0 became-pending warning 0', '2 became-firing warning 0']);
    expect(run('ww.w', timing(3))).toEqual([
      '0 became-pending warning 0',
      '2 pending-ended 0',
      '3 became-pending warning 3',
    ]);
    expect(statuses('ww.', timing(3))).toEqual(['pending', 'pending', 'inactive']);
  });

  test('missing hours inside do not count and do not end it, unless they outlast `for`', () => {
    expect(run('w-w', timing(2, 0, 9))).toEqual(['0 became-pending warning 0', '2 became-firing warning 0']);
    expect(run('w  w', timing(2))).toEqual(['0 became-pending warning 0', '3 became-firing warning 0']);
    expect(run('w   ww', timing(2))).toEqual([
      '0 became-pending warning 0',
      '4 pending-ended 0',
      '4 became-pending warning 4',
      '5 became-firing warning 4',
    ]);
  });

  test('it fires with the severity of the hour that makes it fire', () => {
    expect(run('nc', timing(2))).toEqual(['0 became-pending notice 0', '1 became-firing critical 0']);
    expect(run('cn', timing(2)).at(-1)).toBe('1 became-firing notice 0');
  });

  test('severity rises at once and falls at once without `keepFiringFor`', () => {
    expect(run('nwcwn.')).toEqual([
      '0 became-firing notice 0',
      '1 severity-rose warning<notice 0',
      '2 severity-rose critical<warning 0',
      '3 severity-fell warning<critical 0',
      '4 severity-fell notice<warning 0',
      '5 resolved notice 0-5',
    ]);
  });

  test('between the thresholds a firing alert goes on and a quiet one stays quiet', () => {
    expect(run('hwhh.')).toEqual(['1 became-firing warning 1', '4 resolved warning 1-4']);
    // What holds a warning lets a critical alert fall to warning, and does not lift a notice.
    expect(run('ch.')).toEqual([
      '0 became-firing critical 0',
      '1 severity-fell warning<critical 0',
      '2 resolved warning 0-2',
    ]);
    expect(run('nh.')).toEqual(['0 became-firing notice 0', '2 resolved notice 0-2']);
  });

  test('`keepFiringFor` counts hours of data; the end is where the data cleared', () => {
    expect(run('w..', timing(0, 2))).toEqual(['0 became-firing warning 0', '2 resolved warning 0-1']);
    expect(run('w.w.', timing(0, 2))).toEqual(['0 became-firing warning 0']);
    expect(run('w.-.', timing(0, 2, 9))).toEqual(['0 became-firing warning 0', '3 resolved warning 0-1']);
    expect(run('w.-', timing(0, 2, 9))).toEqual(['0 became-firing warning 0']);
  });

  test('a fall to less keeps the most that was asked for meanwhile, and goes on falling from there', () => {
    expect(run('c.w.', timing(0, 3))).toEqual([
      '0 became-firing critical 0',
      '3 severity-fell warning<critical 0',
    ]);
    expect(run('c.w....', timing(0, 3))).toEqual([
      '0 became-firing critical 0',
      '3 severity-fell warning<critical 0',
      '5 resolved warning 0-3',
    ]);
    expect(run('cww..', timing(0, 2))).toEqual([
      '0 became-firing critical 0',
      '2 severity-fell warning<critical 0',
      '4 resolved warning 0-3',
    ]);
  });

  test('a sample of a moment fires and resolves without any duration', () => {
    const sample = (at: number, status: 'ok' | 'breach'): IntervalVerdict =>
      status === 'ok' ? { at, until: at, status } : { at, until: at, status, severity: 'notice' };
    const samples = [sample(0, 'breach'), sample(5 * hour, 'ok')];
    expect(show(replay(timing(), samples, 7).transitions)).toEqual([
      '0 became-firing notice 0',
      '5 resolved notice 0-5',
    ]);
  });

  test('a breach without a severity is none', () => {
    const verdict: IntervalVerdict = { at: 0, until: hour, status: 'breach' };
    expect(step(timing(), initialState, verdict, 7).events).toEqual([]);
  });

  test('a severity beside `ok` does not keep an alert firing', () => {
    const verdicts: IntervalVerdict[] = [
      ...hours('w'),
      { at: hour, until: 2 * hour, status: 'ok', severity: 'warning' },
    ];
    expect(show(replay(timing(), verdicts, 7).transitions)).toEqual([
      '0 became-firing warning 0',
      '1 resolved warning 0-1',
    ]);
  });
});

describe('without data and in error', () => {
  test('no data is a state of its own once it has lasted, and ends with data', () => {
    expect(run('.--.', timing(0, 0, 2))).toEqual(['2 no-data-began 1', '3 no-data-ended 1']);
    expect(run('.-.-', timing(0, 0, 2))).toEqual([]);
    expect(statuses('.--.', timing(0, 0, 2))).toEqual(['inactive', 'inactive', 'no-data', 'inactive']);
    expect(run('.---')).toEqual(['1 no-data-began 1']);
  });

  test('silence resolves nothing: the alert still fires behind it', () => {
    expect(run('w--w.')).toEqual([
      '0 became-firing warning 0',
      '1 no-data-began warning 1',
      '3 no-data-ended warning 1',
      '4 resolved warning 0-4',
    ]);
    const { state } = replay(timing(), hours('w-'), 7);
    expect(state.status).toBe('no-data');
    expect(state.firing).toEqual({ startsAt: 0, severity: 'warning', easing: null });
    expect(run('w-c').slice(2)).toEqual(['2 no-data-ended warning 1', '2 severity-rose critical<warning 0']);
    expect(run('w-.').slice(2)).toEqual(['2 no-data-ended warning 1', '2 resolved warning 0-2']);
  });

  test('an error is told at once, and another state than no data', () => {
    expect(run('.!-.', timing(0, 0, 1))).toEqual([
      '1 error-began 1',
      '2 error-ended 1',
      '2 no-data-began 2',
      '3 no-data-ended 2',
    ]);
    expect(statuses('.!-', timing(0, 0, 1))).toEqual(['inactive', 'error', 'no-data']);
    expect(run('.-!', timing(0, 0, 2))).toEqual(['2 error-began 2']);
    expect(run('!!', timing(0, 0, 2))).toEqual(['0 error-began 0']);
  });

  test('a pending alert outlasts a short gap and shows it', () => {
    expect(statuses('w-w', timing(2))).toEqual(['pending', 'no-data', 'firing']);
  });
});

describe('the record', () => {
  test('an interval that is not after the last changes nothing', () => {
    const { state } = replay(timing(), hours('.w'), 7);
    for (const verdict of hours('.c')) {
      const again = step(timing(), state, verdict, 8);
      expect(again.events).toEqual([]);
      expect(again.next).toBe(state);
    }
  });

  test('states and transitions tell what they saw and when', () => {
    const [verdict] = hours('w', 5) as [IntervalVerdict];
    const { next, events } = step(timing(), initialState, verdict, 99);
    expect(events).toEqual([
      {
        reason: 'became-firing',
        at: 5 * hour,
        startsAt: 5 * hour,
        severity: 'warning',
        verdict,
        notedAt: 99,
      },
    ]);
    expect(next).toEqual({
      status: 'firing',
      lastAt: 5 * hour,
      through: 6 * hour,
      pending: null,
      firing: { startsAt: 5 * hour, severity: 'warning', easing: null },
      gap: null,
      ended: null,
    });
    expect(JSON.parse(JSON.stringify(next))).toEqual(next);
    expect(step(timing(), next, hours('.', 6)[0]!, 99).next).toEqual({
      ...next,
      status: 'resolved',
      lastAt: 6 * hour,
      through: 7 * hour,
      firing: null,
      ended: { startsAt: 5 * hour, endsAt: 6 * hour },
    });
  });

  test('easing is remembered with what was asked for meanwhile', () => {
    const { state } = replay(timing(0, 4), hours('c.n'), 7);
    expect(state.firing).toEqual({
      startsAt: 0,
      severity: 'critical',
      easing: { since: hour, lasted: 2 * hour, to: 'notice' },
    });
    expect(replay(timing(0, 4), hours('c.'), 7).state.firing?.easing?.to).toBeNull();
    expect(replay(timing(0, 3), hours('c.w.'), 7).state.firing?.easing).toEqual({
      since: 3 * hour,
      lasted: hour,
      to: null,
    });
    expect(replay(timing(0, 4), hours('c.c'), 7).state.firing?.easing).toBeNull();
  });

  test('a replay sorts, and goes on from a state', () => {
    const all = hours('.ww.');
    const whole = replay(timing(2), all, 7);
    expect(replay(timing(2), [...all].reverse(), 7)).toEqual(whole);
    const begun = replay(timing(2), all.slice(0, 2), 7);
    const rest = replay(timing(2), all.slice(2), 7, begun.state);
    expect([...begun.transitions, ...rest.transitions]).toEqual(whole.transitions);
    expect([whole.lastAt, whole.through]).toEqual([3 * hour, 4 * hour]);
    expect(replay(timing(), [], 7)).toMatchObject({ transitions: [], lastAt: null, through: null });
  });

  test('a rule that ends takes its alert with it, and names that as the reason', () => {
    const verdicts = hours('w');
    const firing = replay(timing(), verdicts, 7).state;
    const { next, events } = endByRule(firing, verdicts[0]!, 3 * hour, 9);
    expect(show(events)).toEqual(['3 rule-ended warning 0-3']);
    expect(events[0]).toMatchObject({ notedAt: 9, verdict: verdicts[0] });
    expect(next).toEqual({
      ...initialState,
      status: 'resolved',
      lastAt: 0,
      through: hour,
      ended: { startsAt: 0, endsAt: 3 * hour },
    });
    const quiet = endByRule(replay(timing(3), verdicts, 7).state, verdicts[0]!, 3 * hour, 9);
    expect(quiet).toEqual({ next: { ...initialState, lastAt: 0, through: hour }, events: [] });
  });
});
