/** The pairs of neighbouring characters of a text, brackets and blanks left out. */
export function pairsOf(text: string): ReadonlySet<string> {
  const bare = text.replace(/[()（）\s]/g, '');
  if (bare.length < 2) return new Set([bare]);
  return new Set(Array.from({ length: bare.length - 1 }, (_, index) => bare.slice(index, index + 2)));
}

/** The share of pairs that two texts have in common, 0 to 1. */
export function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}
