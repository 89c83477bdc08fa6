import { describe, expect, test } from '@jest/globals';
import type { DecodeOptions } from './decodeLookup.js';
import { countCodes, decodeText, type DecodedText } from './decodeText.fixture.js';
import { parseSerial } from './serialDate.js';

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
const linesOf = ({ readings }: DecodedText) =>
  readings.map(({ line, ts }) => `${line} ${iso(ts + 8 * 3_600_000).slice(0, 16)}`);

describe('serial dates', () => {
  // 1904 serials are 1,462 days lower than those of 1900.
  test.each([
    ['45393', 1900, '2024-04-11 00:00:00', 'day'],
    ['43931', 1904, '2024-04-11 00:00:00', 'day'],
    ['４５３９３', 1900, '2024-04-11 00:00:00', 'day'],
    ['45393.0', 1900, '2024-04-11 00:00:00', 'day'],
    ['45393.375', 1900, '2024-04-11 09:00:00', 'minute'],
    ['45393.333333333336', 1900, '2024-04-11 08:00:00', 'minute'],
    ['45393.3333', 1900, '2024-04-11 08:00:00', 'minute'],
    ['45393.99999999', 1900, '2024-04-12 00:00:00', 'minute'],
    ['45393.00012', 1900, '2024-04-11 00:00:10', 'minute'],
    ['32874', 1900, '1990-01-01 00:00:00', 'day'],
    ['73415', 1900, '2100-12-31 00:00:00', 'day'],
    ['36585', 1900, '2000-02-29 00:00:00', 'day'],
  ] as const)('%s (%s) is %s', (text, system, time, precision) => {
    const moment = parseSerial(text, system);
    if (moment === undefined || 'code' in moment) throw new Error('not read');
    expect([iso(moment.wallMs), moment.precision]).toEqual([time, precision]);
  });

  test.each([
    ['32873', { code: 'year-out-of-range' }],
    ['73416', { code: 'year-out-of-range' }],
    ['99999', { code: 'year-out-of-range' }],
    ['2024', undefined],
    ['202404', undefined],
    ['20240411', undefined],
    ['45393.', undefined],
    ['-45393', undefined],
    ['4.5e4', undefined],
    ['', undefined],
  ])('%j is none', (text, expected) => {
    expect(parseSerial(text, 1900)).toEqual(expected);
  });

  test('only when asked for', async () => {
    const text = '日期,站点,PM2.5\n45393,甲,1\n2024-04-12,甲,2\n';
    expect(countCodes((await decodeText(text)).rejected)).toEqual({ 'date-excel-serial': 1 });
    expect(linesOf(await decodeText(text, { serialDates: true }))).toEqual([
      '2 2024-04-11 00:00',
      '3 2024-04-12 00:00',
    ]);
    expect(linesOf(await decodeText(text, { serialDates: true, dateSystem: 1904 }))[0]).toBe(
      '2 2028-04-12 00:00',
    );
  });

  test.each<[string, string, string[]]>([
    [
      'midnight among hours',
      '时间,站点,PM2.5\n45393.95833333333,甲,1\n45394,甲,2\n',
      ['2 2024-04-11 22:00', '3 2024-04-11 23:00'],
    ],
    ['with an hour column', '日期,小时,站点,PM2.5\n45393,8,甲,1\n', ['2 2024-04-11 07:00']],
    [
      'samples',
      '断面,采样时间,氨氮\n甲,45393.5,1\n乙,45393,1\n',
      ['2 2024-04-11 12:00', '3 2024-04-11 00:00'],
    ],
  ])('%s', async (_, text, lines) => {
    expect(linesOf(await decodeText(text, { serialDates: true }))).toEqual(lines);
  });

  test('values and years are not dates', async () => {
    const decoded = await decodeText('指标,截至日期,数值\n草原修复治理,45565,999\n', { serialDates: true });
    expect(decoded.reports).toMatchObject([{ value: '999', periodKind: 'to-date', periodEnd: '2024-10-01' }]);
    const years = await decodeText('指标,年度,数值\n草原修复治理,2024,999\n', { serialDates: true });
    expect(years.reports).toMatchObject([{ periodStart: '2024-01-01' }]);
  });
});

describe('blank dates', () => {
  const down: DecodeOptions = { fillDownDates: true };
  const header = '日期,站点,PM2.5\n';

  test('take the date above, and the answer says so', async () => {
    const decoded = await decodeText(
      `${header}2024-04-11,甲,1\n,乙,2\n ,丙,3\n2024-04-12,甲,4\n,乙,5\n`,
      down,
    );
    expect(linesOf(decoded)).toEqual([
      '2 2024-04-11 00:00',
      '3 2024-04-11 00:00',
      '4 2024-04-11 00:00',
      '5 2024-04-12 00:00',
      '6 2024-04-12 00:00',
    ]);
    const assumption = { code: 'assumed-date-filled-down', params: { column: '日期', firstLine: 3 } };
    expect(decoded.plan?.assumptions).toEqual([assumption]);
    expect(decoded.plan?.confidence).toBe(0.8);
    expect(decoded.notices).toEqual([{ line: 3, ...assumption }]);
  });

  test('beside an hour column', async () => {
    const decoded = await decodeText('日期,小时,站点,PM2.5\n2024-04-11,1,甲,1\n,2,甲,1\n,24,甲,1\n', down);
    expect(linesOf(decoded)).toEqual(['2 2024-04-11 00:00', '3 2024-04-11 01:00', '4 2024-04-11 23:00']);
  });

  test.each<[string, string, DecodeOptions, Record<string, number>]>([
    ['unasked', '2024-04-11,甲,1\n,乙,2\n', {}, { 'time-missing': 1 }],
    ['nothing above', ',甲,1\n2024-04-11,乙,2\n', down, { 'time-missing': 1 }],
    [
      'below an unreadable date',
      '2024-04-11,甲,1\n2024-04-31,乙,2\n,丙,3\n',
      down,
      { 'time-impossible': 1, 'time-missing': 1 },
    ],
    [
      'below a row that was left out',
      '2024-04-11,甲,1\n2024-04-12,乙\n,丙,3\n',
      down,
      { 'cell-count': 1, 'time-missing': 1 },
    ],
    ['across a blank line', '2024-04-11,甲,1\n\n,乙,2\n', down, { 'time-missing': 1 }],
    ['a mark is no blank', '2024-04-11,甲,1\n--,乙,2\n,丙,3\n', down, { 'time-missing': 2 }],
  ])('are faults: %s', async (_, rows, options, codes) => {
    expect(countCodes((await decodeText(`${header}${rows}`, options)).rejected)).toEqual(codes);
  });
});
