import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { createFaultPoint } from '../../app/faultPoint.js';
import { uploadsDirOf } from '../../app/services.js';
import { printable } from '../../app/terminalTable.js';
import { createUploadService } from '../../app/uploadService.js';
import { Recomputation } from '../../assessment/recompute.js';
import { prepareImpact } from '../../assessment/verdictImpact.js';
import { DomainError } from '../../domain/domainError.js';
import { formatMend, formatMessage } from '../../domain/messages.js';
import { applySource } from '../../ingest/applySource.js';
import { readingOptions, type ImportOptions } from '../../ingest/importOptions.js';
import { findCommitted } from '../../store/uploads.js';
import {
  commandActor,
  flagOption,
  textOption,
  UsageError,
  usualJudgeDate,
  type Command,
  type CommandContext,
} from '../command.js';
import { exitCodes } from '../exitCodes.js';
import { walkFiles, type FoundFile, type Walk } from '../fileWalk.js';
import { importOptionHelp, importOptionWords, readImportOptions } from '../importOptions.js';
import { describeReport, outcomeOf, summarise, type FileOutcome } from '../importSummary.js';
import { Progress } from '../progress.js';

/** Imports files and folders with the same judgement as uploads over HTTP. */
export const importCommand: Command = {
  name: 'import',
  usage:
    'import 文件或文件夹… [--dry-run] [--skip-rows] [--overwrite --reason 原因] [--again] [--json] [选项]',
  summary: '导入 CSV、.xlsx 文件或整个文件夹 / import files and folders',
  help: [
    '',
    '每个文件一个事务：要么全部写入，要么完全不写。中断后再运行同一命令，已导入过的文件（内容和选项都相同）会跳过，',
    '从断点继续。文件夹按名称顺序逐层读取，隐藏文件和临时文件（.DS_Store、~$ 开头的等）不读。',
    '',
    '选项：',
    ...importOptionHelp,
    '  --again               已导入过的文件也再导入一次',
    '  --json                每个文件输出一行 JSON，内容与接口的上传结果相同；汇总写到标准错误',
    '  --by 姓名             谁在导入，记入审计',
    '',
    '示例：',
    '  npm run --silent cli -- import 2025年11月.csv --dry-run',
    '  npm run --silent cli -- import 存档/ --skip-rows',
    '  npm run --silent cli -- import 更正.xlsx --overwrite --reason 仪器校准后更正 --by 张三',
    '  npm run --silent cli -- import 存档/ --json > 结果.jsonl',
  ],
  options: { ...importOptionWords, again: flagOption, json: flagOption, by: textOption },
  async run(context) {
    const { words, options, tell } = context;
    if (words.length === 0) throw new UsageError('没有写要导入的文件 / no file is named');
    const importOptions = await readImportOptions(options);
    const { files, left } = await walkNamed(words);
    for (const { path, why } of left) tell(printable(`不读 ${path}（${why}）`));
    const importer = await createImporter(context, importOptions);
    const progress = new Progress(
      files.length,
      files.reduce((sum, { bytes }) => sum + bytes, 0),
      process.stderr,
    );
    const outcomes: FileOutcome[] = [];
    try {
      for (const file of files) {
        progress.begin(file.path);
        const outcome = await importer.take(file, (bytes) => progress.advance(bytes));
        outcomes.push(outcome);
        progress.clear();
        show(context, file.path, outcome);
      }
      await importer.finish();
    } finally {
      progress.clear();
      const say = options['json'] === true ? tell : context.print;
      say('');
      say(summarise(outcomes));
      const skipped = outcomes.filter(({ kind }) => kind === 'skipped').length;
      if (skipped > 0) say(`跳过 ${skipped} 个已导入过的文件；要再导入一次请加 --again`);
      if (outcomes.length < files.length) say(`还有 ${files.length - outcomes.length} 个文件没有处理`);
    }
    return exitCodeOf(outcomes);
  },
};

async function walkNamed(words: readonly string[]): Promise<Walk> {
  try {
    return await walkFiles(words);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UsageError(
      printable(`没有这个文件或文件夹 / no such file: ${(error as NodeJS.ErrnoException).path}`),
    );
  }
}

/** Takes files one by one; a file that cannot be read does not keep the others from being imported. */
async function createImporter(
  { config, open, options, logger }: CommandContext,
  importOptions: ImportOptions,
) {
  const { pool, dataDir } = await open();
  const recomputation = new Recomputation(pool, logger);
  const uploads = createUploadService(
    {
      pool,
      uploadsDir: uploadsDirOf(dataDir),
      maxBytes: config.maxUploadBytes,
      maxRows: config.maxUploadRows,
      reached: createFaultPoint(config.faultPoint, () => undefined),
      async prepareImpact() {
        await recomputation.drain();
        return prepareImpact(pool, usualJudgeDate(config));
      },
    },
    undefined,
    () => new Date(),
  );
  const actor = commandActor(options);
  const skips = options['again'] !== true && !importOptions.dryRun;

  // Uploads are recorded with what was taken from their source.
  const findBefore = async (sha256: string) => {
    const { options: asRead } = await applySource(pool, importOptions);
    return findCommitted(pool, sha256, readingOptions(asRead));
  };
  const take = async (file: FoundFile, read: (bytes: number) => void): Promise<FileOutcome> => {
    const sha256 = await hashOf(file.path);
    const before = skips ? await findBefore(sha256) : undefined;
    if (before !== undefined) {
      read(file.bytes);
      return { kind: 'skipped', uploadId: before.id };
    }
    const content = Readable.from(counted(file.path, read));
    // The name goes into records and onto pages; a path of this machine has no business there.
    const name = printable(basename(file.path));
    return outcomeOf(await uploads.upload(actor, { name, content }, importOptions, 'zh'), importOptions);
  };
  return {
    take: (file: FoundFile, read: (bytes: number) => void) =>
      take(file, read).catch((error: unknown) => outcomeOfError(error)),
    finish: () => recomputation.drain(),
  };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function* counted(
  path: string,
  read: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    read(chunk.length);
    yield chunk;
  }
}

const unreadable = new Set(['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'EIO', 'ELOOP', 'ENXIO']);

/** Refusals and files that cannot be read concern one file; anything else ends the run. */
function outcomeOfError(error: unknown): FileOutcome {
  if (error instanceof DomainError) {
    const words = [formatMessage(error.code, 'zh', error.params), formatMend(error.code, 'zh', error.params)];
    return { kind: 'refused', message: words.filter((word) => word !== '').join('。') };
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  const ofFile = (syscall === 'open' || syscall === 'read') && unreadable.has(code ?? '');
  if (!ofFile) throw error;
  return { kind: 'failed', message: (error as Error).message };
}

function show({ options, print, tell }: CommandContext, path: string, outcome: FileOutcome): void {
  if (options['json'] === true) {
    if ('report' in outcome) print(JSON.stringify({ path, ...outcome.report }));
    else if (outcome.kind === 'skipped')
      print(JSON.stringify({ path, status: 'skipped', id: outcome.uploadId }));
    else print(JSON.stringify({ path, status: outcome.kind, message: outcome.message }));
    return;
  }
  if ('report' in outcome) for (const line of describeReport(path, outcome.report)) print(line);
  else if (outcome.kind === 'skipped')
    tell(printable(`${path}：已导入过（上传编号 ${outcome.uploadId}），跳过`));
  else print(printable(`${path}：${outcome.kind === 'failed' ? '读取失败' : '未入库'}：${outcome.message}`));
}

function exitCodeOf(outcomes: readonly FileOutcome[]): number {
  const has = (kind: FileOutcome['kind']) => outcomes.some((outcome) => outcome.kind === kind);
  if (has('failed')) return exitCodes.failed;
  if (has('refused')) return exitCodes.refused;
  return has('needs-overwrite') ? exitCodes.needsOverwrite : exitCodes.ok;
}
