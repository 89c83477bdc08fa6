import type { Send } from '../delivery/attemptSend.js';
import type { Pace } from '../delivery/delivery.js';
import type { ChannelSettings } from '../domain/channel.js';
import { createSender, type Sender } from '../notify/createSender.js';
import { waitBeforeSending } from '../notify/pace.js';
import { listAllowances } from '../store/networkAllowances.js';
import type { Pool } from '../store/pool.js';

interface KeptSender {
  readonly madeOf: string;
  readonly send: Sender;
}

/**
 * Sends over the channels of the service. A channel keeps its sender while its settings and the listed private addresses
 * stay as they are: the sender remembers which parts of a message went through.
 */
export function createSend(pool: Pool, timeoutMs: number): Send {
  const senders = new Map<number, KeptSender>();
  return async ({ id, settings }, notification, _signal, attempt) => {
    const allow = (await listAllowances(pool)).map(({ target }) => target);
    const madeOf = JSON.stringify([settings, allow]);
    let kept = senders.get(id);
    if (kept?.madeOf !== madeOf) {
      kept = { madeOf, send: createSender(settings, { now: Date.now, allow, timeoutMs }) };
      senders.set(id, kept);
    }
    return kept.send(notification, attempt);
  };
}

/** Keeps below the rates that providers allow. */
export const pace: Pace = ({ type }, recent, now) =>
  waitBeforeSending(type, recent, now, {
    // A markdown message of 企业微信 may need a second one for its mentions.
    cost: costOfType(type),
    random: Math.random(),
  });

function costOfType(type: ChannelSettings['type']): number {
  return type === 'wecom' ? 2 : 1;
}
