import { runLook, runReminders, runRound } from '../alerting/round.js';
import { RuleBook } from '../alerting/ruleBook.js';
import type { Delivery } from '../delivery/delivery.js';
import { addDays, dayOfInstant } from '../domain/calendar.js';
import type { Logger } from '../log.js';
import type { Job } from '../schedule/scheduler.js';
import { readMarkBacklog } from '../store/alertMarks.js';
import type { Pool } from '../store/pool.js';

/** Site days and quarters of verdicts that may still be under way when a round begins. */
const mostUnderived = 150;
/** Then what is of these days is looked at however much is still to be derived. */
const longestWaitSeconds = 600;
const theseDays = 2;
/** Then the past is looked at as well, though it may take more than one summary. */
const longestFloodSeconds = 6 * 3_600;

/**
 * The jobs of alerting. While a flood of data is being derived the round waits for its end, so that an import of years is one
 * piece of news and not hundreds; when that takes long, only the past waits.
 */
export function createAlertJobs({
  pool,
  logger,
  dataDir,
  isBusy,
  now,
  publicUrl,
  delivery,
}: {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly dataDir: string;
  readonly isBusy: () => boolean;
  /** Milliseconds since 1970; the demonstration lives in the time of its data. */
  readonly now: () => number;
  readonly publicUrl: string | undefined;
  readonly delivery: Pick<Delivery, 'trigger'>;
}): Job[] {
  const options = { logger, dataDir, rules: new RuleBook(logger), now, publicUrl };
  const wake = (queued: number | undefined) => {
    if (queued !== undefined && queued > 0) delivery.trigger();
  };
  return [
    {
      name: 'alert-round',
      expression: '5-59/10 * * * * *',
      async run() {
        const { oldestSeconds, underived } = await readMarkBacklog(pool);
        const flooded = isBusy() || underived > mostUnderived;
        if (flooded && oldestSeconds < longestWaitSeconds) return;
        const marksSince =
          flooded && oldestSeconds < longestFloodSeconds
            ? addDays(dayOfInstant(now()), -theseDays)
            : undefined;
        wake((await runRound(pool, { ...options, marksSince }))?.queued);
      },
    },
    {
      name: 'alert-look',
      expression: '20 * * * * *',
      run: async () => wake((await runLook(pool, options)).queued),
    },
    {
      name: 'alert-reminders',
      expression: '40 */5 * * * *',
      run: async () => wake(await runReminders(pool, options)),
    },
  ];
}
