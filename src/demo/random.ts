/** A source of repeatable randomness: the same name always gives the same sequence, on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** About normal, mean 0, standard deviation 1, never beyond ±3.47. */
  normal(): number;
}

/**
 * Makes the sequence that belongs to a name (mulberry32 seeded by FNV-1a of the name). One name per series keeps the
 * series independent: a change of one leaves the others as they were.
 */
export function createRandom(name: string): Random {
  let state = 0x811c9dc5;
  for (const char of name) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  // A sum of four uniforms has variance 1/3; sums need no logarithm, whose last digit may differ between engines.
  return { next, normal: () => (next() + next() + next() + next() - 2) * Math.sqrt(3) };
}

/** Rounds to a number of decimals, free of binary residue (2.30000004 becomes 2.3). */
export function roundTo(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
