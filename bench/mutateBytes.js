/** Damaged variants of real bytes, the same for the same seed. */
import { Buffer } from 'node:buffer';

/** Numbers from 0 up to a limit, the same for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const pieces = ['"', '""', ',', '\t', '||', ';', '\r', '\n', '\0', '\ufeff', '\u2028', '\u202e', '９', '%', 'L', '<', '-', '1e309',
  '0.0000000000000000000000001', '99999999999999999999', 'NaN', '断流', '24:00', '2024-02-30', '=1+1', '\ud800'].map((piece) =>
  Buffer.from(piece)); // prettier-ignore

/** Flips, cuts, repeats and inserts; now and then the bytes as they are. */
export function mutateBytes(bytes, random) {
  let damaged = Buffer.from(bytes);
  if (damaged.length === 0) return damaged;
  const steps = random(20) === 0 ? 0 : 1 + random(random(4) === 0 ? 200 : 6);
  for (let step = 0; step < steps; step += 1) damaged = mutateOnce(damaged, random);
  return damaged;
}

function mutateOnce(bytes, random) {
  const at = random(bytes.length + 1);
  switch (random(8)) {
    case 0:
    case 1:
    case 2:
      if (at < bytes.length) bytes[at] ^= 1 << random(8);
      return bytes;
    case 3:
      if (at < bytes.length) bytes[at] = random(256);
      return bytes;
    case 4:
      return Buffer.concat([bytes.subarray(0, at), pieces[random(pieces.length)], bytes.subarray(at)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(40))]);
    case 6: {
      const piece = bytes.subarray(at, at + random(300));
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
    }
    default:
      return random(6) === 0 ? bytes.subarray(0, at + 1) : bytes;
  }
}

/** A stretch of at most `limit` bytes, from the beginning, that ends with a line; archives stay whole. */
export function cutToLines(bytes, limit) {
  if (bytes.length <= limit || bytes.subarray(0, 2).toString('latin1') === 'PK') return bytes;
  const end = bytes.lastIndexOf(0x0a, limit);
  return bytes.subarray(0, end > 0 ? end + 1 : limit);
}
