/** Delimiters that are looked for, in the order of preference when two fit equally. */
export const delimiters = [',', '\t', ';', '||', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

const sampledLines = 20;

/**
 * The delimiter of a text table, from its first lines: the one that splits most of them into the same number of
 * cells. Text within double quotes does not count. `,` when none occurs (a table of one column).
 */
export function detectDelimiter(text: string): Delimiter {
  const lines = text
    .replace(/"[^"]*"/g, '')
    .split(/\r\n|\n|\r/, sampledLines)
    .filter((line) => line.trim() !== '');
  let best: Delimiter = ',';
  let bestScore = 0;
  const doubled = /\|\|/.test(lines[0] ?? '') && !/(?<!\|)\|(?!\|)/.test(lines[0] ?? '');
  for (const delimiter of delimiters) {
    if (delimiter === '|' && doubled) continue;
    const score = scoreOf(delimiter, lines);
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

function scoreOf(delimiter: Delimiter, lines: readonly string[]): number {
  const counts = lines.map((line) => line.split(delimiter).length - 1);
  const tally = new Map<number, number>();
  for (const count of counts) if (count > 0) tally.set(count, (tally.get(count) ?? 0) + 1);
  let score = 0;
  for (const [count, times] of tally)
    score = Math.max(score, times / lines.length + Math.min(count, 50) / 1000);
  return score;
}
