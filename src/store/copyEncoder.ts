// Microseconds between the epochs of Unix and PostgreSQL (2000-01-01).
const postgresEpochMs = 946_684_800_000;
/** What a binary COPY stream begins with. */
export const copyHeader: Buffer = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** What a binary COPY stream ends with. */
export const copyTrailer: Buffer = Buffer.from([0xff, 0xff]);

// Above the size up to which buffers share a pool: each is a piece of memory of its own.
const initialBytes = 1 << 16;

/**
 * Encodes rows in PostgreSQL's binary COPY format into one growing buffer. Call `row` with the number of fields, then
 * one field method per field; `take` hands out what has been encoded so far. `copyHeader` goes before the first row,
 * `copyTrailer` behind the last.
 */
export class CopyEncoder {
  #buffer: Buffer = Buffer.allocUnsafe(initialBytes);
  #view = viewOf(this.#buffer);
  #length = 0;
  #lent: Buffer | undefined;
  #spare: Buffer | undefined;

  row(fields: number): void {
    this.#reserve(2);
    this.#view.setInt16(this.#length, fields);
    this.#length += 2;
  }

  null(): void {
    this.#reserve(4);
    this.#view.setInt32(this.#length, -1);
    this.#length += 4;
  }

  int4(value: number): void {
    this.#reserve(8);
    this.#view.setInt32(this.#length, 4);
    this.#view.setInt32(this.#length + 4, value);
    this.#length += 8;
  }

  float8(value: number): void {
    this.#reserve(12);
    this.#view.setInt32(this.#length, 8);
    this.#view.setFloat64(this.#length + 4, value);
    this.#length += 12;
  }

  /** Epoch milliseconds as timestamptz. */
  timestamptz(epochMs: number): void {
    this.#reserve(12);
    const micros = Math.round((epochMs - postgresEpochMs) * 1000);
    const high = Math.floor(micros / 0x1_0000_0000);
    this.#view.setInt32(this.#length, 8);
    this.#view.setInt32(this.#length + 4, high);
    this.#view.setUint32(this.#length + 8, micros - high * 0x1_0000_0000);
    this.#length += 12;
  }

  text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.#reserve(4 + bytes);
    this.#view.setInt32(this.#length, bytes);
    this.#buffer.write(value, this.#length + 4, 'utf8');
    this.#length += 4 + bytes;
  }

  /** Bytes encoded and not yet taken. */
  get size(): number {
    return this.#length;
  }

  /** The bytes encoded since the last call; the encoder goes on in other memory. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#lent = this.#buffer;
    this.#use(this.#spare ?? Buffer.allocUnsafe(this.#buffer.length));
    this.#spare = undefined;
    this.#length = 0;
    return taken;
  }

  /** Says that the bytes last taken have been sent: their memory is used again. */
  giveBack(): void {
    this.#spare = this.#lent;
    this.#lent = undefined;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#use(grown);
  }

  #use(buffer: Buffer): void {
    this.#buffer = buffer;
    this.#view = viewOf(buffer);
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
