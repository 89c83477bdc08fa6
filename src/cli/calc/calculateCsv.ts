import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse, type Info } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import { CellError, type Calculation } from './calculation.js';

const reportedErrors = 20;
// One write per row would spend more time in system calls than in arithmetic.
const rowsPerWrite = 500;
const csvForm = { record_delimiter: '\n' } as const;

interface ParsedRow {
  readonly record: readonly string[];
  readonly info: Info;
}

/**
 * Streams a CSV through a calculation, row by row in order, UTF-8 without BOM, LF. Columns that are no input columns
 * are ignored. After the first faulty row nothing more is written, but reading goes on to name further faults.
 *
 * @param report receives one line of text for each fault or warning.
 * @returns whether every row was calculated.
 */
export async function calculateCsv(
  calculation: Calculation,
  input: Readable,
  output: Writable,
  report: (message: string) => void,
): Promise<boolean> {
  let faults = 0;
  const fault = (message: string): void => {
    faults += 1;
    if (faults <= reportedErrors) report(message);
  };
  let warnings = 0;
  const warn = (message: string): void => {
    warnings += 1;
    if (warnings <= reportedErrors) report(message);
  };
  const calculate = async function* (parsed: AsyncIterable<ParsedRow>): AsyncGenerator<string> {
    let columns: ReadonlyMap<string, number> | undefined;
    let batch: (readonly string[])[] = [];
    for await (const { record, info } of parsed) {
      if (columns === undefined) {
        columns = readHeader(record, calculation, fault);
        if (faults > 0) return;
        batch.push([...calculation.inputColumns, ...calculation.resultColumns]);
        continue;
      }
      const row = calculateRow(calculation, columns, record, info.lines, fault, warn);
      if (row !== undefined && faults === 0) batch.push(row);
      if (batch.length < rowsPerWrite) continue;
      yield stringify(batch, csvForm);
      batch = [];
    }
    if (columns === undefined) fault('line 1: there is no header');
    if (batch.length > 0) yield stringify(batch, csvForm);
  };
  const parser = parse({ bom: true, info: true, skip_empty_lines: true, max_record_size: 1_000_000 });
  try {
    await pipeline(input, parser, calculate, output);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    fault(`line ${parser.info.lines}: ${error.message}`);
  }
  if (warnings > reportedErrors) report(`… and ${warnings - reportedErrors} more warnings`);
  if (faults > reportedErrors) report(`… and ${faults - reportedErrors} more`);
  return faults === 0;
}

function calculateRow(
  calculation: Calculation,
  columns: ReadonlyMap<string, number>,
  record: readonly string[],
  line: number,
  fault: (message: string) => void,
  warn: (message: string) => void,
): readonly string[] | undefined {
  const cell = (column: string): string => record[columns.get(column) ?? -1]?.trim() ?? '';
  try {
    return calculation.compute(cell, (message) => {
      warn(`line ${line}: warning: ${message}`);
    });
  } catch (error) {
    if (!(error instanceof CellError)) throw error;
    fault(`line ${line}, column ${error.column}: "${error.value.slice(0, 200)}": ${error.message}`);
    return undefined;
  }
}

function readHeader(
  header: readonly string[],
  { inputColumns }: Calculation,
  fault: (message: string) => void,
): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  header.forEach((name, index) => {
    const column = name.trim();
    if (columns.has(column) && inputColumns.includes(column)) fault(`line 1, column ${column}: occurs twice`);
    columns.set(column, index);
  });
  for (const column of inputColumns)
    if (!columns.has(column))
      fault(`line 1, column ${column}: is missing; expected ${inputColumns.join(',')}`);
  return columns;
}
