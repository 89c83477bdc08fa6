import { z } from 'zod';
import { alertLabelNames } from './alertRule.js';

/** What silences, routes and inhibitions may ask about: the labels of an alert, its severity and its offices. */
export const matchableNames = [...alertLabelNames, 'severity', 'office'] as const;
export type MatchableName = (typeof matchableNames)[number];

/**
 * One condition on a label. `=~` and `!~` compare with patterns in which `*` stands for any text, `?` for one character and
 * `|` separates alternatives: no regular expressions, whose time nobody can bound.
 */
export const alertMatcherSchema = z.strictObject({
  label: z.enum(matchableNames),
  op: z.enum(['=', '!=', '=~', '!~']),
  value: z.string().max(200),
});
export type AlertMatcher = z.output<typeof alertMatcherSchema>;

/** The values of an alert by name; several only for offices, none where it has no such label. */
export type MatchedValues = Readonly<Partial<Record<MatchableName, readonly string[]>>>;

/** Whether all matchers hold. Of several offices one is enough for `=` and `=~`; the negations want it of none. */
export function matchesAll(matchers: readonly AlertMatcher[], values: MatchedValues): boolean {
  return matchers.every(({ label, op, value }) => {
    // A label that an alert does not have is the empty text, as receivers of alerts have it.
    const own = values[label] ?? [];
    const held = own.length === 0 ? [''] : own;
    const test =
      op === '=' || op === '!='
        ? (text: string) => text === value
        : (text: string) => matchesGlob(value, text);
    return held.some(test) === (op === '=' || op === '=~');
  });
}

/** Whether a text matches a pattern of `*`, `?` and `|`, in time proportional to their lengths' product at most. */
export function matchesGlob(pattern: string, text: string): boolean {
  return pattern.split('|').some((alternative) => matchesOne(alternative, text));
}

function matchesOne(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t]) && pattern[p] !== '*') {
      p += 1;
      t += 1;
    } else if (pattern[p] === '*') {
      star = p;
      mark = t;
      p += 1;
    } else if (star >= 0) {
      // The last star takes one character more.
      mark += 1;
      p = star + 1;
      t = mark;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
