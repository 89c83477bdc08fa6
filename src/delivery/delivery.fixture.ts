import { notificationSchema, type Notification } from '../domain/notification.js';
import { insertChannel, saveSecrets, secretPlace } from '../store/channels.js';
import { enqueue } from '../store/outbox.js';
import { inTransaction, type Pool } from '../store/pool.js';
import type { SecretBox } from '../store/secretBox.js';
import { usualRetryPolicy, type RetryPolicy } from './retryPolicy.js';

/** Retries without waiting, so that tests need no clock. */
export const hastyPolicy: RetryPolicy = {
  ...usualRetryPolicy,
  delaysSeconds: Array<number>(30).fill(0),
  firstRestSeconds: 0,
  longestRestSeconds: 0,
};

/** A message with a key. */
export function messageOf(key: string, change: Partial<Notification> = {}): Notification {
  return notificationSchema.parse({
    key,
    kind: 'firing',
    severity: 'warning',
    titleZh: `总磷超标 ${key}`,
    officesZh: ['水务局'],
    alerts: [],
    alertCount: 1,
    createdAt: 0,
    ...change,
  });
}

/** A webhook channel; its secrets are sealed where there is a box. */
export async function addWebhook(pool: Pool, name: string, url: string, box: SecretBox): Promise<number> {
  return inTransaction(pool, async (client) => {
    const settings = { type: 'webhook' };
    const id = await insertChannel(client, { name, type: 'webhook', settings, disabled: false });
    await saveSecrets(client, id, {
      url: box.seal(url, secretPlace(id, 'url')),
      secret: box.seal('whsec_c2VjcmV0', secretPlace(id, 'secret')),
    });
    return id;
  });
}

/** Puts one message into the outbox. */
export async function put(pool: Pool, channelIds: readonly number[], message: Notification): Promise<number> {
  return inTransaction(pool, (client) => enqueue(client, channelIds, message));
}

/** Waits for something that others bring about; fails after about so many seconds. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  seconds = 30,
): Promise<void> {
  for (let attempt = 0; attempt < seconds * 40; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not in time: ${what}`);
}
