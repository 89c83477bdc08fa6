/**
 * The length of the UTF-8 sequence at `at`, 0 when there is no valid one: overlong forms, surrogates, and code points
 * above U+10FFFF are invalid, as in Go.
 */
export function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = at + 1 < end ? bytes[at + 1]! : 0;
  if (first < 0xe0) return isContinuation(second) ? 2 : 0;
  const third = at + 2 < end ? bytes[at + 2]! : 0;
  if (first < 0xf0) {
    const from = first === 0xe0 ? 0xa0 : 0x80;
    const to = first === 0xed ? 0x9f : 0xbf;
    return second >= from && second <= to && isContinuation(third) ? 3 : 0;
  }
  const fourth = at + 3 < end ? bytes[at + 3]! : 0;
  const from = first === 0xf0 ? 0x90 : 0x80;
  const to = first === 0xf4 ? 0x8f : 0xbf;
  return second >= from && second <= to && isContinuation(third) && isContinuation(fourth) ? 4 : 0;
}

function isContinuation(code: number): boolean {
  return (code & 0xc0) === 0x80;
}

/** Whether the bytes from `start` up to `end` are UTF-8. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end;) {
    const length = sequenceLength(bytes, at, end);
    if (length === 0) return false;
    at += length;
  }
  return true;
}
