import pg, { type Pool } from 'pg';
import type { Logger } from '../log.js';
import {
  countMirror,
  currentHorizon,
  disableMirror,
  enableMirror,
  isPast,
  lockMirror,
  readMirrorBatch,
  settleMirrorBatch,
  type MirrorCounts,
} from '../store/mirrorOutbox.js';
import { MirrorTarget, toPoints, type MirrorAddress } from './mirrorTarget.js';

/**
 * What this process does about the mirror: `elsewhere`, another process mirrors; `outage`, the target takes nothing, and
 * is tried again; `stopped`, the database does not answer, or the service ends.
 */
export type MirrorPhase = 'starting' | 'elsewhere' | 'sending' | 'idle' | 'outage' | 'stopped';

export interface MirrorOptions {
  readonly pool: Pool;
  readonly address: MirrorAddress;
  readonly logger: Logger;
  /** How long to wait when nothing is to be done. Default: 1,000 ms. */
  readonly idleMs?: number;
  /** Between attempts during an outage: from, doubling up to. Default: 1,000 and 30,000 ms. */
  readonly retryMs?: readonly [number, number];
}

/** What is known of the mirror in this process. */
export interface MirrorState {
  readonly phase: MirrorPhase;
  readonly error: { readonly message: string; readonly at: Date } | undefined;
  /** As of the last look at the database; `undefined` before the first. */
  readonly counts: MirrorCounts | undefined;
}

/**
 * Sends what is stored to an InfluxDB, behind the outbox of migration 0017: at least once, in the order of the outbox,
 * by one process at a time. The write path does not know of it; while the target is away the outbox grows by keys.
 */
export class Mirror {
  readonly #options: Required<MirrorOptions>;
  readonly #target: MirrorTarget;
  #phase: MirrorPhase = 'starting';
  #error: MirrorState['error'];
  #counts: MirrorCounts | undefined;
  #stopping = false;
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(options: MirrorOptions) {
    this.#options = { idleMs: 1_000, retryMs: [1_000, 30_000], ...options };
    this.#target = new MirrorTarget(options.address);
  }

  get state(): MirrorState {
    return { phase: this.#phase, error: this.#error, counts: this.#counts };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after what is being sent now. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    await this.#running;
  }

  /** Mirrors in sessions of their own, one after the other, each as long as the database keeps it. */
  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopping;) {
      const session = new pg.Client(this.#options.pool.options);
      // Without a listener, losing the database would end the process; the query under way fails anyhow.
      session.on('error', () => undefined);
      try {
        await session.connect();
        await this.#follow(session, () => (failures = 0));
      } catch (error) {
        this.#fail('stopped', error);
        await this.#pause(this.#delay(failures++));
      } finally {
        await session.end().catch(() => undefined);
      }
    }
    this.#phase = 'stopped';
  }

  async #follow(session: pg.Client, wentWell: () => void): Promise<void> {
    if (!(await lockMirror(session))) {
      this.#phase = 'elsewhere';
      this.#counts = await countMirror(session);
      wentWell();
      return this.#pause(this.#options.idleMs * 5);
    }
    if (await enableMirror(session, this.#target.name))
      this.#options.logger.info({ target: this.#target.name }, 'mirroring everything that is stored');
    const horizon = await currentHorizon(session);
    while (!this.#stopping && !(await isPast(session, horizon))) await this.#pause(this.#options.idleMs);
    for (let failures = 0; !this.#stopping;) {
      try {
        const sent = await this.#sendNext(session);
        wentWell();
        failures = 0;
        this.#error = undefined;
        this.#phase = sent ? 'sending' : 'idle';
        this.#counts = await countMirror(session);
        if (!sent) await this.#pause(this.#options.idleMs);
      } catch (error) {
        // The session's own failure ends the session; all others are the target's.
        if (error instanceof SessionLost) throw error.cause;
        this.#fail('outage', error);
        this.#counts = await countMirror(session);
        await this.#pause(this.#delay(failures++));
      }
    }
  }

  /** Sends one batch; false when nothing waits. */
  async #sendNext(session: pg.Client): Promise<boolean> {
    const batch = await ofSession(readMirrorBatch(session));
    if (batch === undefined) return false;
    const refused = await this.#target.send(toPoints(batch.rows));
    for (const { line, reason } of refused)
      this.#options.logger.warn({ line: line.slice(0, 500), reason }, 'the mirror refuses a line');
    await ofSession(settleMirrorBatch(session, batch, refused));
    return true;
  }

  #fail(phase: MirrorPhase, error: unknown): void {
    const { message } = error as Error;
    if (this.#phase !== phase || this.#error?.message !== message)
      this.#options.logger.warn({ phase, message }, 'the mirror has to wait');
    this.#phase = phase;
    this.#error = { message, at: new Date() };
  }

  #delay(failures: number): number {
    const [from, upTo] = this.#options.retryMs;
    return Math.min(upTo, from * 2 ** Math.min(failures, 20)) * (0.8 + 0.2 * Math.random());
  }

  async #pause(ms: number): Promise<void> {
    if (this.#stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

class SessionLost extends Error {}

async function ofSession<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new SessionLost('the database session is lost', { cause: error });
  }
}

/** Forgets a mirror that is not configured any more, unless another process mirrors; says whether there was one. */
export async function forgetMirror(pool: Pool): Promise<boolean> {
  const session = new pg.Client(pool.options);
  session.on('error', () => undefined);
  await session.connect();
  try {
    return (await lockMirror(session)) && (await disableMirror(session));
  } finally {
    await session.end();
  }
}
