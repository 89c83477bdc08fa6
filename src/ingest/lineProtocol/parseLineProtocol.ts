import type { Rejection } from '../../domain/rejection.js';
import type { LineFault } from './lineFault.js';
import type { LineField, LinePoint } from './linePoint.js';
import { LineScanner, type LineScannerOptions } from './lineScanner.js';
import { fieldKind } from './pointOffsets.js';

/** A point with the line on which it begins. */
export interface ParsedPoint extends LinePoint {
  /** 1-based. */
  readonly line: number;
}

/** What a text of line protocol says. */
export interface ParsedLines {
  readonly points: readonly ParsedPoint[];
  /** The first faults, as many as the options allow. */
  readonly rejected: readonly LineFault[];
  /** All faulty entries, also those that `rejected` has no room for. */
  readonly rejectedCount: number;
}

/**
 * Reads a whole text of line protocol into objects: for tests and for small inputs. Bodies of writes go through
 * `LineScanner`, which makes no objects. A line of six bytes becomes a point of a few hundred, so that the result can
 * be a hundred times as large as the input.
 */
export function parseLineProtocol(bytes: Uint8Array, options: LineScannerOptions = {}): ParsedLines {
  const scanner = new LineScanner(options);
  const points: ParsedPoint[] = [];
  scanner.open(bytes);
  while (scanner.next()) points.push(pointOf(scanner));
  return { points, rejected: scanner.faults, rejectedCount: scanner.faultCount };
}

/** The entry that a scanner has just read, as an object that outlives it. */
export function pointOf(scanner: LineScanner): ParsedPoint {
  const tags = Array.from(
    { length: scanner.tagCount },
    (_, tag) => [scanner.tagKey(tag), scanner.tagValue(tag)] as const,
  );
  const fields = Array.from({ length: scanner.fieldCount }, (_, field) => fieldOf(scanner, field));
  const { epochMs, nanoseconds } = scanner;
  const time = scanner.hasTime ? { epochMs, nanoseconds } : null;
  return { line: scanner.entryLine, measurement: scanner.measurement(), tags, fields, time };
}

function fieldOf(scanner: LineScanner, field: number): LineField {
  const key = scanner.fieldKey(field);
  const value = scanner.fieldValue(field);
  if (typeof value === 'string') return { key, kind: 'string', value };
  if (typeof value === 'boolean') return { key, kind: 'boolean', value };
  const kind = scanner.fieldKinds[field];
  if (kind === fieldKind.integer) return { key, kind: 'integer', value };
  if (kind === fieldKind.unsigned) return { key, kind: 'unsigned', value };
  return { key, kind: 'float', value: Number(value) };
}

/** A fault in the form of all rejected inputs; the column is a position in bytes. */
export function rejectionOfFault(fault: LineFault): Rejection {
  const { line, column, code, params } = fault;
  return { line, column: `第 ${column} 字节`, value: params.text ?? '', code, params };
}
