import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { createCatalogueService } from '../../app/catalogueService.js';
import { isDay } from '../../domain/calendar.js';
import { commandActor, textOption, UsageError, type Command } from '../command.js';
import { exitCodes } from '../exitCodes.js';

const day = z.string().refine(isDay, 'YYYY-MM-DD');
const text = z.string().trim().min(1);
const planSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  document: text,
  titleZh: text,
  issued: day,
  effective: day,
  due: day,
});
const targetSchema = z.strictObject({
  id: z.int().positive().optional(),
  planId: text,
  effective: day,
  document: text,
  definition: z.record(z.string(), z.unknown()),
});

/** Adds a plan from a JSON file. */
export const planCommand: Command = {
  name: 'plan',
  usage: 'plan add 文件.json [--by 姓名]',
  summary: '增加一份方案 / add a plan: {id, document, titleZh, issued, effective, due}',
  help: ['', '示例：', '  npm run --silent cli -- plan add 方案.json --by 张三'],
  options: { by: textOption },
  async run({ open, words, options, print }) {
    const input = await readInput(words, planSchema, 'plan add 文件.json');
    const made = await createCatalogueService((await open()).pool, () => undefined).createPlan(
      commandActor(options),
      input,
    );
    print(JSON.stringify(made));
    return exitCodes.ok;
  },
};

/** Adds a target, or a new version of one, from a JSON file. */
export const targetCommand: Command = {
  name: 'target',
  usage: 'target put 文件.json [--by 姓名]',
  summary: '增加目标，或（带 id）增加其新版本 / add a target or, with id, a new version of one',
  help: ['', '示例：', '  npm run --silent cli -- target put 目标.json --by 张三'],
  options: { by: textOption },
  async run({ open, words, options, print }) {
    const input = await readInput(words, targetSchema, 'target put 文件.json');
    const { id, ...rest } = input;
    const made = await createCatalogueService((await open()).pool, () => undefined).putTarget(
      commandActor(options),
      {
        ...rest,
        ...(id === undefined ? {} : { id }),
      },
    );
    print(JSON.stringify(made));
    return exitCodes.ok;
  },
};

async function readInput<T>(words: readonly string[], schema: z.ZodType<T>, usage: string): Promise<T> {
  const [verb, file] = words;
  if (file === undefined || (verb !== 'add' && verb !== 'put')) throw new UsageError(usage);
  const content = JSON.parse(await readFile(file, 'utf8')) as unknown;
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`${file}: ${faults.join('; ')}`);
}
