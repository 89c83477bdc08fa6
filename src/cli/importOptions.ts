import { readFile } from 'node:fs/promises';
import type { Interval } from '../domain/family.js';
import { mappingSchema, type Mapping } from '../ingest/decode/mapping.js';
import type { ImportOptions } from '../ingest/importOptions.js';
import {
  choiceOf,
  flagOption,
  textOf,
  textOption,
  UsageError,
  yearOf,
  type CommandContext,
} from './command.js';

const intervals: readonly Interval[] = ['hour', 'day', 'month', 'instant'];

/** The options of uploads, as words of the command line. */
export const importOptionWords = {
  'dry-run': flagOption,
  overwrite: flagOption,
  'skip-rows': flagOption,
  reason: textOption,
  year: textOption,
  date: textOption,
  site: textOption,
  sheet: textOption,
  interval: textOption,
  'hour-label': textOption,
  units: textOption,
  mapping: textOption,
};

export const importOptionHelp = [
  '  --dry-run             试读：只报告，不写入',
  '  --skip-rows           只跳过有错误的行（默认一处错误整个文件不入库）',
  '  --overwrite           以文件为准，改动已入库的数值；请用 --reason 写明原因',
  '  --reason 说明         为什么改，随修订记录保存',
  '  --year 2021           没有年份的时间属于哪一年',
  '  --date 2025-01-01     没有时间列的文件是哪一天的',
  '  --site 名称           没有点位列的文件是哪个点位的',
  '  --sheet 工作表        只读工作簿的这一张（默认读全部有数据的工作表）',
  '  --interval day        hour 小时、day 日、month 月、instant 单次采样',
  '  --hour-label start    小时标签是小时的开始（默认 end：结束）',
  '  --units \'{"CO":"ug/m3"}\'  列名和文件里的单位',
  '  --mapping 文件.json   没有表头或表头写错时，每一列是什么（与接口的 mapping 相同）',
];

/** Reads the options of an import; what cannot be one is a usage error. */
export async function readImportOptions(options: CommandContext['options']): Promise<ImportOptions> {
  const text = (name: string) => textOf(options, name);
  const given = {
    year: yearOf(options),
    date: text('date'),
    site: text('site'),
    sheet: text('sheet'),
    reason: text('reason'),
    interval: choiceOf(options, 'interval', intervals),
    hourLabel: choiceOf(options, 'hour-label', ['end', 'start'] as const),
    units: readUnits(text('units')),
    mapping: await readMapping(text('mapping')),
  };
  return {
    dryRun: options['dry-run'] === true,
    overwrite: options['overwrite'] === true,
    onError: options['skip-rows'] === true ? 'skip-rows' : 'reject-file',
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as Partial<ImportOptions>),
  };
}

function readUnits(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  const parsed = parseJson(text, '--units');
  const isUnits =
    typeof parsed === 'object' &&
    parsed !== null &&
    !Array.isArray(parsed) &&
    Object.values(parsed).every((unit) => typeof unit === 'string');
  if (!isUnits) throw new UsageError('--units: {"CO":"ug/m3"}');
  return parsed as Record<string, string>;
}

async function readMapping(path: string | undefined): Promise<Mapping | undefined> {
  if (path === undefined) return undefined;
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--mapping: ${(error as Error).message}`);
  });
  const parsed = mappingSchema.safeParse(parseJson(content, '--mapping'));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new UsageError(`--mapping: ${faults.join('; ')}`);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message}`);
  }
}
