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
      try {
        return JSON.parse(text);
      } catch {
        context.issues.push({ code: 'custom', message: `JSON: ${example}`, input: text });
        return z.NEVER;
      }
    })
    .pipe(shape);
}
