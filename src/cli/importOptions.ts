import { readFile } from 'node:fs/promises';
import type { ImportOptions } from '../ingest/importOptions.js';
import { uploadOptionsSchema } from '../ingest/uploadOptions.js';
import { flagOption, textOf, textOption, UsageError, type CommandContext } from './command.js';

type OptionName = keyof typeof uploadOptionsSchema.shape;

/** Words with a text, by the option of uploads that each is. */
const textWords = {
  reason: 'reason',
  year: 'year',
  date: 'date',
  site: 'site',
  sheet: 'sheet',
  interval: 'interval',
  'hour-label': 'hourLabel',
  units: 'units',
  mapping: 'mapping',
  source: 'source',
  'detection-limits': 'detectionLimits',
  'ignore-columns': 'ignoreColumns',
  'unknown-site-columns': 'unknownSiteColumns',
  delimiter: 'delimiter',
} as const satisfies Readonly<Record<string, OptionName>>;

const flagWords = {
  'dry-run': 'dryRun',
  overwrite: 'overwrite',
  'create-sites': 'createSites',
  'save-mapping': 'saveMapping',
} as const satisfies Readonly<Record<string, OptionName>>;

type TextWord = keyof typeof textWords;
type FlagWord = keyof typeof flagWords;

/** The options of uploads, as words of the command line. */
export const importOptionWords = {
  ...(Object.fromEntries(Object.keys(textWords).map((word) => [word, textOption])) as Record<
    TextWord,
    typeof textOption
  >),
  ...(Object.fromEntries(Object.keys(flagWords).map((word) => [word, flagOption])) as Record<
    FlagWord,
    typeof flagOption
  >),
  'skip-rows': flagOption,
};

export const importOptionHelp = [
  '  --dry-run             试读：只报告，不写入',
  '  --skip-rows           只跳过有错误的行（默认一处错误整个文件不入库）',
  '  --overwrite           以文件为准，改动已入库的数值；请用 --reason 写明原因',
  '  --reason 说明         为什么改，随修订记录保存',
  '  --source 来源代码     按这个来源保存的设置读取；命令里写明的优先',
  '  --save-mapping        与 --source 同用：入库后把这次的列对应关系存为该来源的设置',
  '  --year 2021           没有年份的时间属于哪一年',
  '  --date 2025-01-01     没有时间列的文件是哪一天的',
  '  --site 名称           没有点位列的文件是哪个点位的',
  '  --create-sites        没有登记过的点位随文件登记（默认作为错误报告）',
  '  --unknown-site-columns ignore  每个点位一列的表里，没有登记过的点位列不读（默认 reject：报错）',
  '  --sheet 工作表        只读工作簿的这一张（默认读全部有数据的工作表）',
  '  --delimiter ";"       文本表的分隔符：逗号、分号、| 、|| 或 tab（默认自动识别）',
  '  --interval day        hour 小时、day 日、month 月、instant 单次采样',
  '  --hour-label start    小时标签是小时的开始（默认 end：结束）',
  '  --units \'{"CO":"ug/m3"}\'  列名和文件里的单位',
  '  --detection-limits \'{"氨氮":0.025}\'  列名或指标的检出限，用于只写 ND、未检出的格子',
  '  --ignore-columns \'["备用站"]\'  不读的列',
  '  --mapping 文件.json   没有表头或表头写错时，每一列是什么（与接口的 mapping 相同）',
];

/** Reads the options of an import with the schema of uploads; what cannot be one is a usage error. */
export async function readImportOptions(options: CommandContext['options']): Promise<ImportOptions> {
  const given: Partial<Record<OptionName, string>> = {};
  for (const [word, name] of Object.entries(textWords)) {
    const text = textOf(options, word);
    if (text !== undefined) given[name] = text;
  }
  for (const [word, name] of Object.entries(flagWords)) if (options[word] === true) given[name] = 'true';
  if (given.mapping !== undefined) given.mapping = await readMappingFile(given.mapping);
  // A tab is hard to write on a command line.
  if (given.delimiter === 'tab' || given.delimiter === '\\t') given.delimiter = '\t';
  const parsed = uploadOptionsSchema.safeParse(given);
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(describeIssue).join('\n'));
  const onError = options['skip-rows'] === true ? 'skip-rows' : 'reject-file';
  return { dryRun: false, overwrite: false, ...parsed.data, onError };
}

function describeIssue({
  path,
  message,
}: {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}): string {
  const [name, ...within] = path.map(String);
  const words: readonly (readonly [string, string])[] = Object.entries({ ...textWords, ...flagWords });
  const word = words.find(([, option]) => option === name)?.[0] ?? String(name);
  return `--${word}: ${within.length === 0 ? '' : `${within.join('.')}: `}${message}`;
}

async function readMappingFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--mapping: ${(error as Error).message}`);
  });
}
