import type { MessageCode } from '../../domain/messages.js';
import type { Rejection } from '../../domain/rejection.js';

/** A fault without its place: what a cell parser can say about a text. */
export interface Fault {
  readonly code: MessageCode;
  readonly params?: Readonly<Record<string, string | number>>;
}

const maxValueLength = 200;

/**
 * A rejection of one cell (or, with an empty column, of a line). The value is cut to 200 characters; column and
 * value are also parameters, so that every message can name them.
 */
export function rejectCell(line: number, column: string, value: string, fault: Fault): Rejection {
  const shown = copyText(value.slice(0, maxValueLength));
  return { line, column, value: shown, code: fault.code, params: { column, value: shown, ...fault.params } };
}

/**
 * The same text in memory of its own: a cell is a slice of the stretch of the file it was cut from, and a thousand kept
 * faults would keep a thousand stretches.
 */
function copyText(text: string): string {
  // Lone surrogates stay what they are, as they would not in UTF-8.
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** A rejection of the file as a whole (line 0). */
export function rejectFile(
  code: MessageCode,
  params: Readonly<Record<string, string | number>> = {},
): Rejection {
  return { line: 0, column: '', value: '', code, params };
}
