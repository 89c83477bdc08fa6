import { z } from 'zod';

/** Text of a yes-or-no option. */
export const booleanText = z
  .enum(['true', 'false', '1', '0'])
  .transform((text) => text === 'true' || text === '1');

// Years that the database and the calendar of this service can both hold. A refinement, since a second pattern would
// take the format out of the document.
const isSensibleYear = (text: string): boolean => /^(19|20|21)\d\d-/.test(text);
const sensibleYears = '年份应在 1900 至 2199 之间 / a year from 1900 to 2199';

/** A Beijing day, YYYY-MM-DD. */
export const dayText = z.iso.date().refine(isSensibleYear, { error: sensibleYears });

/** A Beijing day or an RFC 3339 instant. */
export const momentText = z.union([
  dayText,
  z.iso.datetime({ offset: true }).refine(isSensibleYear, { error: sensibleYears }),
]);

/**
 * A text that holds JSON of a shape.
 *
 * @param example what a correct text looks like
 */
export function jsonText<S extends z.ZodType>(shape: S, example: string, maxLength = 100_000) {
  return z
    .string()
    .max(maxLength)
    .transform((text, context): unknown => {
      const refuse = (message: string) => {
        context.issues.push({ code: 'custom', message, input: text });
        return z.NEVER;
      };
      let parsed: unknown;
      try {
        parsed = JSON.parse(text);
      } catch {
        return refuse(`JSON: ${example}`);
      }
      return isStorable(parsed) ? parsed : refuse(unstorableText);
    })
    .pipe(shape);
}

const unstorableText =
  '含有无法保存的字符（空字符或残缺的 Unicode 字符） / holds a character that cannot be stored (NUL or half a Unicode character)';

/** Whether the database can keep all texts of a value: written as escapes, NUL and half pairs pass every other check. */
function isStorable(value: unknown): boolean {
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string' && (next.includes('\0') || /\p{Cs}/u.test(next))) return false;
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, part] of Object.entries(next)) waiting.push(key, part);
  }
  return true;
}
