import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { uploadsDirOf } from '../../app/services.js';
import { Recomputation } from '../../assessment/recompute.js';
import type { Interval } from '../../domain/family.js';
import type { ImportOptions } from '../../ingest/importOptions.js';
import { importUpload } from '../../ingest/importUpload.js';
import { renderReport, type RenderedReport } from '../../ingest/uploadReport.js';
import { commandActor, UsageError, type Command, type CommandContext } from '../command.js';

const shownFaults = 20;

/** Imports CSV and .xlsx files with the same judgement as uploads over HTTP. */
export const importCommand: Command = {
  name: 'import',
  usage:
    'import 文件… [--dry-run] [--overwrite] [--skip-rows] [--year 2021] [--date 2025-01-01] [--site 名称] [--sheet 工作表] ' +
    '[--interval hour|day|month|instant] [--hour-label end|start] [--reason 说明] [--by 姓名]',
  summary: '导入 CSV 或 .xlsx 文件 / import CSV or .xlsx files',
  async run(context) {
    const { config, database, words, options, logger, print } = context;
    if (words.length === 0) throw new UsageError('import 文件…');
    let refused = 0;
    for (const path of words) {
      const { report } = await importUpload(
        {
          pool: database.pool,
          uploadsDir: uploadsDirOf(database.dataDir),
          maxBytes: config.maxUploadBytes,
          maxRows: config.maxUploadRows,
          reached: () => Promise.resolve(),
        },
        commandActor(options),
        { name: basename(path), content: createReadStream(path) },
        toImportOptions(options),
      );
      printReport(renderReport(report, 'zh'), print);
      if (report.status === 'rejected' || report.status === 'needs-overwrite') refused += 1;
    }
    await new Recomputation(database.pool, logger).drain();
    return refused === 0 ? 0 : 1;
  },
};

function toImportOptions(options: CommandContext['options']): ImportOptions {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
  const year = text('year');
  return {
    dryRun: options['dry-run'] === true,
    overwrite: options['overwrite'] === true,
    onError: options['skip-rows'] === true ? 'skip-rows' : 'reject-file',
    ...(year === undefined ? {} : { year: Number(year) }),
    ...defined('date', text('date')),
    ...defined('site', text('site')),
    ...defined('sheet', text('sheet')),
    ...defined('reason', text('reason')),
    ...defined('interval', text('interval') as Interval | undefined),
    ...defined('hourLabel', text('hour-label') as 'end' | 'start' | undefined),
  };
}

function defined<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>);
}

const statusZh = {
  committed: '已入库',
  rejected: '未入库：文件有错误',
  'dry-run': '试读，未入库',
  'needs-overwrite': '未入库：会改动已入库的数值，确认后加 --overwrite',
} as const;

function printReport(report: RenderedReport, print: (line: string) => void): void {
  const { rows } = report;
  print(`${report.fileName}：${statusZh[report.status]}`);
  print(
    `  读取 ${rows.read} 行：新增 ${rows.new}，相同 ${rows.unchanged}，改动 ${rows.changed}，` +
      `重复 ${rows.duplicate}，错误 ${rows.rejected}`,
  );
  for (const notice of report.notices) print(`  注意：${notice}`);
  for (const fault of report.faults.slice(0, shownFaults)) {
    const place = fault.line === 0 ? '' : `第 ${fault.line} 行`;
    const column = fault.column === '' ? '' : `“${fault.column}”`;
    print(`  ${place}${column}：${fault.message}${fault.mend === '' ? '' : `。${fault.mend}`}`);
  }
  if (report.faultCount > shownFaults) print(`  ……共 ${report.faultCount} 处`);
}
