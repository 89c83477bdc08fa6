import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DeliveryEvent } from '../delivery/delivery.js';
import { listJobs, type JobStanding } from '../store/jobs.js';
import { readStandings, type OutboxStanding } from '../store/outbox.js';
import type { Pool } from '../store/pool.js';

/** Anybody may ask for the metrics: the database is asked this often at most. */
const readEveryMs = 5_000;
/** The rest of the metrics is worth having while the database is away. */
const patienceMs = 2_000;

/** Adds how deliveries and jobs stand, of all processes on the database; returns what to tell of each attempt. */
export function createAlertMetrics(registry: Registry, pool: Pool): (event: DeliveryEvent) => void {
  const attempts = new Counter({
    name: 'cei_delivery_attempts_total',
    help: 'Attempts of this process to send a message, by type of channel and outcome.',
    labelNames: ['type', 'outcome'],
    registers: [registry],
  });
  const dead = new Counter({
    name: 'cei_dead_letters_total',
    help: 'Messages that this process gave up.',
    labelNames: ['type'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'cei_delivery_seconds',
    help: 'Time of an attempt.',
    labelNames: ['type'],
    buckets: [0.05, 0.2, 0.5, 1, 2.5, 5, 10, 20],
    registers: [registry],
  });
  addOutboxGauges(
    registry,
    sharedReading(() => readStandings(pool)),
  );
  addJobGauges(
    registry,
    sharedReading(() => listJobs(pool)),
  );
  return (event) => {
    attempts.inc({ type: event.type, outcome: event.outcome });
    seconds.observe({ type: event.type }, event.seconds);
    if (event.dead) dead.inc({ type: event.type });
  };
}

function addOutboxGauges(registry: Registry, read: () => Promise<readonly OutboxStanding[]>): void {
  const labels = ({ channelId, channelType }: OutboxStanding) => ({
    channel: String(channelId),
    type: channelType,
  });
  const names = ['channel', 'type'];
  const add = (name: string, help: string, valueOf: (standing: OutboxStanding) => number) =>
    addGauge(registry, name, help, names, read, labels, valueOf);
  add('cei_notifications_waiting', 'Messages that wait or are being sent.', ({ waiting }) => waiting);
  add('cei_notifications_held', 'Messages held until quiet hours end.', ({ held }) => held);
  add(
    'cei_notifications_dead',
    'Dead letters that nobody has sent again; tests excluded.',
    (each) => each.dead,
  );
  add(
    'cei_notification_oldest_seconds',
    'Age of the oldest message that waits; of a disabled channel too.',
    ({ oldestSeconds }) => oldestSeconds,
  );
}

function addJobGauges(registry: Registry, read: () => Promise<readonly JobStanding[]>): void {
  const add = (name: string, help: string, valueOf: (job: JobStanding) => number | undefined) =>
    addGauge(registry, name, help, ['job'], read, ({ name: job }) => ({ job }), valueOf);
  const secondsOf = (at: Date | null) => (at === null ? undefined : at.getTime() / 1_000);
  add('cei_job_running', 'Whether a run is under way, in any process.', ({ running }) => (running ? 1 : 0));
  add('cei_job_failures', 'Runs without success since the last success.', ({ failures }) => failures);
  add('cei_job_next_due_timestamp_seconds', 'When the next run is due.', (job) => secondsOf(job.nextDueAt));
  add('cei_job_last_run_timestamp_seconds', 'When the last run began.', (job) =>
    secondsOf(job.lastStartedAt),
  );
  add('cei_job_last_success_timestamp_seconds', 'When a run last succeeded.', (job) =>
    secondsOf(job.lastSuccessAt),
  );
  add('cei_job_last_duration_seconds', 'How long the last run took.', ({ lastDurationMs }) =>
    lastDurationMs === null ? undefined : lastDurationMs / 1_000,
  );
}

function addGauge<T>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
  read: () => Promise<readonly T[]>,
  labelsOf: (row: T) => Record<string, string>,
  valueOf: (row: T) => number | undefined,
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      const rows = await read();
      this.reset();
      for (const row of rows) {
        const value = valueOf(row);
        if (value !== undefined) this.set(labelsOf(row), value);
      }
    },
  });
}

/** One reading for all who ask within a while; nothing when it does not come in time. */
function sharedReading<T>(read: () => Promise<readonly T[]>): () => Promise<readonly T[]> {
  let latest: Promise<readonly T[]> | undefined;
  let readAt = 0;
  return () => {
    if (latest === undefined || Date.now() - readAt > readEveryMs) {
      readAt = Date.now();
      latest = within(read().catch(() => []));
    }
    return latest;
  };
}

async function within<T>(work: Promise<readonly T[]>): Promise<readonly T[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly T[]>((resolve) => {
    timer = setTimeout(() => resolve([]), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
