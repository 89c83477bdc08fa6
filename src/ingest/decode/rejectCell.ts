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
  const shown = value.length > maxValueLength ? value.slice(0, maxValueLength) : value;
  return { line, column, value: shown, code: fault.code, params: { column, value: shown, ...fault.params } };
}

/** A rejection of the file as a whole (line 0). */
export function rejectFile(
  code: MessageCode,
  params: Readonly<Record<string, string | number>> = {},
): Rejection {
  return { line: 0, column: '', value: '', code, params };
}
