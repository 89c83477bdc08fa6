/** Water class as a number: 1–5 are Ⅰ–Ⅴ, 6 is 劣Ⅴ. Better is smaller; compare numbers, never the characters. */
export type WaterGrade = 1 | 2 | 3 | 4 | 5 | 6;

const names: Readonly<Record<WaterGrade, string>> = { 1: 'Ⅰ', 2: 'Ⅱ', 3: 'Ⅲ', 4: 'Ⅳ', 5: 'Ⅴ', 6: '劣Ⅴ' };

const spellings: ReadonlyMap<string, WaterGrade> = new Map<string, WaterGrade>([
  ...(['I', 'II', 'III', 'IV', 'V', '劣V'] as const).map(numbered),
  ...(['1', '2', '3', '4', '5', '6'] as const).map(numbered),
  ...(['一', '二', '三', '四', '五', '劣五'] as const).map(numbered),
  ...(['劣5', '六', 'VI', '劣于V', '超V', 'INFERIORV', 'WORSETHANV'] as const).map(worst),
]);

/**
 * Reads a class from any of its spellings: `Ⅰ`, `I`, `1`, `一`, `劣Ⅴ`, `劣V`, `劣五`, `劣5`, `6`, with or without 类,
 * blanks, full width or small letters.
 *
 * @returns `undefined` for anything else (`-`, `*`, `-1`, `0`, empty); never a guess.
 */
export function parseGrade(text: string): WaterGrade | undefined {
  const folded = text
    .normalize('NFKC')
    .replace(/\s+/g, '')
    .toUpperCase()
    .replace(/^(?:CLASS|GRADE)/, '')
    .replace(/(?:水质|类水质|类水|类|级)$/, '');
  return spellings.get(folded);
}

/** The one form in which classes are stored and printed: `Ⅰ` … `Ⅴ`, `劣Ⅴ`. */
export function formatGrade(grade: WaterGrade): string {
  return names[grade];
}

function numbered(text: string, index: number): [string, WaterGrade] {
  return [text, (index + 1) as WaterGrade];
}

function worst(text: string): [string, WaterGrade] {
  return [text, 6];
}
