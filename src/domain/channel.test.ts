import { expect, test } from '@jest/globals';
import { channelCodeSchema, channelSettingsSchema } from './channel.js';
import { notificationSchema } from './notification.js';

test.each([
  [24, true],
  [64, true],
  [23, false],
  [65, false],
])('a key of %i bytes for a webhook: %s', (bytes, good) => {
  const settings = {
    type: 'webhook',
    url: 'https://hook.example/',
    secret: `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`,
  };
  expect(channelSettingsSchema.safeParse(settings).success).toBe(good);
  for (const secret of [settings.secret.slice(6), 'whsec_***', ''])
    expect(channelSettingsSchema.safeParse({ ...settings, secret }).success).toBe(false);
});

test('codes of channels are short and plain', () => {
  for (const code of ['ecology', 'a', '1-b', 'x'.repeat(64)])
    expect(channelCodeSchema.safeParse(code).success).toBe(true);
  for (const code of ['', '-a', 'A', '水务', 'a_b', 'x'.repeat(65)])
    expect(channelCodeSchema.safeParse(code).success).toBe(false);
});

test('messages link to pages only', () => {
  const message = {
    key: 'k',
    kind: 'test',
    severity: 'notice',
    titleZh: '题',
    officesZh: [],
    alerts: [],
    alertCount: 0,
    createdAt: 0,
  };
  for (const field of ['link', 'acknowledgeLink']) {
    expect(notificationSchema.safeParse({ ...message, [field]: 'https://e.example/a' }).success).toBe(true);
    for (const link of ['javascript:alert(1)', 'ftp://e.example/', 'data:text/html,x'])
      expect(notificationSchema.safeParse({ ...message, [field]: link }).success).toBe(false);
  }
  const earlier = { key: 'k'.repeat(65), sentAt: 0 };
  expect(notificationSchema.safeParse({ ...message, earlier }).success).toBe(false);
});
