import { secretFields, type ChannelSettings } from '../domain/channel.js';
import type { DeliveryResult, Notification } from '../domain/notification.js';
import type { Logger } from '../log.js';
import { openSettings, type ChannelRow } from '../store/channels.js';
import { SealError, type SealedText, type SecretBox } from '../store/secretBox.js';
import { redact } from './redact.js';

/** A channel as a sender sees it, its secrets in the open. */
export interface OpenChannel {
  readonly id: number;
  readonly settings: ChannelSettings;
}

/**
 * Sends one message over one channel; makes a single attempt and gives it up when `signal` says so. Failures are
 * results; what it throws counts as a failure that may pass.
 */
export type Send = (
  channel: OpenChannel,
  notification: Notification,
  signal: AbortSignal,
  /** 1 for the first. */
  attempt: number,
) => Promise<DeliveryResult>;

/** What an attempt needs besides the message. */
export interface SendDependencies {
  readonly send: Send;
  /** Absent where the service has no key for secrets. */
  readonly box: SecretBox | undefined;
  readonly logger: Logger;
  readonly timeoutMs: number;
  /** Messages that a notification costs the receiver's rate limit; 1 unless given. */
  readonly costOf?: (settings: ChannelSettings, notification: Notification) => number;
}

/** The result of an attempt as it may be stored and shown. */
export interface ShownResult {
  readonly outcome: 'delivered' | 'retry' | 'refused';
  readonly code: string | null;
  readonly message: string | null;
  readonly afterSeconds: number;
  readonly cost: number;
}

/** How long a sender may take to notice that its time is over. */
const graceMs = 1_000;

/**
 * Makes one attempt. Never throws and never takes much longer than the timeout, whatever the sender does; secrets are
 * taken out of what it says. The inbox needs no sender: what is stored is there.
 */
export async function attemptSend(
  dependencies: SendDependencies,
  channel: Pick<ChannelRow, 'id' | 'type' | 'settings'>,
  secrets: readonly (SealedText & { readonly field: string })[],
  notification: Notification,
  attempt: number,
): Promise<ShownResult> {
  const nothing = { code: null, message: null, afterSeconds: 0, cost: 1 };
  if (channel.type === 'inbox') return { ...nothing, outcome: 'delivered' };
  let settings: ChannelSettings;
  try {
    settings = openSettings(channel, secrets, dependencies.box);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    // A key forgotten at a restart is no reason to give messages up.
    const why = error.kind === 'no-key' ? '服务没有这把密钥（CEI_SECRET_KEY）' : '密文已损坏，请重新填写';
    const message = `读不出渠道的机密内容：${why}`;
    return { ...nothing, outcome: 'retry', code: 'secret-unreadable', message };
  }
  const hide = hideSecrets(settings);
  const cost = dependencies.costOf?.(settings, notification) ?? 1;
  const result = await sendWithin(dependencies, hide, (signal) =>
    dependencies.send({ id: channel.id, settings }, notification, signal, attempt),
  );
  if (result.outcome === 'delivered')
    return { ...nothing, outcome: 'delivered', message: hide(result.detail, 500), cost };
  return {
    cost,
    outcome: result.outcome,
    code: hide(result.code, 100),
    message: hide(result.message, 500),
    afterSeconds: result.afterSeconds ?? 0,
  };
}

type Hide = (text: string | undefined, length: number) => string | null;

function hideSecrets(settings: ChannelSettings): Hide {
  const values = Object.entries(settings)
    .filter(([field]) => secretFields[settings.type].includes(field))
    .map(([, value]) => value as unknown)
    .filter((value) => typeof value === 'string');
  // The database keeps neither NUL nor half a character.
  return (text, length) =>
    text === undefined
      ? null
      : redact(text, values)
          .slice(0, length)
          .replace(/\0|\p{Cs}/gu, '');
}

async function sendWithin(
  { logger, timeoutMs }: SendDependencies,
  hide: Hide,
  send: (signal: AbortSignal) => Promise<DeliveryResult>,
): Promise<DeliveryResult> {
  const controller = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const timedOut: DeliveryResult = {
    outcome: 'retry',
    code: 'timeout',
    message: `${timeoutMs / 1_000} 秒内没有答复`,
  };
  const late = new Promise<DeliveryResult>((resolve) => {
    timers.push(setTimeout(() => controller.abort(new Error('timeout')), timeoutMs));
    timers.push(setTimeout(() => resolve(timedOut), timeoutMs + graceMs));
  });
  const sent = (async () => send(controller.signal))().catch((error: unknown): DeliveryResult => {
    if (controller.signal.aborted) return timedOut;
    // Only the words: an error of a request may carry its whole address.
    const words = hide(error instanceof Error ? `${error.name}: ${error.message}` : String(error), 500);
    logger.error({ problem: words }, 'a sender threw');
    return { outcome: 'retry', code: 'sender-failed', message: `发送程序出错：${words}` };
  });
  try {
    return await Promise.race([sent, late]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
