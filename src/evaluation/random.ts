/** A seeded source of numbers in [0, 1); the same seed text gives the same numbers everywhere. */
export type Random = () => number;

/** FNV-1a (32 bit) of a text's UTF-16 units. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

/** The generator mulberry32: small, fast and good enough to draw blocks; not for secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number in [0, bound). */
export function drawBelow(random: Random, bound: number): number {
  return Math.floor(random() * bound);
}
