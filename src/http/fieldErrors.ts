import { z } from 'zod';
import { RequestProblem, type FieldError } from './problem.js';

const zhMessages = z.locales.zhCN().localeError;
const enMessages = z.locales.en().localeError;

/**
 * Checks a part of a request against its schema.
 *
 * @param hidden whether refusals leave out the values
 * @returns the parsed value; throws `invalid-request` naming each field, its value and what was expected.
 */
export function parsePart<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: FieldError['in'],
  language: 'zh' | 'en',
  hidden = false,
): z.output<S> {
  const unstorable = findUnstorable(value, []);
  const shown = hidden ? undefined : value;
  if (unstorable) throw refuse([describe(shown, unstorable, where, language, unstorableWords)]);
  const outcome = schema.safeParse(value, { error: enMessages });
  if (outcome.success) return outcome.data;
  const inEnglish = outcome.error.issues;
  // The same faults again, only for the words of the other language.
  const inChinese = schema.safeParse(value, { error: zhMessages }).error?.issues ?? inEnglish;
  const errors = inEnglish.flatMap((issue, index) => {
    const words = { messageZh: inChinese[index]?.message ?? issue.message, messageEn: issue.message };
    const paths =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => describe(shown, path, where, language, words));
  });
  throw refuse(errors);
}

type Words = Pick<FieldError, 'messageZh' | 'messageEn'>;

const unstorableWords: Words = {
  messageZh: '含有无法保存的字符（空字符或残缺的 Unicode 字符）',
  messageEn: 'Contains a character that cannot be stored (NUL or half a Unicode character)',
};

/** Where a text stands that PostgreSQL would refuse, with an error that would look like ours. */
function findUnstorable(value: unknown, path: PropertyKey[]): PropertyKey[] | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const found = isStorable(key) ? findUnstorable(part, [...path, key]) : path;
    if (found) return found;
  }
  return undefined;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Cs}/u.test(text);
}

function describe(
  root: unknown,
  path: readonly PropertyKey[],
  where: FieldError['in'],
  language: 'zh' | 'en',
  words: Words,
): FieldError {
  const message = language === 'zh' ? words.messageZh : words.messageEn;
  return { in: where, path: path.map(String).join('.'), value: describeValue(root, path), message, ...words };
}

function refuse(errors: readonly FieldError[]): RequestProblem {
  const detail = [...new Set(errors.map((error) => error.path || error.in))].join(', ');
  return new RequestProblem('invalid-request', { detail }, { extensions: { errors } });
}

function describeValue(root: unknown, path: readonly PropertyKey[]): string {
  let value = root;
  for (const key of path) {
    value =
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  if (value === undefined) return '';
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200);
}
