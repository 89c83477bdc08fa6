import { createHash } from 'node:crypto';
import type { ChannelSettings, ChannelType } from '../domain/channel.js';
import type { Notification } from '../domain/notification.js';
import { weComCallsPeople } from './shapeWeCom.js';

/** How many messages a channel takes in any span of time. */
export interface Pace {
  readonly windows: readonly { readonly count: number; readonly spanMs: number }[];
  /** The provider is crowded at :00 and :30: keep so far behind them. */
  readonly avoidMs?: number;
}

const minuteMs = 60_000;

/**
 * The providers' limits (钉钉 and 企业微信 20 a minute, 飞书 100 a minute and 5 a second) less a margin: their minutes are
 * not ours, and what others send through the same robot counts too. Others are not limited here.
 */
export const paces: Readonly<Partial<Record<ChannelType, Pace>>> = {
  dingtalk: { windows: [{ count: 18, spanMs: minuteMs }] },
  wecom: { windows: [{ count: 18, spanMs: minuteMs }] },
  feishu: {
    windows: [
      { count: 90, spanMs: minuteMs },
      { count: 4, spanMs: 1000 },
    ],
    avoidMs: 3000,
  },
};

/** Messages that one notification costs the channel: 企业微信 calls people in a second one. */
export function messageCost(settings: ChannelSettings, notification: Notification): number {
  return settings.type === 'wecom' && weComCallsPeople(notification, settings) ? 2 : 1;
}

/** Names the robot whose limit a channel uses up, without telling its address: channels of one robot share it. */
export function paceKey(settings: ChannelSettings): string | undefined {
  if (settings.type !== 'dingtalk' && settings.type !== 'wecom' && settings.type !== 'feishu')
    return undefined;
  return createHash('sha256').update(new URL(settings.url).href).digest('hex').slice(0, 32);
}

/** The wait until a window has room for `cost` more. */
function waitForRoom(
  times: readonly number[],
  now: number,
  cost: number,
  count: number,
  spanMs: number,
): number {
  const recent = times.filter((time) => time > now - spanMs).sort((a, b) => a - b);
  const over = recent.length + Math.min(cost, count) - count;
  const freeing = over > 0 ? recent[over - 1] : undefined;
  return freeing === undefined ? 0 : freeing + spanMs - now;
}

/**
 * How long to wait before the next message, in milliseconds, 0 for none.
 * @param history when messages were sent through the robot (each counted, successful or not), milliseconds since 1970,
 *   in any order; older than a minute is of no account
 * @param cost messages about to be sent at once
 * @param random from 0 to below 1, spreads the messages held at :00 and :30 over another `avoidMs`
 */
export function waitBeforeSending(
  type: ChannelType,
  history: readonly number[],
  now: number,
  { cost = 1, random = 0 }: { readonly cost?: number; readonly random?: number } = {},
): number {
  const pace = paces[type];
  if (pace === undefined) return 0;
  const room = Math.max(
    ...pace.windows.map(({ count, spanMs }) => waitForRoom(history, now, cost, count, spanMs)),
  );
  const past = (now + room) % (30 * minuteMs);
  const { avoidMs = 0 } = pace;
  return past < avoidMs ? room + avoidMs - past + Math.floor(random * avoidMs) : room;
}
