import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { neutraliseFormula } from '../domain/formulaText.js';

/**
 * One CSV cell (RFC 4180). Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay
 * numbers, negative ones too.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = neutraliseFormula(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One CSV line with its CRLF. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * Streams batches of lines as a CSV file; a slow reader slows the source down, one that leaves or takes nothing for
 * `idleMs` ends it. The first batch is awaited before anything is sent, so that a failing query still becomes a
 * problem answer. Later failures break the connection off: a file that merely looked complete would be worse.
 */
export async function sendCsv(
  response: Response,
  fileName: string,
  header: readonly string[],
  batches: AsyncIterable<string>,
  idleMs = 120_000,
): Promise<void> {
  const source = batches[Symbol.asyncIterator]();
  const first = await source.next();
  async function* lines(): AsyncGenerator<string> {
    // Excel takes a CSV file for UTF-8 only with the byte order mark.
    yield `\uFEFF${csvLine(header)}`;
    for (let next = first; !next.done; next = await source.next()) yield next.value;
  }
  response
    .status(200)
    .set('Content-Type', 'text/csv; charset=utf-8')
    .set('Content-Disposition', `attachment; filename="${fileName}"`)
    .set('Cache-Control', 'no-store');
  response.setTimeout(idleMs, () => response.destroy());
  try {
    await pipeline(Readable.from(lines()), response);
  } finally {
    await source.return?.();
  }
}
