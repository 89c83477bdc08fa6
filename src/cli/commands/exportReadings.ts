import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportReadings } from '../../app/exportReadings.js';
import { dayOf, textOf, textOption, UsageError, type Command } from '../command.js';
import { exitCodes } from '../exitCodes.js';

const filters = ['family', 'site', 'indicator'] as const;

/** Writes stored readings as CSV. */
export const exportCommand: Command = {
  name: 'export',
  usage:
    'export [--family air_hour] [--site 点位] [--indicator pm25] [--from 日期] [--to 日期] [--out 文件.csv]',
  summary: '导出已入库的监测值（CSV）/ write stored readings as CSV',
  help: [
    '',
    '选项：',
    '  --family air_hour   数据种类：air_hour、air_day、air_month、water_sample、water_month、series…',
    '  --site、--indicator 点位代码或名称、指标代码',
    '  --from、--to        起（含）止（不含）日期，北京时间',
    '  --out 文件.csv      写到文件；默认写到标准输出',
    '',
    '示例：',
    '  npm run --silent cli -- export --family air_hour --site air-town --from 2025-01-01 --to 2025-02-01 --out 一月.csv',
  ],
  options: {
    family: textOption,
    site: textOption,
    indicator: textOption,
    from: textOption,
    to: textOption,
    out: textOption,
  },
  async run({ open, words, options, tell }) {
    if (words.length > 0) throw new UsageError(`export: ${words.join(' ')}`);
    const given = Object.fromEntries(
      [
        ...filters.map((name) => [name, textOf(options, name)] as const),
        ...(['from', 'to'] as const).map((name) => [name, dayOf(options, name)] as const),
      ].filter(([, value]) => value !== undefined),
    );
    const { pool } = await open();
    const out = textOf(options, 'out');
    const lines = Readable.from(exportReadings(pool, given));
    if (out === undefined) await pipeline(lines, process.stdout, { end: false });
    else {
      await pipeline(lines, createWriteStream(out));
      tell(`已写到 ${out}`);
    }
    return exitCodes.ok;
  },
};
