import { rename, rm, writeFile } from 'node:fs/promises';
import { createLedgerService } from '../../app/ledgerService.js';
import { Recomputation } from '../../assessment/recompute.js';
import { demoAsOf } from '../../demo/demoData.js';
import { findDemo } from '../../demo/loadDemo.js';
import { dayOf, textOf, textOption, UsageError, usualJudgeDate, type Command } from '../command.js';
import { exitCodes } from '../exitCodes.js';

/** Writes the ledger of all targets as a workbook. */
export const ledgerCommand: Command = {
  name: 'ledger',
  usage: 'ledger [--as-of YYYY-MM-DD] [--out 文件.xlsx]',
  summary: '生成目标台账（Excel）/ write the ledger of all targets',
  help: [
    '',
    '选项：',
    '  --as-of 2024-12-31   按截至该日的数据；默认昨天（JUDGE_DATE 可固定）',
    '  --out 文件.xlsx      写到哪里；默认当前目录的“目标台账_日期.xlsx”，已有的同名文件会被替换',
    '',
    '示例：',
    '  npm run --silent cli -- ledger --as-of 2024-12-31 --out 台账.xlsx',
  ],
  options: { 'as-of': textOption, out: textOption },
  async run({ config, open, words, options, logger, print }) {
    if (words.length > 0) throw new UsageError('ledger');
    const given = dayOf(options, 'as-of') ?? config.judgeDate;
    const { pool } = await open();
    const demo = (await findDemo(pool)) !== undefined;
    await new Recomputation(pool, logger).drain();
    const ledger = createLedgerService(pool, () => demo);
    const file = await ledger.write(given ?? (demo ? demoAsOf : usualJudgeDate(config)));
    const path = textOf(options, 'out') ?? file.fileName;
    // Half a workbook must not stand where a whole one is expected.
    const part = `${path}.${process.pid}.part`;
    try {
      await writeFile(part, file.content);
      await rename(part, path);
    } finally {
      await rm(part, { force: true });
    }
    print(path);
    return exitCodes.ok;
  },
};
