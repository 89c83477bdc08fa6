import { formatTargetTable } from '../../app/targetTable.js';
import { flagOption, textOption, type Command } from '../command.js';
import { exitCodes } from '../exitCodes.js';
import { judgeAll } from './judge.js';

/** Prints every target with its verdict, as a table or as JSON. */
export const targetsCommand: Command = {
  name: 'targets',
  usage: 'targets [--as-of YYYY-MM-DD] [--json]',
  summary: '打印全部目标及判定 / print all targets with their verdicts',
  help: [
    '',
    '筛选、供脚本判断用 judge。',
    '',
    '示例：',
    '  npm run --silent cli -- targets --as-of 2024-12-31',
    '  npm run --silent cli -- targets --demo --json > targets.json',
  ],
  options: { 'as-of': textOption, json: flagOption },
  async run(context) {
    const { targets, asOf, demo } = await judgeAll(context);
    if (context.options['json'] === true)
      context.print(JSON.stringify({ items: targets, asOf, demo }, null, 2));
    else {
      context.print(`${demo ? '【示例数据】' : ''}按截至 ${asOf} 的数据判定：`);
      context.print(formatTargetTable(targets));
    }
    return exitCodes.ok;
  },
};
