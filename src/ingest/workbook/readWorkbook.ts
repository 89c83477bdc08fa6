import { Worker } from 'node:worker_threads';
import type { WorkbookBatch, WorkbookOptions } from './streamWorkbook.js';
import { WorkbookError } from './workbookError.js';

/** How the worker that reads a workbook is held in check. */
export interface WorkerLimits {
  /** Heap of the worker, default 256. */
  readonly maxHeapMegabytes?: number;
  /** How long all batches together may be waited for, default 300; the time that the caller takes does not count. */
  readonly maxSeconds?: number;
}

/** What the worker answers to each request for a batch. */
export type WorkerAnswer =
  { readonly batch: WorkbookBatch } | { readonly done: true } | { readonly failed: string };

/** Batches that the worker may be ahead of the caller. */
const ahead = 2;

/**
 * Reads the visible sheets of an .xlsx workbook, batch by batch, in a worker thread with bounded memory and time;
 * the worker waits for the caller. A workbook that is refused, takes too long or needs too much memory ends with a
 * batch that is `broken`. Leaving the loop early stops the worker.
 *
 * @throws what the disk does
 */
export async function* readWorkbook(
  path: string,
  options: WorkbookOptions & WorkerLimits = {},
): AsyncGenerator<WorkbookBatch, void, undefined> {
  const { maxHeapMegabytes = 256, maxSeconds = 300, ...reading } = options;
  const reader = new WorkerReader(path, reading, maxHeapMegabytes, maxSeconds);
  try {
    for (;;) {
      const answer = await reader.next();
      if ('done' in answer) return;
      if ('failed' in answer) throw new Error(`reading the workbook failed: ${answer.failed}`);
      yield answer.batch;
      if (answer.batch.broken) return;
    }
  } finally {
    await reader.stop();
  }
}

class WorkerReader {
  readonly #worker: Worker;
  readonly #answers: WorkerAnswer[] = [];
  #wake: () => void = () => undefined;
  #remainingMs: number;

  constructor(
    path: string,
    options: WorkbookOptions,
    private readonly maxHeapMegabytes: number,
    private readonly maxSeconds: number,
  ) {
    this.#remainingMs = maxSeconds * 1000;
    this.#worker = new Worker(workerLocation(import.meta.url), {
      workerData: { path, options },
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMegabytes, maxYoungGenerationSizeMb: 32 },
      // Nothing of our own process is of use to a reader of files, and some flags are not for workers.
      execArgv: [],
      env: {},
    });
    this.#worker.on('message', (answer: WorkerAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#take(this.#answerFor(error)));
    this.#worker.on('exit', () => this.#take({ failed: 'the worker ended' }));
    for (let asked = 0; asked < ahead; asked += 1) this.#worker.postMessage('next');
  }

  async next(): Promise<WorkerAnswer> {
    if (this.#answers.length === 0) await this.#wait();
    const answer = this.#answers.shift() ?? this.#refusal('workbook-too-slow', this.maxSeconds);
    this.#worker.postMessage('next');
    return answer;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  async #wait(): Promise<void> {
    const started = performance.now();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, this.#remainingMs));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#remainingMs -= performance.now() - started;
  }

  #take(answer: WorkerAnswer): void {
    this.#answers.push(answer);
    this.#wake();
  }

  #answerFor(error: Error & { code?: string }): WorkerAnswer {
    return error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? this.#refusal('workbook-too-much-memory', this.maxHeapMegabytes)
      : { failed: error.message };
  }

  #refusal(code: 'workbook-too-slow' | 'workbook-too-much-memory', limit: number): WorkerAnswer {
    const rejected = [new WorkbookError(code, { limit }).toRejection()];
    const nothing = { sheet: '', records: [], rowsRejected: 0, notes: [], date1904: false };
    return { batch: { ...nothing, rejected, broken: true } };
  }
}

/** Tests run the sources, which a worker cannot: it takes what was built from them. */
function workerLocation(ours: string): URL {
  const built = ours.endsWith('.ts') ? ours.replace('/src/', '/dist/') : ours;
  return new URL('./workbookWorker.js', built);
}
