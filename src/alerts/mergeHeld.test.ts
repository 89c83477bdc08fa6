import { describe, expect, test } from '@jest/globals';
import { notificationSchema, type Notification, type NotifiedAlert } from '../domain/notification.js';
import { mergeHeld } from './mergeHeld.js';
import { summaryTitleZh } from './summarise.js';

const night = Date.parse('2026-11-23T23:00:00+08:00');
const hour = 3_600_000;

function alertOf(name: string, change: Partial<NotifiedAlert> = {}): NotifiedAlert {
  return {
    fingerprint: name,
    ruleCode: 'hourly-aqi',
    titleZh: '小时 AQI 偏高',
    severity: 'notice',
    state: 'firing',
    siteZh: name,
    periodZh: '某时',
    startsAt: night,
    ...change,
  };
}

function messageOf(key: string, change: Partial<Notification> = {}): Notification {
  const alerts = change.alerts ?? [alertOf(key)];
  return notificationSchema.parse({
    key,
    kind: 'firing',
    severity: 'notice',
    titleZh: `【告警】${key}`,
    officesZh: ['分局'],
    alertCount: alerts.length,
    createdAt: night,
    ...change,
    alerts,
  });
}

const over = { state: 'resolved', endsAt: night + hour } as const;

describe('what waited together leaves as one', () => {
  test('alike messages stay what they are, every alert once and every key named', () => {
    const merged = mergeHeld([
      messageOf('a', { officesZh: ['分局'], link: 'https://env.example/alerts.html' }),
      messageOf('b', { officesZh: ['水务局', '分局'], severity: 'warning', createdAt: night + hour }),
    ]);
    expect(notificationSchema.parse(merged)).toEqual(merged);
    expect(merged).toMatchObject({
      kind: 'firing',
      severity: 'warning',
      titleZh: '【告警】a等 2 条',
      officesZh: ['分局', '水务局'],
      alertCount: 2,
      link: 'https://env.example/alerts.html',
      createdAt: night + hour,
    });
    expect(merged.alerts.map(({ fingerprint }) => fingerprint)).toEqual(['a', 'b']);
    expect(merged.notesZh.slice(0, 2)).toEqual([
      '2026年11月23日 23:00 告警：【告警】a（编号 a）',
      '2026年11月24日 00:00 告警：【告警】b（编号 b）',
    ]);
  });

  test('the key follows from the keys, and from their order', () => {
    const [a, b] = [messageOf('a'), messageOf('b')];
    expect(mergeHeld([a, b]).key).toBe(mergeHeld([a, { ...b, notesZh: ['x'] }]).key);
    expect(mergeHeld([a, b]).key).not.toBe(mergeHeld([a, messageOf('c')]).key);
  });

  test('what began and ended meanwhile is a summary; what goes on is raised, the gravest first', () => {
    const [began, grew] = [
      messageOf('a'),
      messageOf('a+', {
        kind: 'severity-changed',
        severity: 'warning',
        alerts: [alertOf('a', { severity: 'warning', formerSeverity: 'notice' })],
      }),
    ];
    const ended = messageOf('a-', {
      kind: 'resolved',
      alerts: [alertOf('a', { severity: 'warning', ...over })],
    });
    const summed = mergeHeld([began, grew, ended]);
    expect(summed).toMatchObject({
      kind: 'summary',
      alertCount: 1,
      alerts: [{ state: 'resolved', severity: 'warning', endsAt: night + hour }],
      titleZh: '【合并】3 条消息：告警 1 条，级别变化 1 条，解除 1 条',
    });
    const raised = mergeHeld([
      began,
      ended,
      messageOf('b', { alerts: [alertOf('b'), alertOf('c', { severity: 'warning' })] }),
    ]);
    expect(raised.kind).toBe('firing');
    expect(raised.alerts.map(({ fingerprint, state }) => `${fingerprint} ${state}`)).toEqual([
      'c firing',
      'b firing',
      'a resolved',
    ]);
    // Nobody had been told what it was before.
    expect(mergeHeld([began, grew]).alerts[0]).not.toHaveProperty('formerSeverity');
    const later = {
      ...grew,
      key: 'a++',
      alerts: [alertOf('a', { severity: 'critical', formerSeverity: 'warning' })],
    };
    expect(mergeHeld([grew, later]).alerts[0]).toMatchObject({
      severity: 'critical',
      formerSeverity: 'notice',
    });
  });

  test('summaries of a flood add up to one', () => {
    const summary = (key: string, alertCount: number) =>
      messageOf(key, { kind: 'summary', alerts: [], alertCount, titleZh: summaryTitleZh(alertCount) });
    const merged = mergeHeld([summary('a', 30), summary('b', 400), summary('c', 25)]);
    expect(merged).toMatchObject({
      kind: 'summary',
      titleZh: '【汇总】历史数据重新评价：455 项',
      alertCount: 455,
    });
    expect(merged.notesZh).toHaveLength(3);
  });

  test('a withdrawn alert does not go on, and the first message is named where it is the same', () => {
    const earlier = { key: 'first', sentAt: night - hour };
    const withdrawn = messageOf('w', { kind: 'withdrawal', earlier });
    expect(mergeHeld([withdrawn, messageOf('w2', { kind: 'withdrawal', earlier })])).toMatchObject({
      kind: 'withdrawal',
      earlier,
      alerts: [{ state: 'resolved' }, { state: 'resolved' }],
    });
    const mixed = mergeHeld([withdrawn, messageOf('b', { kind: 'late', alerts: [alertOf('b', over)] })]);
    expect(mixed).toMatchObject({ kind: 'summary' });
    expect(mixed).not.toHaveProperty('earlier');
    expect(mixed.notesZh[0]).toContain('（编号 w，首条消息 first）');
  });

  test('many alerts and messages: counted, and within what a message holds', () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      messageOf(`m${index}`, {
        alertCount: 2,
        mentions: { mobiles: [`1380000${index}`], userIds: [], all: index === 3 },
      }),
    );
    const merged = mergeHeld(many);
    expect(notificationSchema.safeParse(merged).success).toBe(true);
    // Thirty are told apart, of thirty more only the number is known.
    expect([merged.alerts.length, merged.alertCount, merged.notesZh.length]).toEqual([20, 60, 20]);
    expect(merged.mentions).toMatchObject({ all: true });
    expect(merged.mentions.mobiles).toHaveLength(20);
  });
});
