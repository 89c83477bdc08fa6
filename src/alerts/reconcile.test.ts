import { describe, expect, test } from '@jest/globals';
import { hour, hours, timing } from './alerts.fixture.js';
import { episodesOf, transitionId, type Episode } from './episodes.js';
import { reconcile, type Finding } from './reconcile.js';
import { replay, type AlertTiming, type Transition } from './stateMachine.js';

/** Findings as texts; episodes as `start-end severity`. */
function show(findings: readonly Finding[]): string[] {
  const episode = ({ startsAt, endsAt, gravest }: Episode): string =>
    `${startsAt / hour}-${endsAt === null ? '' : endsAt / hour} ${gravest}`;
  return findings.map((one) => {
    if (one.kind === 'live') {
      const { reason, startsAt, severity } = one.transition;
      const folded = one.folded.map((each) => each.reason).join('+');
      return `live ${reason} ${startsAt / hour} ${severity ?? '-'}${folded === '' ? '' : ` after ${folded}`}`;
    }
    const [before, after] = [one.before.map(episode).join(', '), one.after.map(episode).join(', ')];
    const changes = one.changes.length === 0 ? '' : ` (${one.changes.join(', ')})`;
    return `${one.kind} [${before}] [${after}]${changes}${one.ongoing ? ' ongoing' : ''}`;
  });
}

/** What is told when `before` becomes `after`, with the data of the last hours recent. */
function told(before: string, after: string, recentHours = 2, how: AlertTiming = timing()): string[] {
  const now = Math.max(before.length, after.length) * hour;
  return show(
    reconcile(replay(how, hours(before), 7), replay(how, hours(after), 7), {
      now,
      liveWindowMs: recentHours * hour,
    }),
  );
}

describe('news', () => {
  test('fires, changes and resolves now, each once', () => {
    expect(told('..', '..w')).toEqual(['live became-firing 2 warning']);
    expect(told('..w', '..wc')).toEqual(['live severity-rose 2 critical']);
    expect(told('..w', '..wn')).toEqual(['live severity-fell 2 notice']);
    expect(told('..w', '..w.')).toEqual(['live resolved 2 warning']);
    expect(told('..w', '..ww')).toEqual([]);
    expect(told('..w', '..w')).toEqual([]);
    expect(told('', '')).toEqual([]);
  });

  test('changes that nobody could be told of are mentioned with the last', () => {
    expect(told('w', 'wcnc')).toEqual(['live severity-rose 0 critical after severity-rose+severity-fell']);
    expect(told('w', 'wc.')).toEqual(['live resolved 0 critical after severity-rose']);
    expect(told('.', '.nwc')).toEqual(['live became-firing 1 critical after severity-rose+severity-rose']);
  });

  test('what fires by recent data fires now, however long ago it began', () => {
    expect(told('.', '.wwwwwwww')).toEqual(['live became-firing 1 warning']);
    const [finding] = reconcile(replay(timing(), [], 7), replay(timing(), hours('nwc'), 7), {
      now: 3 * hour,
      liveWindowMs: hour,
    });
    expect(finding).toMatchObject({ transition: { at: 2 * hour, startsAt: 0, verdict: { value: 'c' } } });
  });

  test('gaps are told while they are recent, pending never', () => {
    expect(told('.', '.-')).toEqual(['live no-data-began 1 -']);
    expect(told('.', '.-......')).toEqual([]);
    expect(told('.-', '.-.')).toEqual(['live no-data-ended 1 -']);
    expect(told('w', 'w!')).toEqual(['live error-began 1 warning']);
    expect(told('.', '.w.', 2, timing(2))).toEqual([]);
    expect(told('w-', 'w-.')).toEqual(['live resolved 0 warning', 'live no-data-ended 1 warning']);
  });
});

describe('never a false now', () => {
  test('an alert that began and ended before anybody could be told is a supplement', () => {
    expect(told('..', '..w.')).toEqual(['late [] [2-3 warning]']);
    expect(told('', 'ww.c.....', 2)).toEqual(['late [] [0-2 warning]', 'late [] [3-4 critical]']);
  });

  test('data of long ago in breach to their end are a supplement, not an alarm', () => {
    const history = replay(timing(), hours('..ww'), 7);
    const at = (now: number) =>
      show(reconcile(replay(timing(), [], 7), history, { now: now * hour, liveWindowMs: 2 * hour }));
    expect(at(30_000)).toEqual(['late [] [2- warning]']);
    expect(at(6)).toEqual(['live became-firing 2 warning']);
    expect(at(7)).toEqual(['late [] [2- warning]']);
  });

  test('old data that take a told alert on are late; its end is told with its own time', () => {
    const before = replay(timing(), hours('w'), 7);
    const tell = (letters: string) =>
      show(reconcile(before, replay(timing(), hours(letters), 7), { now: 900 * hour, liveWindowMs: hour }));
    expect(tell('wc')).toEqual(['late [0- warning] [0- critical]']);
    expect(tell('w.')).toEqual(['live resolved 0 warning']);
    expect(tell('w-')).toEqual([]);
  });
});

describe('the past told differently', () => {
  test('late data that should have fired are 补报', () => {
    expect(told('.. ...', '..w...')).toEqual(['late [] [2-3 warning]']);
    expect(told('..-...', '..w...')).toEqual(['late [] [2-3 warning]']);
    expect(told('... .', '...w.', 9)).toEqual(['late [] [3-4 warning]']);
  });

  test('late data by which it fires now are an alarm', () => {
    expect(told('..  w', '..www', 2, timing(3))).toEqual(['live became-firing 2 warning']);
    expect(told('..  w     ', '..www     ', 2, timing(3))).toEqual(['late [] [2- warning]']);
  });

  test('corrected data that should not have fired are 撤回', () => {
    expect(told('.w....', '......')).toEqual(['withdrawal [1-2 warning] []']);
    expect(told('.www', '....')).toEqual(['withdrawal [1- warning] []']);
    expect(told('.www', '....w')).toEqual(['withdrawal [1- warning] []', 'live became-firing 4 warning']);
  });

  test('other figures, severities and durations are 更正, and say which', () => {
    expect(told('.w...', '.c...')).toEqual(['correction [1-2 warning] [1-2 critical] (severity, value)']);
    expect(told('.w...', '.ww..')).toEqual(['correction [1-2 warning] [1-3 warning] (end)']);
    expect(told('.w...', 'ww...')).toEqual(['correction [1-2 warning] [0-2 warning] (start)']);
    expect(told('.wcw.', '.wcc.')).toEqual(['correction [1-4 critical] [1-4 critical] (course)']);
    expect(told('.ww', '.w.')).toEqual(['correction [1- warning] [1-2 warning] (end)']);
    expect(told('.w.', '.ww')).toEqual(['correction [1-2 warning] [1- warning] (end) ongoing']);
  });

  test('alerts that become one, or several, are corrected together', () => {
    expect(told('w.w...', 'www...')).toEqual([
      'correction [0-1 warning, 2-3 warning] [0-3 warning] (merged)',
    ]);
    expect(told('www...', 'w.w...')).toEqual(['correction [0-3 warning] [0-1 warning, 2-3 warning] (split)']);
    expect(told('n.w...', 'nww...')).toEqual(['correction [0-1 notice, 2-3 warning] [0-3 warning] (merged)']);
    expect(told('w.w.', 'www..')).toEqual(['correction [0-1 warning, 2-3 warning] [0-3 warning] (merged)']);
  });

  test('alerts that only touch are two', () => {
    expect(told('w.....', '.w....')).toEqual(['withdrawal [0-1 warning] []', 'late [] [1-2 warning]']);
  });

  test('what is corrected is told to its end, and not again as news', () => {
    expect(told('.w', '.cw.')).toEqual(['correction [1- warning] [1-3 critical] (severity, value)']);
    expect(told('.ww', '.c.w')).toEqual([
      'correction [1- warning] [1-2 critical] (end, severity, value)',
      'live became-firing 3 warning',
    ]);
  });

  test('a figure that no message rests on changes nothing', () => {
    expect(told('.....', '.h...')).toEqual([]);
  });

  test('findings come in the order of the time they speak of', () => {
    expect(told('..w......c......', 'w....n.........c')).toEqual([
      'late [] [0-1 warning]',
      'withdrawal [2-3 warning] []',
      'late [] [5-6 notice]',
      'withdrawal [9-10 critical] []',
      'live became-firing 15 critical',
    ]);
    expect(told('.', '.w.-.', 9)).toEqual([
      'late [] [1-2 warning]',
      'live no-data-began 3 -',
      'live no-data-ended 3 -',
    ]);
  });
});

describe('episodes', () => {
  const transitions = replay(timing(), hours('.nwn.-c'), 7).transitions;

  test('run from firing to the end, and leave gaps out', () => {
    const episodes = episodesOf(transitions);
    expect(
      episodes.map(({ startsAt, endsAt, gravest, severity, transitions: { length } }) => ({
        startsAt: startsAt / hour,
        endsAt: endsAt === null ? null : endsAt / hour,
        gravest,
        severity,
        length,
      })),
    ).toEqual([
      { startsAt: 1, endsAt: 4, gravest: 'warning', severity: 'notice', length: 4 },
      { startsAt: 6, endsAt: null, gravest: 'critical', severity: 'critical', length: 1 },
    ]);
    // The beginning lies before the first transition given: `from` still tells how grave it was.
    expect(episodesOf(transitions.slice(2, 4))[0]).toMatchObject({ startsAt: hour, gravest: 'warning' });
  });

  test('the identity of a transition is its statement, not when it was found out', () => {
    const [first] = transitions as [Transition];
    const changed: Partial<Transition>[] = [
      { reason: 'resolved' },
      { at: 1 },
      { startsAt: 1 },
      { severity: 'critical' },
      { from: 'critical' },
      { endsAt: 1 },
      { verdict: { ...first.verdict, value: '9' } },
    ];
    const ids = changed.map((change) => transitionId({ ...first, ...change }));
    expect(new Set([transitionId(first), ...ids]).size).toBe(8);
    expect(transitionId({ ...first, notedAt: 1 })).toBe(transitionId(first));
  });
});
