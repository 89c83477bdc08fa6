const oids = { integer: 23, float: 701 } as const;
const headerBytes = 20;

/**
 * Integers as a PostgreSQL `integer[]` in binary form. The driver would write every element as a text, which for
 * thousands of them takes longer than the statement, here and in the server.
 */
export function integerArray(numbers: ArrayLike<number>): Buffer {
  const { length } = numbers;
  const bytes = Buffer.allocUnsafe(headerBytes + length * 8);
  const view = viewOf(bytes);
  writeHeader(view, oids.integer, length, false);
  for (let index = 0, at = headerBytes; index < length; index += 1, at += 8) {
    view.setInt32(at, 4);
    view.setInt32(at + 4, numbers[index]!);
  }
  return trimmed(bytes, length);
}

/** Numbers as a PostgreSQL `double precision[]` in binary form, NaN as null. */
export function floatArray(numbers: ArrayLike<number>): Buffer {
  const { length } = numbers;
  const bytes = Buffer.allocUnsafe(headerBytes + length * 12);
  const view = viewOf(bytes);
  let at = headerBytes;
  for (let index = 0; index < length; index += 1) {
    const number = numbers[index]!;
    if (Number.isNaN(number)) {
      view.setInt32(at, -1);
      at += 4;
      continue;
    }
    view.setInt32(at, 8);
    view.setFloat64(at + 4, number);
    at += 12;
  }
  writeHeader(view, oids.float, length, at < bytes.length);
  return trimmed(bytes.subarray(0, at), length);
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** One dimension, counted from 1. */
function writeHeader(view: DataView, oid: number, length: number, hasNulls: boolean): void {
  view.setInt32(0, length === 0 ? 0 : 1);
  view.setInt32(4, hasNulls ? 1 : 0);
  view.setInt32(8, oid);
  if (length === 0) return;
  view.setInt32(12, length);
  view.setInt32(16, 1);
}

/** An array without elements has no dimension. */
function trimmed(bytes: Buffer, length: number): Buffer {
  return length === 0 ? bytes.subarray(0, 12) : bytes;
}
