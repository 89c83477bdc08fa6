import { setImmediate as turn } from 'node:timers/promises';
import type { Actor } from '../../domain/role.js';
import { quarantineLines } from '../../store/quarantine.js';
import { mayCreateSites } from '../../store/tokens.js';
import type { TimePrecision } from '../lineProtocol/lineTime.js';
import { createDeviceSites } from './createDeviceSites.js';
import { loadDeviceLookup } from './deviceLookup.js';
import { PointReader, type LineProblem, type ReadLines } from './pointReader.js';
import { WriteQueue, type WriteQueueOptions } from './writeQueue.js';

const freshMs = 5_000;
/** A fraction of a millisecond's work; then what the database and others have to say is heard. */
const linesAtATime = 100;

/** What became of a body. Everything that could be taken is committed. */
export interface Receipt {
  readonly goodLines: number;
  readonly problemCount: number;
  /** The first of them. */
  readonly problems: readonly LineProblem[];
  /** Lines that wait in the quarantine for somebody to explain them. */
  readonly quarantined: number;
}

export interface DeviceIngestOptions extends WriteQueueOptions {
  readonly now: () => Date;
}

/** Takes in readings that devices send: reads them by the definitions in force, and stores them through one queue. */
export class DeviceIngest {
  readonly queue: WriteQueue;
  readonly #options: DeviceIngestOptions;
  #reader: { readonly reader: PointReader; readonly loadedAt: number } | undefined;
  #loading: Promise<void> | undefined;
  // The last of the long bodies that are being read, one after the other.
  #longReading: Promise<unknown> = Promise.resolve();

  constructor(options: DeviceIngestOptions) {
    this.#options = options;
    this.queue = new WriteQueue(options);
  }

  /**
   * Stores what a body of line protocol holds. Returns when it is committed, lines for the quarantine included.
   *
   * @throws DomainError `unavailable` when too much waits; failures of the database
   */
  async receive(actor: Actor, body: Uint8Array, precision: TimePrecision): Promise<Receipt> {
    const receivedAt = this.#options.now();
    const read = await this.#read(actor, body, precision, receivedAt);
    const { batches, notes, goodLines, quarantined, problems, problemCount } = read;
    let kept = 0;
    if (batches.length > 0 || quarantined.length > 0) {
      await this.queue.store({
        actor,
        source: read.sources[0] ?? '',
        lines: goodLines,
        batches,
        notes,
        ...(quarantined.length === 0
          ? {}
          : {
              alongside: async (client) => {
                kept = await quarantineLines(client, actor, precision, receivedAt, quarantined);
              },
            }),
      });
    }
    return { goodLines, problemCount, problems, quarantined: kept };
  }

  /**
   * A reader by the reference data as they were at some time after `since` (by the clock of `performance`); without it,
   * at most some seconds ago.
   */
  async reader(since = performance.now() - freshMs): Promise<PointReader> {
    for (;;) {
      const present = this.#reader;
      if (present !== undefined && present.loadedAt >= since) return present.reader;
      this.#loading ??= this.#load().finally(() => {
        this.#loading = undefined;
      });
      await this.#loading;
    }
  }

  async #load(): Promise<void> {
    const loadedAt = performance.now();
    const reader = new PointReader(await loadDeviceLookup(this.#options.pool));
    this.#reader = { reader, loadedAt };
  }

  async #read(
    actor: Actor,
    body: Uint8Array,
    precision: TimePrecision,
    receivedAt: Date,
  ): Promise<ReadLines> {
    const at = receivedAt.getTime();
    const read = await this.#readBody(await this.reader(), body, precision, at);
    if (!read.unexplained) return read;
    const names = unknownSites(read);
    if (names.length > 0 && (await mayCreateSites(this.#options.pool, actor)))
      await createDeviceSites(this.#options.pool, actor, names);
    // Somebody may have registered the site, or explained the field, a moment ago.
    return this.#readBody(await this.reader(performance.now()), body, precision, at);
  }

  /**
   * A long body is read bit by bit: between the bits transactions go on that are under way, and short bodies are read.
   * Long ones follow each other, so that the first is not kept waiting for the last.
   */
  async #readBody(
    reader: PointReader,
    body: Uint8Array,
    precision: TimePrecision,
    receivedMs: number,
  ): Promise<ReadLines> {
    const reading = reader.open(body, precision, receivedMs);
    if (!reading.readOn(linesAtATime)) return reading.finish();
    const rest = this.#longReading.then(async () => {
      do await turn();
      while (reading.readOn(linesAtATime));
      return reading.finish();
    });
    const ended = () => undefined;
    // What was read is the caller's alone: kept here, it would stay until the next long body.
    this.#longReading = rest.then(ended, ended);
    return rest;
  }
}

function unknownSites({ quarantined }: ReadLines): { name: string; medium: 'air' | 'water' }[] {
  const names = new Map<string, { name: string; medium: 'air' | 'water' }>();
  for (const { code, subject, medium } of quarantined)
    if (code === 'device-unknown-site' && medium !== undefined) names.set(subject, { name: subject, medium });
  return [...names.values()];
}
