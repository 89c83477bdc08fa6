import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerAnswer } from './readWorkbook.js';
import { streamWorkbook, type WorkbookOptions } from './streamWorkbook.js';

// The program of the worker thread: one batch for every message that asks for one.
const { path, options } = workerData as { readonly path: string; readonly options: WorkbookOptions };
const batches = streamWorkbook(path, options);

async function answer(): Promise<WorkerAnswer> {
  try {
    const next = await batches.next();
    return next.done === true ? { done: true } : { batch: next.value };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

// A generator queues the calls that come while it is busy, so that answers keep their order.
parentPort?.on('message', () => void answer().then((reply) => parentPort?.postMessage(reply)));
