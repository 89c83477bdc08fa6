import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ChannelType } from '../domain/channel.js';
import {
  extendTurn,
  finishAttempt,
  listRecentAttempts,
  releaseTurn,
  takeMessage,
  takeTurns,
  type Sequel,
  type TakenMessage,
} from '../store/deliveryTurns.js';
import type { Pool } from '../store/pool.js';
import { attemptSend, type SendDependencies, type ShownResult } from './attemptSend.js';
import {
  channelRestMs,
  maxAttemptsOf,
  retryDelayMs,
  usualRetryPolicy,
  type RetryPolicy,
} from './retryPolicy.js';

/**
 * How long to wait before a channel may be sent to again, in milliseconds; 0 for not at all.
 *
 * @param recent when attempts began within the last minute, by this process or any other, the oldest first
 * @param now milliseconds since 1970
 */
export type Pace = (
  channel: { readonly id: number; readonly type: ChannelType },
  recent: readonly number[],
  now: number,
) => number;

/** Told of every attempt. */
export interface DeliveryEvent {
  readonly type: ChannelType;
  /** `dead` beside the outcome of an attempt that was the last one. */
  readonly outcome: 'delivered' | 'retry' | 'refused';
  readonly dead: boolean;
  readonly seconds: number;
}

/** What the delivery works with. */
export interface DeliveryOptions extends Omit<SendDependencies, 'timeoutMs'> {
  readonly pool: Pool;
  readonly pace?: Pace;
  readonly observe?: (event: DeliveryEvent) => void;
  readonly policy?: RetryPolicy;
  /** How often the outbox is looked at. */
  readonly pollMs?: number;
  /** How long a channel stays in the hands of a process that says nothing. */
  readonly leaseMs?: number;
  readonly timeoutMs?: number;
  /** Channels served at the same time; one that hangs takes up one place until the timeout. */
  readonly maxChannels?: number;
  readonly random?: () => number;
}

const recentMs = 60_000;
/** A wait that is worth keeping the channel for. */
const shortWaitMs = 1_000;
/** Then others get a turn. */
const messagesPerTurn = 50;
const recordTries = 5;

/**
 * Sends what is in the outbox. Any number of processes may do so on one database: each channel is in the hands of one of
 * them at a time, and those of a process that is gone pass on when its lease ends. A message may be sent twice, with the
 * same key; it is never given up unless its attempts are used up or it is refused, and then it is a dead letter.
 */
export class Delivery {
  readonly #options: Required<Omit<DeliveryOptions, 'box' | 'costOf'>> &
    Pick<DeliveryOptions, 'box' | 'costOf'>;
  readonly #holder = `${hostname()} ${process.pid} ${randomUUID()}`;
  readonly #serving = new Map<number, Promise<void>>();
  #loop: Promise<void> | undefined;
  #stopped = false;
  #failing = false;
  #wake: () => void = () => undefined;

  constructor(options: DeliveryOptions) {
    this.#options = {
      pace: () => 0,
      observe: () => undefined,
      policy: usualRetryPolicy,
      pollMs: 1_000,
      leaseMs: 30_000,
      timeoutMs: 20_000,
      maxChannels: 16,
      random: Math.random,
      ...options,
    };
  }

  /** Begins to send, and goes on until `stop`. */
  start(): void {
    this.#loop ??= this.#run();
  }

  /** Looks at the outbox now instead of at the next poll. */
  trigger(): void {
    this.#wake();
  }

  /** Lets the attempts under way end, gives the channels back and starts nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#loop;
    await Promise.all(this.#serving.values());
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      // Taken before the look, so that nothing that comes meanwhile waits for the next poll.
      const pause = this.#pause(this.#options.pollMs);
      await this.#poll();
      if (this.#stopped) this.#wake();
      await pause;
    }
  }

  /** Ends after a while, at `trigger` and at `stop`. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #poll(): Promise<void> {
    const { pool, logger, leaseMs, maxChannels, policy } = this.#options;
    try {
      const { channels, abandoned } = await takeTurns(pool, this.#holder, {
        serving: [...this.#serving.keys()],
        limit: maxChannels - this.#serving.size,
        leaseMs,
        maxAttempts: maxAttemptsOf(policy),
      });
      if (abandoned > 0)
        logger.warn({ messages: abandoned }, 'messages of a process that is gone are sent again');
      for (const channel of channels) this.#serve(channel);
      this.#failing = false;
    } catch (error) {
      // The database is away: said once, not each second.
      if (!this.#failing) logger.error({ err: error }, 'the outbox cannot be read; trying on');
      this.#failing = true;
    }
  }

  #serve(channel: { readonly id: number; readonly type: ChannelType }): void {
    const serving = this.#serveChannel(channel)
      .catch((error: unknown) =>
        // What was under way is taken up again when the lease ends.
        this.#options.logger.error({ err: error, channel: channel.id }, 'delivery to a channel broke off'),
      )
      .finally(() => {
        const wasFull = this.#serving.size >= this.#options.maxChannels;
        this.#serving.delete(channel.id);
        if (wasFull) this.#wake();
      });
    this.#serving.set(channel.id, serving);
  }

  async #serveChannel(channel: { readonly id: number; readonly type: ChannelType }): Promise<void> {
    const { pool, leaseMs } = this.#options;
    const keeper = setInterval(() => {
      extendTurn(pool, this.#holder, channel.id, leaseMs).catch(() => undefined);
    }, leaseMs / 3);
    let restMs = 0;
    try {
      for (let sent = 0; sent < messagesPerTurn && !this.#stopped; sent += 1) {
        restMs = await this.#waitForPace(channel);
        if (restMs > 0 || this.#stopped) break;
        const message = await takeMessage(pool, this.#holder, channel.id, leaseMs);
        if (message === undefined) break;
        await this.#deliver(message);
      }
    } finally {
      clearInterval(keeper);
      await releaseTurn(pool, this.#holder, channel.id, restMs);
    }
  }

  /** Waits when it is not for long; otherwise tells how long the channel has to rest. */
  async #waitForPace(channel: { readonly id: number; readonly type: ChannelType }): Promise<number> {
    for (;;) {
      const recent = await listRecentAttempts(this.#options.pool, channel.id, recentMs);
      const times = recent.map((at) => at.getTime());
      const waitMs = this.#options.pace(channel, times, Date.now());
      if (waitMs <= 0) return 0;
      if (waitMs > shortWaitMs || this.#stopped) return waitMs;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  async #deliver(message: TakenMessage): Promise<void> {
    const { observe, logger } = this.#options;
    const started = process.hrtime.bigint();
    const { channel, secrets, notification, attempt } = message;
    const result = await attemptSend(this.#options, channel, secrets, notification, attempt);
    const sequel = this.#sequelOf(message, result);
    await this.#record(message, result, sequel);
    const dead = sequel.state === 'dead';
    observe({
      type: message.channel.type,
      outcome: result.outcome,
      dead,
      seconds: Number(process.hrtime.bigint() - started) / 1e9,
    });
    if (result.outcome !== 'delivered')
      logger[dead ? 'error' : 'warn'](
        {
          channel: message.channel.id,
          message: message.outboxId,
          key: message.notification.key,
          attempt: message.attempt,
          outcome: result.outcome,
          code: result.code,
          dead,
        },
        'a message was not delivered',
      );
  }

  #sequelOf(message: TakenMessage, result: ShownResult): Sequel {
    const { policy, random } = this.#options;
    if (result.outcome === 'delivered') return { state: 'delivered' };
    if (result.outcome === 'refused') return { state: 'dead' };
    const afterMs = retryDelayMs(policy, message.attempt, random(), result.afterSeconds);
    if (afterMs === undefined) return { state: 'dead' };
    const blockMs = channelRestMs(policy, message.channelFailures + 1, random(), result.afterSeconds);
    return { state: 'queued', afterMs, blockMs };
  }

  /** What was sent is worth a few tries to be recorded: otherwise it is sent again. */
  async #record(message: TakenMessage, result: ShownResult, sequel: Sequel): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await finishAttempt(this.#options.pool, this.#holder, message, result, sequel);
        return;
      } catch (error) {
        if (tries >= recordTries || this.#stopped) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200 * tries));
      }
    }
  }
}
