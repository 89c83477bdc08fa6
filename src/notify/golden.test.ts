import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import type { Notification } from '../domain/notification.js';
import { examples, sentAt } from './notifications.fixture.js';
import { shapeAlertmanager } from './shapeAlertmanager.js';
import { shapeDingTalk } from './shapeDingTalk.js';
import { shapeEmail } from './shapeEmail.js';
import { shapeFeishu } from './shapeFeishu.js';
import { shapeWebhook } from './shapeWebhook.js';
import { shapeWeCom } from './shapeWeCom.js';

const url = 'https://robot.example/send';
const pretty = (json: string): string => JSON.stringify(JSON.parse(json), null, 2);

interface DingTalkBody {
  markdown: { title: string; text: string };
  at: unknown;
}
interface WeComBody {
  markdown?: { content: string };
  text?: unknown;
}

/** How each channel's message is written down for people to read. */
const channels: Readonly<Record<string, (notification: Notification) => string>> = {
  dingtalk: (notification) => {
    const settings = { type: 'dingtalk' as const, url, mobiles: ['13800000001'], userIds: [] };
    const { markdown, at } = JSON.parse(shapeDingTalk(notification, settings)) as DingTalkBody;
    return `title: ${markdown.title}\nat: ${JSON.stringify(at)}\n\n${markdown.text}`;
  },
  wecom: (notification) => {
    const settings = { type: 'wecom' as const, url, mobiles: ['13800000001'], userIds: ['zhang'] };
    return shapeWeCom(notification, settings)
      .map((body) => JSON.parse(body) as WeComBody)
      .map(({ markdown, text }) => markdown?.content ?? `text: ${JSON.stringify(text)}`)
      .join('\n\n');
  },
  feishu: (notification) =>
    JSON.stringify(shapeFeishu(notification, { type: 'feishu', url, userIds: ['ou_1f'] }), null, 2),
  webhook: (notification) => pretty(shapeWebhook(notification)),
  email: (notification) => {
    const { subject, text, html, messageId, references } = shapeEmail(notification, 'county.example');
    const head = [
      `Subject: ${subject}`,
      `Message-ID: ${messageId}`,
      `References: ${references ?? ''}`.trim(),
    ];
    return `${head.join('\n')}\n\n${text}\n${html}`;
  },
  alertmanager: (notification) =>
    pretty(shapeAlertmanager(notification, { now: sentAt + 3_600_000, holdMs: 90_000_000 })),
};

/** UPDATE_GOLDEN=1 writes the files anew: read the difference before it is committed. */
const update = process.env['UPDATE_GOLDEN'] === '1';

test.each(Object.keys(channels))('messages of each kind as %s sees them', (channel) => {
  const shape = channels[channel];
  const shown = examples
    .map(([name, example]) => `══ ${name} ══\n\n${shape?.(example).trimEnd()}\n`)
    .join('\n');
  const file = path.join('src/notify/golden', `${channel}.txt`);
  if (update) writeFileSync(file, shown);
  expect(existsSync(file)).toBe(true);
  expect(shown).toBe(readFileSync(file, 'utf8'));
});
