// Microseconds between the epochs of Unix and PostgreSQL (2000-01-01).
const postgresEpochMs = 946_684_800_000;
const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/**
 * Encodes rows in PostgreSQL's binary COPY format into one growing buffer. Call `row` with the number of fields, then
 * one field method per field; `take` hands out what has been encoded so far.
 */
export class CopyEncoder {
  #buffer: Buffer = Buffer.allocUnsafe(1 << 16);
  #view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length);
  #length = 0;

  constructor() {
    signature.copy(this.#buffer);
    this.#length = signature.length;
  }

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

  /** The bytes encoded since the last call; the encoder starts a fresh buffer. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.allocUnsafe(Math.max(1 << 16, this.#buffer.length));
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length);
    this.#length = 0;
    return taken;
  }

  /** The trailer that ends the stream, with whatever was not yet taken before it. */
  finish(): Buffer {
    this.#reserve(2);
    this.#view.setInt16(this.#length, -1);
    this.#length += 2;
    return this.take();
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }
}
