/** What a number format makes of a stored number. */
export type NumberKind = 'number' | 'percent' | 'date' | 'datetime' | 'month' | 'year' | 'time' | 'duration';

// ECMA-376 18.8.30, and its lists for Chinese locales (27–36, 50–58).
const builtIn: Readonly<Record<number, NumberKind>> = {
  9: 'percent', 10: 'percent',
  14: 'date', 15: 'date', 16: 'date', 17: 'month', 18: 'time', 19: 'time', 20: 'time', 21: 'time', 22: 'datetime',
  27: 'month', 28: 'date', 29: 'date', 30: 'date', 31: 'date', 32: 'time', 33: 'time', 34: 'time', 35: 'time', 36: 'month',
  45: 'duration', 46: 'duration', 47: 'duration',
  50: 'month', 51: 'date', 52: 'month', 53: 'date', 54: 'date', 55: 'time', 56: 'time', 57: 'month', 58: 'date',
}; // prettier-ignore

/** The kind of a built-in format, for ids that the workbook does not define itself. */
export function builtInKind(formatId: number): NumberKind {
  return builtIn[formatId] ?? 'number';
}

/** Characters of a format that are looked at; Excel allows 255. */
const maxFormatLength = 1_000;

/** The kind of a format code such as `yyyy"年"m"月"d"日"`, `0.0%` or `[$-804]h:mm`. */
export function formatKind(code: string): NumberKind {
  const plain = bareSection(code.slice(0, maxFormatLength).toLowerCase());
  if (plain.includes('general') || plain.includes('通用格式')) return 'number';
  // 0, # and ? are places of digits, except for fractions of a second.
  const isNumeric = /[0#?]/.test(plain.replace(/s\.0+/g, 's'));
  if (isNumeric) return plain.includes('%') ? 'percent' : 'number';
  if (/\[(?:h+|m+|s+)\]/.test(plain)) return 'duration';
  const runs = plain.replace(/am\/pm|a\/p|上午\/下午/g, 'h').match(/y+|e+|b+|m+|d+|a{3,}|h+|s+/g) ?? [];
  const kinds = runs.map((run, index) => (run.startsWith('m') ? monthOrMinute(runs, index) : (run[0] ?? '')));
  const has = (...letters: string[]): boolean => letters.some((letter) => kinds.includes(letter));
  const hasClock = has('h', 's', 'minute');
  const hasDay = has('d', 'a');
  if (hasDay) return hasClock ? 'datetime' : 'date';
  if (has('m')) return hasClock ? 'datetime' : 'month';
  if (has('y', 'e', 'b')) return hasClock ? 'datetime' : 'year';
  if (hasClock) return 'time';
  return plain.includes('%') ? 'percent' : 'number';
}

/** The first section without quoted text, escaped characters, colours, conditions and locales. */
function bareSection(code: string): string {
  const bare = code
    .replace(/"[^"]*"?/g, '')
    .replace(/[\\_*]./g, '')
    .replace(/\[(?!(?:h+|m+|s+)\])[^\]]*\]?/g, '');
  return bare.split(';')[0] ?? '';
}

function monthOrMinute(runs: readonly string[], index: number): string {
  const before = runs[index - 1];
  const after = runs[index + 1];
  return before?.startsWith('h') === true || after?.startsWith('s') === true ? 'minute' : 'm';
}
