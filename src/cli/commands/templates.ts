import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTemplateService } from '../../app/templateService.js';
import { printable } from '../../app/terminalTable.js';
import { textOf, textOption, UsageError, usualJudgeDate, yearOf, type Command } from '../command.js';
import { exitCodes } from '../exitCodes.js';

/** Writes the workbooks in which offices report. */
export const templateCommand: Command = {
  name: 'template',
  usage: 'template 单位代码|all [--year 2025] [--out 目录]',
  summary: '生成各单位的报送表（Excel）/ write the workbooks in which offices report',
  help: [
    '',
    '不写单位代码时列出各单位及其指标数。报送表里已填好该单位负责的指标、期间和单位，填好数值后可直接导入。',
    '',
    '选项：',
    '  --year 2025   报送年度；默认为当前判定的年度，方案都已到期时为最后一年',
    '  --out 目录    写到哪里；默认当前目录，已有的同名文件会被替换',
    '',
    '示例：',
    '  npm run --silent cli -- template',
    '  npm run --silent cli -- template agriculture --year 2025',
    '  npm run --silent cli -- template all --year 2025 --out 报送表/',
  ],
  options: { year: textOption, out: textOption },
  async run({ config, open, words, options, print }) {
    const year = yearOf(options);
    const [wanted, ...rest] = words;
    if (rest.length > 0) throw new UsageError('template 单位代码|all');
    const templates = createTemplateService((await open()).pool, () => usualJudgeDate(config));
    const list = await templates.list(year);
    if (wanted === undefined) {
      for (const { office, nameZh, figures } of list.items)
        print(`${office}\t${nameZh}\t${list.year}\t${figures}`);
      return exitCodes.ok;
    }
    const chosen = list.items.filter(({ office, figures }) =>
      wanted === 'all' ? figures > 0 : office === wanted,
    );
    if (chosen.length === 0) {
      const known = list.items.map(({ office }) => office).join('、');
      throw new UsageError(
        wanted === 'all' ? `${list.year} 年没有要报送的指标` : `没有单位 ${wanted}（有 ${known}）`,
      );
    }
    const directory = textOf(options, 'out') ?? '.';
    await mkdir(directory, { recursive: true });
    for (const { office, nameZh } of chosen) {
      const file = await templates.write(office, list.year);
      if (file === undefined) throw new UsageError(`${nameZh} ${list.year} 年没有要报送的指标`);
      const path = join(directory, safeFileName(file.fileName));
      await writeWhole(path, file.content);
      print(path);
    }
    return exitCodes.ok;
  },
};

/** Office names are somebody's text: they must not lead out of the directory. */
function safeFileName(name: string): string {
  return printable(name).replace(/[\\/:*?"<>|\uFFFD]/g, '_');
}

/** Half a workbook must not stand where a whole one is expected. */
async function writeWhole(path: string, content: AsyncIterable<Buffer>): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    await writeFile(part, content);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}
