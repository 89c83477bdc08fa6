import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { alertRoutingSchema } from '../domain/alertRoute.js';
import { notificationSchema, type Severity } from '../domain/notification.js';
import { hour } from './alerts.fixture.js';
import type { AlertView } from './alertView.js';
import { buildNotifications, type AlertChange } from './buildNotifications.js';
import type { NotifyContext, SentMessage } from './composeMessages.js';
import type { AlertLabels, ConditionResult } from './conditionResult.js';
import { reconcile } from './reconcile.js';
import { buildEscalations, buildReminders, findAcknowledgement, type ReminderContext } from './reminders.js';
import { noon, resultOf } from './results.fixture.js';
import { findWays, heldUntil, preview } from './routing.js';
import { replay } from './stateMachine.js';
import { findInhibited, findSilenceFaults, findWithheld, type Silence } from './withholding.js';
import { createCalendar } from './workingDays.js';

const routing = alertRoutingSchema.parse(JSON.parse(readFileSync('seeds/alertRoutes.json', 'utf8')));

/** Verdicts of hours that end at noon: letters as severities. */
function series(
  letters: string,
  labels: AlertLabels,
  endsAt = noon,
  rest: Partial<ConditionResult> = {},
): ConditionResult[] {
  return [...letters].map((letter, index) => {
    const severity = { n: 'notice', w: 'warning', c: 'critical' }[letter] as Severity | undefined;
    return resultOf(labels, endsAt - (letters.length - index) * hour, severity ?? null, {
      ...(letter === '-' ? { status: 'no-data' as const } : {}),
      value: letter,
      ...rest,
    });
  });
}

const timing = { forMs: 0, keepFiringForMs: 0, noDataForMs: 0 };
function changes(
  before: string,
  after: string,
  labels: AlertLabels,
  endsAt = noon,
  rest: Partial<ConditionResult> = {},
): AlertChange[] {
  const full = series(after, labels, endsAt, rest);
  const start = full[0]!.at;
  const old = series(before, labels, start + before.length * hour, rest);
  return reconcile(replay(timing, old, 0), replay(timing, full, 0), {
    now: noon,
    liveWindowMs: 6 * hour,
  }).map((finding) => ({
    finding,
    groupBy: ['rule'],
  }));
}

const sent: SentMessage = { key: 'first', sentAt: noon - hour };
const context: NotifyContext = {
  routing,
  rules: { silences: [], maintenance: [], inhibitions: [], active: [] },
  now: noon,
  officeZh: (code) => `${code}局`,
  firstSent: () => sent,
  groupSentAt: () => undefined,
};
const tell = (list: readonly AlertChange[], rest: Partial<NotifyContext> = {}) =>
  buildNotifications(list, { ...context, ...rest });
const view = (
  labels: AlertLabels,
  severity: Severity = 'warning',
  rest: Partial<ConditionResult> = {},
): AlertView => ({
  result: resultOf(labels, noon - hour, severity, rest),
  severity,
  state: 'firing',
  startsAt: noon - hour,
});
const silence: Silence = {
  id: 's1', matchers: [{ label: 'site', op: '=', value: 'a' }], author: '张三', reason: '检修', startsAt: noon - hour, endsAt: noon + hour,
}; // prettier-ignore

describe('messages', () => {
  test('ten sections make one message, worded, with every alert named and a valid shape', () => {
    const list = Array.from({ length: 10 }, (_, index) => changes('..', '..w', { site: `s${index}` })).flat();
    const { messages, withheld } = tell(list, { linkOf: () => 'http://127.0.0.1/x' });
    expect(withheld).toEqual([]);
    expect(messages).toHaveLength(1);
    const [{ notification, channel, tells, deliverAfter }] = messages as [(typeof messages)[0]];
    expect(notificationSchema.parse(notification)).toEqual(notification);
    expect([channel, notification.kind, notification.alertCount, tells.length, notification.titleZh]).toEqual([
      'ecology', 'firing', 10, 10, '【告警】小时 AQI 偏高（10 项）',
    ]); // prettier-ignore
    expect(notification.officesZh).toEqual(['ecology局']);
    expect(deliverAfter).toBe(noon + 2 * 60_000);
  });

  test('more than twenty are counted, the gravest worded first', () => {
    const list = Array.from({ length: 25 }, (_, index) =>
      changes('.', index === 24 ? '.c' : '.w', { site: `s${index}` }),
    ).flat();
    const [message] = tell(list).messages;
    expect(message?.notification.alerts).toHaveLength(20);
    expect(message?.notification).toMatchObject({
      alertCount: 25,
      severity: 'critical',
    });
    expect(message?.notification.alerts[0]?.severity).toBe('critical');
    expect(message?.tells).toHaveLength(25);
    expect(message?.deliverAfter).toBe(noon);
  });

  test('the key is the same whenever the same is told, in any order, and another for anything else', () => {
    const [a, b] = [changes('.', '.w', { site: 'a' }), changes('.', '.w', { site: 'b' })];
    const key = (list: readonly AlertChange[], now = noon) =>
      tell(list, { now }).messages[0]?.notification.key;
    expect(key([...a, ...b])).toBe(key([...b, ...a], noon + 5));
    expect(new Set([key(a), key(b), key([...a, ...b]), key(changes('.', '.c', { site: 'a' }))]).size).toBe(4);
    expect(key(changes('.w', '.w.', { site: 'a' }))).not.toBe(key(a));
  });

  test('one message for each named reason, of the right kind', () => {
    const kinds = (before: string, after: string) =>
      tell(changes(before, after, { site: 'a' })).messages.map(({ notification }) => notification.kind);
    expect(kinds('.', '.w')).toEqual(['firing']);
    expect(kinds('w', 'wc')).toEqual(['severity-changed']);
    expect(kinds('w', 'w.')).toEqual(['resolved']);
    expect(kinds('w', 'w-')).toEqual(['no-data']);
    expect(kinds('.', '.-')).toEqual([]);
    expect(kinds('...', 'w..')).toEqual(['late']);
    expect(kinds('w..', '...')).toEqual(['withdrawal']);
    expect(kinds('w..', 'ww.')).toEqual(['correction']);
  });

  test('what is about the past names the first message and says what is changed', () => {
    const [correction] = tell(changes('w...', 'cc..', { site: 'a' })).messages;
    expect(correction?.notification).toMatchObject({ earlier: sent, titleZh: '【更正】站点a 小时 AQI 偏高' });
    expect(correction?.notification.notesZh).toEqual([
      '原报：站点a，2026年11月23日 08:00至2026年11月23日 09:00（1 小时），警告，AQI 210',
      '更正为：站点a，2026年11月23日 08:00至2026年11月23日 10:00（2 小时），严重，AQI 210',
      '更正内容：结束时间、级别、数值',
      '所述为过去的时段，并非当前',
    ]);
    const [late] = tell(changes('....', 'w...', { site: 'a' })).messages;
    expect(late?.notification.earlier).toBeUndefined();
    expect(late?.notification.alerts[0]?.state).toBe('resolved');
  });

  test('silence of sources is a reminder, merged for its recipient; the service tells its operator', () => {
    const absent = (site: string) => ({ kind: 'absence', rule: `absence-${site}`, site });
    const list = ['a', 'b'].flatMap((site) =>
      changes('.', '.n', absent(site), noon, { titleZh: `断数${site}` }),
    );
    const { messages } = tell(list);
    expect(
      messages.map(({ channel, notification }) => [channel, notification.kind, notification.alertCount]),
    ).toEqual([['ecology', 'reminder', 2]]);
    const disk = tell(changes('.', '.w', { kind: 'service', rule: 'service-disk', check: 'disk' }));
    expect(disk.messages.map(({ channel, notification }) => [channel, notification.kind])).toEqual([
      ['operator', 'operator'],
    ]);
  });

  test('a flood that takes many rounds has a summary for each interval of the group, not for each round', () => {
    const history = Array.from({ length: 21 }, (_, index) =>
      changes('', 'w.', { site: `s${index}` }, noon - 9_000 * hour),
    ).flat();
    const after = (groupSentAt: number | undefined) =>
      tell(history, { groupSentAt: () => groupSentAt }).messages[0]!;
    // The same key to wait under, so that what waits already takes it up.
    expect(after(noon - 60_000).holdKey).toBe(after(undefined).holdKey);
    expect([after(undefined), after(noon - 10 * 60_000)].map(({ deliverAfter }) => deliverAfter)).toEqual([
      expect.closeTo(noon, -6),
      noon + 20 * 60_000,
    ]);
  });

  test('many of the past become one summary; what happens now is still told', () => {
    const history = Array.from({ length: 21 }, (_, index) =>
      changes('', 'w.', { site: `s${index}` }, noon - 9_000 * hour),
    ).flat();
    const { messages } = tell([...history, ...changes('.', '.c', { site: 'now' })], {
      firstSent: () => undefined,
    });
    expect(messages.map(({ notification: { kind, alertCount } }) => [kind, alertCount])).toEqual([
      ['firing', 1],
      ['summary', 21],
    ]);
    expect(messages[1]?.notification.notesZh).toEqual([
      '2025年11月13日至2025年11月13日：补报 21 项，更正 0 项，撤回 0 项；不逐项发送，详见系统',
      '小时 AQI 偏高：21 次，最重为警告',
    ]);
    expect(tell(history.slice(1)).messages.map(({ notification: { kind } }) => kind)).toEqual(['late']);
  });
});

describe('what keeps a message back', () => {
  const firing = changes('.', '.w', { site: 'a', indicator: 'aqi' });

  test('silences by the clock, with who and why; never without a record', () => {
    const muted = (now: number) => tell(firing, { now, rules: { ...context.rules, silences: [silence] } });
    expect(muted(noon).messages).toEqual([]);
    expect(muted(noon).withheld).toMatchObject([
      { why: 'silenced', by: 's1', kind: 'firing', reasonZh: '张三 设置静默至 2026年11月23日 13:00：检修' },
    ]);
    expect([muted(noon - hour - 1), muted(noon + hour)].map(({ messages }) => messages.length)).toEqual([
      1, 1,
    ]);
  });

  test('maintenance by the time of the data', () => {
    const at = (startsAt: number, endsAt: number) =>
      findWithheld(
        view({ site: 'a' }),
        { ...context.rules, maintenance: [{ ...silence, titleZh: '校准', startsAt, endsAt }] },
        noon + 99 * hour,
      )?.why;
    expect([at(noon - hour, noon), at(noon, noon + hour), at(noon - hour + 1, noon), at(noon - hour, noon - 1)]).toEqual([
      'maintenance', undefined, undefined, undefined,
    ]); // prettier-ignore
  });

  test('a silent station inhibits its thresholds, one silent item only its own', () => {
    const inhibited = (source: AlertView, target = view({ site: 'a', indicator: 'pm10' })) =>
      findInhibited(target, routing.inhibitions, [source])?.why;
    const station = view({ kind: 'absence', rule: 'absence-air-hourly', site: 'a' }, 'notice');
    const item = view({ kind: 'absence', rule: 'absence-air-items', site: 'a', indicator: 'no2' }, 'notice');
    expect(inhibited(station)).toBe('inhibited');
    expect(inhibited({ ...station, state: 'resolved' })).toBeUndefined();
    expect(inhibited(view({ kind: 'absence', rule: 'absence-air-hourly', site: 'b' }))).toBeUndefined();
    expect(inhibited(item)).toBeUndefined();
    expect(inhibited(item, view({ site: 'a', indicator: 'no2' }))).toBe('inhibited');
  });

  test('the gravest inhibits the lesser of the same, red inhibits yellow, and none itself', () => {
    const critical = view({ site: 'a', indicator: 'pm10', rule: 'x' }, 'critical');
    const lesser = view({ site: 'a', indicator: 'pm10' });
    const by = (target: AlertView, active: AlertView[]) =>
      findInhibited(target, routing.inhibitions, active)?.by;
    expect(by(lesser, [critical])).toBe(critical.result.fingerprint);
    expect(by(critical, [critical, lesser])).toBeUndefined();
    expect(by(lesser, [lesser])).toBeUndefined();
    const heavy = (severity: Severity, rule: string) =>
      view({ kind: 'heavy-pollution', rule, site: 'a' }, severity);
    expect(by(heavy('notice', 'y'), [heavy('critical', 'r')])).toBeDefined();
    expect(by(heavy('notice', 'y'), [heavy('warning', 'o')])).toBeUndefined();
  });

  test('neither the end of a told alert nor the past is inhibited; what was never told is not ended', () => {
    const station = view({ kind: 'absence', rule: 'absence-air-hourly', site: 'a' }, 'notice');
    const rules = { ...context.rules, inhibitions: routing.inhibitions, active: [station] };
    const kinds = (before: string, after: string, rest: Partial<NotifyContext> = {}) => {
      const { messages, withheld } = tell(changes(before, after, { site: 'a' }), { rules, ...rest });
      return [...messages.map(({ notification }) => notification.kind), ...withheld.map(({ why }) => why)];
    };
    expect(kinds('.', '.w')).toEqual(['inhibited']);
    expect(kinds('w', 'w.')).toEqual(['resolved']);
    expect(kinds('...', 'w..')).toEqual(['late']);
    expect(kinds('w', 'w.', { firstSent: () => undefined })).toEqual(['never-told']);
    expect(kinds('w..', '...', { firstSent: () => undefined })).toEqual(['never-told']);
  });

  test('a silence must be bounded, selective, signed and reasoned', () => {
    const fields = (rest: Partial<Silence>) =>
      findSilenceFaults({ ...silence, ...rest }, noon).map(({ field }) => field);
    expect(fields({})).toEqual([]);
    expect(fields({ matchers: [] })).toEqual(['matchers']);
    expect(fields({ matchers: [{ label: 'site', op: '=~', value: 'a|*' }] })).toEqual(['matchers']);
    expect(fields({ author: ' ', reason: '' })).toEqual(['author', 'reason']);
    expect(fields({ endsAt: noon - hour })).toEqual(['endsAt']);
    expect(fields({ endsAt: noon })).toEqual(['endsAt']);
    expect(fields({ endsAt: noon + 90 * 24 * hour })).toEqual([]);
    expect(fields({ endsAt: noon + 90 * 24 * hour + 1 })).toEqual(['endsAt']);
  });
});

describe('routes', () => {
  const at = (clock: string) => Date.parse(`2026-11-23T${clock}:00+08:00`);

  test('each office has its way; what nobody claims goes to the root', () => {
    const ways = (offices: string[], labels: AlertLabels = {}) =>
      findWays(routing, view(labels, 'warning', { offices })).map(
        ({ office, route }) => `${office}:${route.channels.join('+')}`,
      );
    expect(ways(['ecology', 'water'])).toEqual(['ecology:ecology', 'water:water']);
    expect(ways(['post'])).toEqual(['post:ecology']);
    expect(ways([])).toEqual(['null:ecology']);
    expect(ways(['water'], { kind: 'absence', rule: 'absence-x' })).toEqual(['water:water']);
    expect(ways(['ecology'], { kind: 'heavy-pollution', rule: 'h' })).toEqual(['ecology:ecology+gov-office']);
  });

  test('quiet hours over midnight hold all but the gravest until morning', () => {
    const { route } = findWays(routing, view({}))[0]!;
    const until = (clock: string, severity: Severity = 'warning') => heldUntil(route, severity, at(clock));
    expect([until('21:59'), until('07:00'), until('12:00'), until('23:00', 'critical')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(until('22:00')).toBe(at('07:00') + 24 * hour);
    expect(until('06:59')).toBe(at('07:00'));
    const day = { quietHours: { from: '12:00', to: '14:00', holdBelow: 'warning' as const } };
    expect([heldUntil(day, 'notice', at('13:59')), heldUntil(day, 'notice', at('14:00')), heldUntil(day, 'warning', at('13:00'))]).toEqual([
      at('14:00'), undefined, undefined,
    ]); // prettier-ignore
  });

  test('a group waits out its interval, the gravest does not', () => {
    const list = (letter: string) => changes('.', `.${letter}`, { site: 'a' });
    const after = (letter: string) =>
      tell(list(letter), { groupSentAt: () => noon - 10 * 60_000 }).messages[0]?.deliverAfter;
    expect([after('w'), after('c')]).toEqual([noon + 20 * 60_000, noon]);
  });

  test('a preview tells the way, the channels, and what would keep it back and why', () => {
    const alert = view({ site: 'a' }, 'warning', { offices: ['water'] });
    expect(preview(alert, routing, { ...context.rules, silences: [silence] }, at('12:30'))).toMatchObject([
      {
        office: 'water',
        path: ['生态环境分局（全部告警）', '水务局'],
        channels: ['water'],
        heldZh: null,
        withheld: { why: 'silenced' },
      },
    ]);
    expect(preview(alert, routing, context.rules, at('23:00'))[0]).toMatchObject({
      heldZh: '免打扰时段，2026年11月24日 07:00 发送',
      withheld: null,
    });
  });
});

describe('by the clock alone', () => {
  const alert = view({ site: 'a' });
  const firing = [{ alert, groupBy: ['rule' as const], repeatHours: 24 }];
  const friday = Date.parse('2026-11-20T17:30:00+08:00');
  const reminders: ReminderContext = {
    ...context,
    acknowledgements: [],
    calendar: createCalendar(),
    lastSent: () => ({ key: 'k', sentAt: noon - 24 * hour }),
    firstTold: () => friday,
    wasEscalated: () => false,
  };
  const acknowledged = {
    fingerprint: alert.result.fingerprint,
    startsAt: alert.startsAt,
    severity: 'warning' as const,
    by: '李四',
    at: noon,
  };
  const repeat = (rest: Partial<ReminderContext> = {}, list = firing) =>
    buildReminders(list, { ...reminders, ...rest }).messages.map(({ notification }) => notification.kind);

  test('repeats after its interval, once for each message before it, unless acknowledged or not wanted', () => {
    expect(repeat()).toEqual(['repeat']);
    expect(repeat({ lastSent: () => ({ key: 'k', sentAt: noon - 24 * hour + 1 }) })).toEqual([]);
    expect(repeat({ acknowledgements: [acknowledged] })).toEqual([]);
    expect(repeat({}, [{ ...firing[0]!, repeatHours: null as never }])).toEqual([]);
    const key = (rest: Partial<ReminderContext>) =>
      buildReminders(firing, { ...reminders, ...rest }).messages[0]?.notification.key;
    expect(key({})).toBe(key({ now: noon + 5 }));
    expect(key({})).not.toBe(key({ lastSent: () => ({ key: 'later', sentAt: 0 }) }));
  });

  test('what was kept back is told when nothing keeps it back any more', () => {
    expect(repeat({ lastSent: () => undefined })).toEqual(['firing']);
    const rules = { ...context.rules, silences: [silence] };
    const { messages, withheld } = buildReminders(firing, { ...reminders, rules, lastSent: () => undefined });
    expect([messages.length, withheld[0]?.why]).toEqual([0, 'silenced']);
  });

  test('an acknowledgement holds for its episode and up to its severity', () => {
    expect(findAcknowledgement(alert, [acknowledged])?.by).toBe('李四');
    expect(findAcknowledgement({ ...alert, severity: 'critical' }, [acknowledged])).toBeUndefined();
    expect(findAcknowledgement({ ...alert, startsAt: 1 }, [acknowledged])).toBeUndefined();
    expect(findAcknowledgement({ ...alert, severity: 'notice' }, [acknowledged])).toBeDefined();
  });

  test('escalates after hours of work, level by level, once each, unless acknowledged', () => {
    const escalate = (now: string, rest: Partial<ReminderContext> = {}) =>
      buildEscalations(firing, {
        ...reminders,
        now: Date.parse(`2026-11-${now}:00+08:00`),
        ...rest,
      }).messages.map(({ channel, tells }) => `${channel} ${tells[0]?.level}`);
    // Told on Friday at 17:30: one hour of work is left, a weekend follows; Monday from 8:30.
    expect(escalate('22T12:00')).toEqual([]);
    expect(escalate('23T11:29')).toEqual([]);
    expect(escalate('23T11:30')).toEqual(['ecology-leader 0']);
    expect(escalate('24T18:00')).toEqual(['ecology-leader 0', 'gov-office 1']);
    expect(escalate('24T18:00', { wasEscalated: (_f, _s, level) => level === 0 })).toEqual(['gov-office 1']);
    expect(escalate('24T18:00', { acknowledgements: [acknowledged] })).toEqual([]);
    expect(escalate('24T18:00', { firstTold: () => undefined })).toEqual([]);
  });
});
