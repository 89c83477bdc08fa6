import { expect, test } from '@jest/globals';
import { channelSettingsSchema, secretFields, type ChannelType } from '../domain/channel.js';
import { channelCatalogue } from './channelCatalogue.js';
import { createSender } from './createSender.js';
import { ofKind, sentAt } from './notifications.fixture.js';
import { Progress } from './progress.js';
import { redact, secretsOfUrl } from './redact.js';

const now = (): number => sentAt;

test('the inbox needs no sender: what is stored is there', async () => {
  expect(await createSender({ type: 'inbox' }, { now })(ofKind.firing, 1)).toEqual({ outcome: 'delivered' });
});

test('the catalogue describes every setting of every channel, and what is write-only', () => {
  for (const { shape } of channelSettingsSchema.options) {
    const { type, ...settings } = shape;
    const name = [...type.values][0] as ChannelType;
    const described: Readonly<Record<string, string>> = channelCatalogue[name].settings;
    expect(Object.keys(described).sort()).toEqual(Object.keys(settings).sort());
    for (const field of secretFields[name]) {
      if (field !== 'formerSecret') expect(`${field} ${described[field]}`).toContain('只写不读');
    }
  }
});

test('texts of receivers are shown without addresses, tokens and secrets', () => {
  const secrets = secretsOfUrl('https://u:passw@robot.example/hook/abcd-1234?key=short');
  expect(redact('bad hook abcd-1234 or short, passw', secrets)).not.toMatch(/abcd|short|passw/);
  expect(redact('see https://robot.example/x?token=1 or token=abc', [])).not.toMatch(/robot|abc/);
  expect(redact(`id ${'a1'.repeat(20)} end`, [])).toBe('id ［已隐去］ end');
  expect(redact('exceed, hint: [17000], from ip: 203.0.113.7, more info at https://x', [])).toBe('exceed');
  expect(redact('ip 203.0.113.7 not in whitelist', [])).toBe('ip 203.0.113.7 not in whitelist');
  expect(redact('长'.repeat(900), [])).toHaveLength(200);
});

test('progress forgets the oldest message beyond its size, and one that arrived whole', () => {
  const progress = new Progress(2);
  progress.add('a', '0');
  progress.add('b', '0');
  progress.add('a', '1');
  progress.add('c', '0');
  expect([progress.has('a', '0'), progress.has('a', '1'), progress.has('b', '0')]).toEqual([
    true,
    true,
    false,
  ]);
  progress.forget('a');
  expect(progress.has('a', '0')).toBe(false);
});
