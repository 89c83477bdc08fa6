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
    .replace(/"[^"]*"/g, 'x')
    .split(/\r\n|\n|\r/, sampledLines)
    .filter((line) => line.trim() !== '');
  let best: Delimiter = ',';
  let bestScore = 0;
  // Blank cells between single bars look like double ones: of the two, the one that cuts more evenly.
  const bar = shareOf('||', lines) >= shareOf('|', lines) ? '||' : '|';
  for (const delimiter of delimiters) {
    if (delimiter.startsWith('|') && delimiter !== bar) continue;
    const score = scoreOf(delimiter, lines);
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

/** The share of lines in the most frequent number of cells, with a little more for more cells. */
function scoreOf(delimiter: Delimiter, lines: readonly string[]): number {
  const counts = countsOf(delimiter, lines);
  let score = 0;
  for (const [count, times] of counts)
    score = Math.max(score, times / lines.length + Math.min(count, 50) / 1000);
  return score;
}

function shareOf(delimiter: Delimiter, lines: readonly string[]): number {
  return Math.max(0, ...countsOf(delimiter, lines).values()) / Math.max(1, lines.length);
}

/** How many lines have how many delimiters, lines without any left out. */
function countsOf(delimiter: Delimiter, lines: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const line of lines) {
    const count = line.split(delimiter).length - 1;
    if (count > 0) counts.set(count, (counts.get(count) ?? 0) + 1);
  }
  return counts;
}
