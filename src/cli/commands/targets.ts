import { createTargetService } from '../../app/targetService.js';
import { formatTargetTable } from '../../app/targetTable.js';
import { Recomputation } from '../../assessment/recompute.js';
import { demoAsOf } from '../../demo/demoData.js';
import { findDemo } from '../../demo/loadDemo.js';
import { addDays, dayOfInstant, isDay } from '../../domain/calendar.js';
import { UsageError, type Command } from '../command.js';

/** Prints every target with its verdict, as a table or as JSON. */
export const targetsCommand: Command = {
  name: 'targets',
  usage: 'targets [--as-of YYYY-MM-DD] [--json]',
  summary: '打印全部目标及判定 / print all targets with their verdicts',
  async run({ config, database, options, logger, print }) {
    const demo = (await findDemo(database.pool)) !== undefined;
    const yesterday = addDays(dayOfInstant(Date.now()), -1);
    const given = options['as-of'] ?? config.judgeDate ?? (demo ? demoAsOf : yesterday);
    if (typeof given !== 'string' || !isDay(given)) throw new UsageError(`--as-of: YYYY-MM-DD`);
    await new Recomputation(database.pool, logger).drain();
    const targets = await createTargetService(database.pool, () => demo).list(given, 'zh', {});
    if (options['json'] === true) print(JSON.stringify({ items: targets, asOf: given, demo }, null, 2));
    else {
      print(`${demo ? '【示例数据】' : ''}按截至 ${given} 的数据判定：`);
      print(formatTargetTable(targets));
    }
    return 0;
  },
};
