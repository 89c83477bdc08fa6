import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  notificationKinds,
  notificationSchema,
  severities,
  type Notification,
} from '../domain/notification.js';
import { cleanText, clipText, escapeHtml, escapeMarkdown, httpLink } from './cleanText.js';
import { phosphorus } from './notifications.fixture.js';
import { shapeAlertmanager, type PostedAlert } from './shapeAlertmanager.js';
import { shapeDingTalk } from './shapeDingTalk.js';
import { emailHtmlBytes, shapeEmail } from './shapeEmail.js';
import { shapeFeishu } from './shapeFeishu.js';
import { shapeWebhook } from './shapeWebhook.js';
import { shapeWeCom } from './shapeWeCom.js';

const bytes = (text: string): number => new TextEncoder().encode(text).length;
const url = 'https://robot.example/send';
const mobiles = ['13800000001', '+8613800000002'];
const userIds = ['ou_1', 'zhang.san'];

const odd = fc.constantFrom(
  ...[
    '*粗*',
    '[点我](http://evil.example)',
    '<font color="info">',
    '<script>x</script>',
    '</td></tr>',
    '"\'&amp;',
  ],
  ...[
    '\u0000',
    '\r\n> 引用',
    '\u202e倒',
    '\ud800',
    '👨‍👩‍👧‍👦',
    '𠮷',
    '@all',
    '<at id=all></at>',
    '<@zhang>',
    '\\',
    '`',
    '| a |',
  ],
);
const name = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.array(odd, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')),
    fc.constantFrom('石佛断面', '数'.repeat(500), '&'.repeat(500), '\u0001'.repeat(500), '😀'.repeat(250)),
  )
  .map((text) => text.slice(0, 500) || '名');
const optional = fc.option(name, { nil: undefined });
const instant = fc.integer({ min: Date.parse('2015-01-01'), max: Date.parse('2030-01-01') });
const link = fc.option(
  fc.constantFrom(
    'https://e.example/a?b=c&d=(e)[f]"\'<g>',
    `https://e.example/${'长'.repeat(900)}`,
    'http://e.example/',
  ),
  { nil: undefined },
);
const severity = fc.constantFrom(...severities);
const keys = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9-]{1,64}$/),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
);

/** Leaves out undefined values, as JSON does. */
const compact = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const alert = fc.record({
  fingerprint: fc.stringMatching(/^[0-9a-f]{12}$/),
  ruleCode: name.map((text) => text.slice(0, 100)),
  titleZh: name,
  severity,
  state: fc.constantFrom('firing', 'resolved', 'no-data', 'error'),
  siteZh: optional,
  indicatorZh: optional,
  valueZh: optional,
  limitZh: optional,
  distanceZh: optional,
  periodZh: name,
  adviceZh: optional,
  startsAt: instant,
  endsAt: fc.option(instant, { nil: undefined }),
});
const notifications: fc.Arbitrary<Notification> = fc
  .record({
    key: keys,
    kind: fc.constantFrom(...notificationKinds),
    severity,
    titleZh: name,
    officesZh: fc.array(name, { maxLength: 50 }),
    alerts: fc.array(alert, { maxLength: 20 }),
    alertCount: fc.nat(500),
    notesZh: fc.array(name, { maxLength: 20 }),
    earlier: fc.option(fc.record({ key: fc.string({ minLength: 1, maxLength: 64 }), sentAt: instant }), {
      nil: undefined,
    }),
    link,
    acknowledgeLink: link,
    mentions: fc.record({
      mobiles: fc.array(fc.oneof(fc.constant('13900000009'), fc.string({ minLength: 1, maxLength: 21 })), {
        maxLength: 20,
      }),
      userIds: fc.array(fc.oneof(fc.constant('li'), fc.string({ minLength: 1, maxLength: 100 })), {
        maxLength: 20,
      }),
      all: fc.boolean(),
    }),
    createdAt: instant,
  })
  .map((record) => notificationSchema.parse(compact(record)));

/** Throws unless every tag is closed in order and no attribute or text holds a bare mark. */
function checkHtml(html: string): void {
  const stack: string[] = [];
  const rest = html.replace(
    /<!DOCTYPE html>|<(\/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"<>]*")*)>/g,
    (_tag, slash?: string, element?: string) => {
      if (element === undefined || element === 'meta') return '';
      if (slash === '') stack.push(element);
      else expect(stack.pop()).toBe(element);
      return '';
    },
  );
  expect(stack).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
  expect(rest.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
}

// Making a notification of this size smaller takes minutes; the seed of a failure is printed.
const runs = { numRuns: 60, endOnFailure: true };
const holds = (check: (notification: Notification) => void): void =>
  fc.assert(fc.property(notifications, check), runs);

describe('whatever a notification holds', () => {
  test('钉钉: within 20 000 bytes, its Markdown free of foreign mark-up, with the key', () => {
    holds((notification) => {
      const body = shapeDingTalk(notification, { type: 'dingtalk', url, mobiles, userIds });
      expect(bytes(body)).toBeLessThanOrEqual(20_000);
      const { markdown, at } = JSON.parse(body) as {
        markdown: { title: string; text: string };
        at: { atMobiles: string[]; atUserIds: string[] };
      };
      expect(markdown.title.length).toBeLessThanOrEqual(60);
      expect(markdown.text).toContain(escapeMarkdown(cleanText(notification.key)));
      for (const who of [...at.atMobiles, ...at.atUserIds]) expect(markdown.text).toContain(`@${who}`);
      expect(markdown.text).not.toContain('<');
      expect(markdown.text.match(/\]\((?!https?:\/\/[^()<>\s]+\))/g)).toBeNull();
      expect(markdown.text).not.toContain('://evil.example');
    });
  });

  test('企业微信: within 4096 and 2048 bytes, only our own mark-up, with the key', () => {
    holds((notification) => {
      const bodies = shapeWeCom(notification, { type: 'wecom', url, mobiles, userIds });
      const [first, second] = bodies.map(
        (body) => JSON.parse(body) as { markdown?: { content: string }; text?: { content: string } },
      );
      const content = first?.markdown?.content ?? '';
      expect(bytes(content)).toBeLessThanOrEqual(4096);
      expect(content).toContain(escapeMarkdown(cleanText(notification.key)));
      expect(content.replace(/<font color="(info|comment|warning)">|<\/font>/g, '')).not.toContain('<');
      const text = second?.text?.content ?? cleanText(notification.key);
      expect(bytes(text)).toBeLessThanOrEqual(2048);
      expect(text).toContain(cleanText(notification.key));
    });
  });

  test('飞书: within 20 000 bytes signed, names only as plain text, with the key', () => {
    holds((notification) => {
      const body = JSON.stringify({
        timestamp: '1700000000',
        sign: 'x'.repeat(44),
        ...shapeFeishu(notification, { type: 'feishu', url, userIds }),
      });
      expect(bytes(body)).toBeLessThanOrEqual(20_000);
      expect(body).toContain(JSON.stringify(cleanText(notification.key)).slice(1, -1));
      for (const [, content] of body.matchAll(/"tag":"lark_md","content":"([^"]*)"/g)) {
        expect(content).toMatch(/^(<at id=[\w.@+-]+><\/at> ?)+$/);
      }
    });
  });

  test('webhook: less than 20 kB of JSON that counts what it leaves out', () => {
    holds((notification) => {
      const body = shapeWebhook(notification);
      expect(bytes(body)).toBeLessThan(20_000);
      const { type, data } = JSON.parse(body) as {
        type: string;
        data: {
          key: string;
          alerts: unknown[];
          alertCount: number;
          omitted: { alerts: number; notes: number };
          notesZh: unknown[];
        };
      };
      expect(type).toBe(`alert.${notification.kind}`);
      expect(data.key).toBe(cleanText(notification.key));
      expect(data.alerts.length + data.omitted.alerts).toBe(data.alertCount);
      expect(data.notesZh.length + data.omitted.notes).toBe(notification.notesZh.length);
    });
  });

  test('email: HTML that is well-formed, text beside it, one-line subject, ASCII Message-ID', () => {
    holds((notification) => {
      const { subject, text, html, messageId, references } = shapeEmail(notification, 'county.example');
      checkHtml(html);
      expect(bytes(html)).toBeLessThanOrEqual(emailHtmlBytes);
      expect(html).toContain(escapeHtml(cleanText(notification.key)));
      expect(text).toContain(cleanText(notification.key));
      expect(subject).not.toMatch(/[\r\n]/);
      for (const id of [messageId, references ?? messageId]) {
        expect(id).toMatch(/^<[A-Za-z0-9_-]+@county\.example>$/);
      }
      expect(html).not.toContain('javascript:');
    });
  });

  test('Alertmanager: ASCII label names, text values, no end before its start, times in Beijing', () => {
    const now = Date.parse('2025-01-03T14:05:00+08:00');
    holds((notification) => {
      const posted = JSON.parse(shapeAlertmanager(notification, { now, holdMs: 3_600_000 })) as PostedAlert[];
      expect(posted.length).toBeGreaterThan(0);
      for (const { labels, annotations, startsAt, endsAt } of posted) {
        for (const field of Object.keys({ ...labels, ...annotations })) expect(field).toMatch(/^[a-z_]+$/);
        expect(annotations['key']).toBe(cleanText(notification.key));
        expect(startsAt).toMatch(/\+08:00$/);
        expect(Date.parse(startsAt)).toBeLessThanOrEqual(Date.parse(endsAt));
        expect(Date.parse(endsAt)).toBeLessThanOrEqual(now + 3_600_000);
      }
    });
  });
});

describe('what is left out', () => {
  const twenty: Notification = notificationSchema.parse({
    key: 'many',
    kind: 'firing',
    severity: 'warning',
    titleZh: '多处超标',
    officesZh: ['水科'],
    alerts: Array.from({ length: 20 }, (_, n) => ({
      ...phosphorus,
      titleZh: `第${n}号断面超标`,
      adviceZh: `建议${n}`,
    })),
    alertCount: 33,
    createdAt: 0,
  });

  test('企业微信 shows whole alerts and says how many more there are', () => {
    const [body = ''] = shapeWeCom(twenty, { type: 'wecom', url, mobiles: [], userIds: [] });
    const { content } = (JSON.parse(body) as { markdown: { content: string } }).markdown;
    const shown = content.match(/^\*\*\d+\. 第\d+号断面超标/gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(5);
    expect(shown).toBeLessThan(20);
    expect(content).toContain(`另有 ${33 - shown} 条`);
    expect(content.match(/处置建议：建议\d+/g)).toHaveLength(shown);
    expect(content).not.toContain('…');
  });

  test('a single alert too long is shortened, not dropped', () => {
    const long = (mark: string): string => mark.repeat(480);
    const alerts = [
      { ...phosphorus, siteZh: long('点'), valueZh: long('值'), limitZh: long('限'), adviceZh: long('建') },
    ];
    const one = { ...twenty, alerts, alertCount: 1 };
    const [body = ''] = shapeWeCom(one, { type: 'wecom', url, mobiles: [], userIds: [] });
    expect(body).toContain('点点…');
    expect(body).toContain('值值…');
    expect(body).not.toContain('另有');
  });

  test('clips between characters as people see them', () => {
    expect(clipText('一二三四', 4)).toBe('一二三四');
    expect(clipText('一二三四五', 4)).toBe('一二三…');
    expect(clipText('一👨‍👩‍👧‍👦二', 5)).toBe('一…');
    expect(httpLink('javascript:alert(1)')).toBeUndefined();
    expect(httpLink('https://e.example/a(b)')).toBe('https://e.example/a%28b%29');
    expect(escapeMarkdown('PM2_5 _强_ <0.05')).toBe('PM2_5 ＿强＿ ＜0.05');
  });
});
