import { describe, expect, test } from '@jest/globals';
import type { Rejection } from '../../domain/rejection.js';
import { readCsvRecords, type CsvOptions } from './csvRecords.js';
import { detectDelimiter } from './delimiter.js';

async function read(chunks: string[], options: CsvOptions = {}) {
  const records: [number, string[]][] = [];
  const rejected: Rejection[] = [];
  let broken = false;
  let delimiter = '';
  for await (const batch of readCsvRecords(chunks, options)) {
    records.push(...batch.records.map(({ line, cells }): [number, string[]] => [line, [...cells]]));
    rejected.push(...batch.rejected);
    ({ broken, delimiter } = batch);
  }
  return { records, rejected: rejected.map(({ code, line }) => [code, line]), broken, delimiter };
}

/** Every way to cut a text in two must give the same records. */
async function readCutAnywhere(text: string) {
  const whole = await read([text]);
  // The delimiter is detected from 64 KiB; behind that length chunks are taken as they come.
  const offset = 4;
  const filler = `${'x'.repeat(20_000)},b\n`.repeat(offset);
  const expected = whole.records.map(([line, cells]) => [line + offset, cells]);
  for (let cut = 0; cut <= text.length; cut += 1) {
    const { records } = await read([filler, text.slice(0, cut), text.slice(cut)], { delimiter: ',' });
    expect(records.slice(offset)).toEqual(expected);
  }
  return whole.records;
}

describe('readCsvRecords', () => {
  test.each([
    [
      'a plain table',
      'a,b\n1,2\n',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'no line end at the end',
      'a,b\n1,2',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'CRLF',
      'a,b\r\n1,2\r\n',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'CRLF and LF mixed',
      'a,b\r\n1,2\n3,4\r\n',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
        [3, ['3', '4']],
      ],
    ],
    [
      'blank lines are skipped and counted',
      'a,b\n\n\n1,2\n,\n3,4\n',
      [
        [1, ['a', 'b']],
        [4, ['1', '2']],
        [6, ['3', '4']],
      ],
    ],
    [
      'blank lines between quotes',
      '"a",b\n\n"1",2\n',
      [
        [1, ['a', 'b']],
        [3, ['1', '2']],
      ],
    ],
    [
      'a quoted delimiter',
      'a,b\n"1,2",3\n',
      [
        [1, ['a', 'b']],
        [2, ['1,2', '3']],
      ],
    ],
    [
      'doubled quotes',
      'a,b\n"[{""x"":1}]",3\n',
      [
        [1, ['a', 'b']],
        [2, ['[{"x":1}]', '3']],
      ],
    ],
    [
      'line breaks inside quotes',
      'a,b\n"x\n y",2\n3,4\n',
      [
        [1, ['a', 'b']],
        [2, ['x\n y', '2']],
        [4, ['3', '4']],
      ],
    ],
    [
      'CRLF inside quotes',
      'a,b\r\n"x\r\ny",2\r\n3,4',
      [
        [1, ['a', 'b']],
        [2, ['x\r\ny', '2']],
        [4, ['3', '4']],
      ],
    ],
    [
      'quotes at the very end',
      'a,b\n1,"2"',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    ['an empty quoted cell', '"",b\n', [[1, ['', 'b']]]],
  ])('%s', async (_, text, expected) => {
    expect(await readCutAnywhere(text)).toEqual(expected);
  });

  test('old Macintosh line ends', async () => {
    expect((await read(['a,b\r1,2\r'])).records).toEqual([
      [1, ['a', 'b']],
      [2, ['1', '2']],
    ]);
  });

  test('quoted and plain stretches keep their order', async () => {
    const rows = Array.from({ length: 20_002 }, (_, i) => (i % 7 === 0 ? `"r${i}\nx",${i}` : `r${i},${i}`));
    const text = rows.join('\n');
    const chunks = Array.from({ length: 40 }, (_, i) =>
      text.slice((i * text.length) / 40, ((i + 1) * text.length) / 40),
    );
    const { records } = await read(chunks, { delimiter: ',' });
    expect(records.map(([, cells]) => Number(cells[1]))).toEqual(rows.map((_, i) => i));
    expect(records.at(-1)?.[0]).toBe(text.split('\n').length);
  });

  test.each([
    ['a quote that is never closed', 'a,b\n1,2\n"3,4\n5,6\n', ['quote-broken', 3], 2],
    ['text behind a closing quote', 'a,b\n1,2\n"3"x,4\n5,6\n', ['quote-broken', 3], 2],
    ['a quote inside a cell', 'a,b\n1,2\n3"x,4"\n5,6\n', ['quote-broken', 3], 2],
  ])('%s ends the reading', async (_, text, fault, records) => {
    const result = await read([text]);
    expect(result.rejected).toEqual([fault]);
    expect(result.broken).toBe(true);
    expect(result.records).toHaveLength(records);
  });

  test('an endless record is given up in bounded memory', async () => {
    const chunks = ['a,b\n', ...Array.from({ length: 60 }, () => 'x'.repeat(65_536))];
    expect((await read(chunks)).rejected).toEqual([['record-too-long', 2]]);
    expect((await read(['a,b\n"', ...chunks.slice(1)])).rejected).toEqual([['quote-broken', 2]]);
  });

  test('too many columns and too long cells are rejected, the rest is read', async () => {
    const text = `a,b\n1,2,3,4\n${'y'.repeat(11)},2\n5,6\n"${'z'.repeat(11)}",2\n`;
    const result = await read([text], { maxColumns: 3, maxCellLength: 10 });
    expect(result.rejected).toEqual([
      ['too-many-columns', 2],
      ['cell-too-long', 3],
      ['cell-too-long', 5],
    ]);
    expect(result.records.map(([line]) => line)).toEqual([1, 4]);
  });

  test('the end mark of DOS programs is no row', async () => {
    expect((await read(['a,b\r\n1,2\r\n\u001a'])).records).toHaveLength(2);
  });

  test('nothing at all', async () => {
    expect((await read([])).records).toEqual([]);
  });
});

test.each([
  [',', 'a,b,c\n1,2,3'],
  ['\t', 'a\tb\n1,5\t2,5'],
  [';', 'a;b\n1,5;2,5\n1,5;2,5'],
  ['|', 'a|b\n1|2'],
  ['||', 'a||b||c\n1||2||3'],
  [',', '"a;b;c",d\n"1;2;3",4'],
  ['\t', '"a"\t"b"\n"1"\t"2"'],
  ['|', '"a"|"b"\n"1"|"2"'],
  ['|', 'title||||\na|b|c|d|e\n1||||5'],
  ['|', 'a|b|c\n1||3\n2||4'],
  ['||', 'a||b\n1||x|y\n2||z\n3||z'],
  [',', 'only one column'],
])('the delimiter %j of %j', (delimiter, text) => {
  expect(detectDelimiter(text)).toBe(delimiter);
});

test('a row of nothing but quotes takes no longer than other rows of its length', async () => {
  // With every search running back to the header, this would take minutes.
  const batches = [];
  for await (const batch of readCsvRecords([`a,b\n${'""'.repeat(450_000)}"\n`])) batches.push(batch);
  expect(batches.flatMap(({ rejected }) => rejected.map(({ code }) => code))).toEqual(['quote-broken']);
});
