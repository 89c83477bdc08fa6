import { createTargetService } from '../../app/targetService.js';
import { formatTargetTable } from '../../app/targetTable.js';
import { Recomputation } from '../../assessment/recompute.js';
import { demoAsOf } from '../../demo/demoData.js';
import { findDemo } from '../../demo/loadDemo.js';
import { verdicts, verdictZh, type VerdictName } from '../../domain/verdict.js';
import {
  choiceOf,
  dayOf,
  flagOption,
  textOf,
  textOption,
  UsageError,
  usualJudgeDate,
  type Command,
  type CommandContext,
} from '../command.js';
import { exitCodes } from '../exitCodes.js';

/** Judges the targets as of a day, for people and for scripts. */
export const judgeCommand: Command = {
  name: 'judge',
  usage: `judge [--as-of YYYY-MM-DD] [--plan 方案] [--verdict 判定] [--fail-on 判定,判定] [--json]`,
  summary: '按截至某日的数据判定目标 / judge the targets as of a day',
  help: [
    '',
    '选项：',
    '  --as-of 2024-12-31    按截至该日的数据判定；默认昨天（JUDGE_DATE 可固定）',
    '  --plan tdf-2023-32    只看一份方案',
    '  --verdict at-risk     只列一种判定',
    '  --fail-on lost,missed 有目标是其中之一时退出码为 5，供脚本和定时任务使用',
    '  --json                输出 JSON',
    `  判定：${verdicts.map((verdict) => `${verdict} ${verdictZh[verdict]}`).join('、')}`,
    '',
    '示例：',
    '  npm run --silent cli -- judge --as-of 2024-12-31',
    '  npm run --silent cli -- judge --plan tdf-2023-32 --fail-on lost,missed || echo 有目标未达标',
  ],
  options: {
    'as-of': textOption,
    plan: textOption,
    verdict: textOption,
    'fail-on': textOption,
    json: flagOption,
  },
  async run(context) {
    const failOn = verdictsOf(context.options, 'fail-on');
    const judged = await judgeAll(context);
    const { targets, asOf, demo } = judged;
    if (context.options['json'] === true)
      context.print(JSON.stringify({ items: targets, asOf, demo }, null, 2));
    else {
      context.print(`${demo ? '【示例数据】' : ''}按截至 ${asOf} 的数据判定：`);
      context.print(formatTargetTable(targets));
    }
    const failing = targets.filter(({ verdict }) => failOn.includes(verdict));
    if (failing.length === 0) return exitCodes.ok;
    const words = failing.map(({ id, verdictZh: word }) => `${id} ${word}`).join('、');
    context.tell(`${failing.length} 项目标符合 --fail-on：${words}`);
    return exitCodes.verdict;
  },
};

/** Judges the targets that the options choose. */
export async function judgeAll({ config, open, options, logger }: CommandContext) {
  const given = dayOf(options, 'as-of') ?? config.judgeDate;
  const verdict = choiceOf(options, 'verdict', verdicts);
  const plan = textOf(options, 'plan');
  const { pool } = await open();
  const demo = (await findDemo(pool)) !== undefined;
  const asOf = given ?? (demo ? demoAsOf : usualJudgeDate(config));
  await new Recomputation(pool, logger).drain();
  const all = await createTargetService(pool, () => demo).list(asOf, 'zh', {});
  if (plan !== undefined && all.every(({ planId }) => planId !== plan)) {
    const known = [...new Set(all.map(({ planId }) => planId))].join('、');
    throw new UsageError(`--plan: ${asOf} 没有方案 ${plan}（有 ${known}）`);
  }
  const targets = all.filter(
    (target) =>
      (plan === undefined || target.planId === plan) && (verdict === undefined || target.verdict === verdict),
  );
  return { targets, asOf, demo };
}

function verdictsOf(options: CommandContext['options'], name: string): readonly VerdictName[] {
  const given = textOf(options, name)?.split(',') ?? [];
  return given.map((word) => {
    const found = verdicts.find((verdict) => verdict === word.trim());
    if (found === undefined) throw new UsageError(`--${name}: ${verdicts.join(',')}`);
    return found;
  });
}
