import { describe, expect, test } from '@jest/globals';
import type { Interval } from '../../domain/family.js';
import type { HourLabel } from './decodeLookup.js';
import { addHour, intervalStart, isFault, parseMoment, type Moment } from './timeText.js';

const shown = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
const read = (text: string, year?: number) => {
  const moment = parseMoment(text, year);
  return isFault(moment) ? moment.code : `${shown(moment.wallMs)} ${moment.precision}`;
};

test.each([
  ['20200402', '2020-04-02 00:00 day'],
  ['2025-01-01', '2025-01-01 00:00 day'],
  ['2025/1/1', '2025-01-01 00:00 day'],
  ['2025.1.1', '2025-01-01 00:00 day'],
  ['2025年1月1日', '2025-01-01 00:00 day'],
  ['２０２５年１月１日', '2025-01-01 00:00 day'],
  [' 2025-01-01 ', '2025-01-01 00:00 day'],
  ['2024-02-29', '2024-02-29 00:00 day'],
  ['2025-01-01 08:00', '2025-01-01 08:00 minute'],
  ['2025/1/1 8:00', '2025-01-01 08:00 minute'],
  ['2025-01-01 08:00:00', '2025-01-01 08:00 minute'],
  ['2025-01-01 08', '2025-01-01 08:00 minute'],
  ['2025年1月1日8时', '2025-01-01 08:00 minute'],
  ['2025年1月1日 08时30分', '2025-01-01 08:30 minute'],
  ['2025-01-01T08:00:00+08:00', '2025-01-01 08:00 minute'],
  ['2025-01-01T00:00:00Z', '2025-01-01 08:00 minute'],
  ['2025-01-01T00:00:00.000Z', '2025-01-01 08:00 minute'],
  ['2025-01-01T00:00:00-05:00', '2025-01-01 13:00 minute'],
  ['2025-01-01 24:00', '2025-01-02 00:00 minute'],
  ['2020040208', '2020-04-02 08:00 minute'],
  ['202004020830', '2020-04-02 08:30 minute'],
  ['20200402 08:00', '2020-04-02 08:00 minute'],
  ['2025-01', '2025-01-01 00:00 month'],
  ['2025/12', '2025-12-01 00:00 month'],
  ['2025年3月', '2025-03-01 00:00 month'],
  ['2025年3月份', '2025-03-01 00:00 month'],
  ['202503', '2025-03-01 00:00 month'],
  ['2025.10', '2025-10-01 00:00 month'],
  ['2025', '2025-01-01 00:00 year'],
])('%s is read', (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  ['04-01 08:00', '2021-04-01 08:00 minute'],
  ['4月1日 08:00', '2021-04-01 08:00 minute'],
  ['04/01 8:00', '2021-04-01 08:00 minute'],
  ['4月1日', '2021-04-01 00:00 day'],
  ['04-01', '2021-04-01 00:00 day'],
])('%s takes its year from the request', (text, expected) => {
  expect(read(text, 2021)).toBe(expected);
  expect(read(text)).toBe('year-missing');
});

test.each([
  ['01/09/2019', 'date-ambiguous'],
  ['01-01-2023', 'date-ambiguous'],
  ['3/14/16', 'date-ambiguous'],
  ['01/09/2019 08:00', 'date-ambiguous'],
  ['2025.1', 'date-ambiguous'],
  ['2025-02-29', 'time-impossible'],
  ['2025-13-01', 'time-impossible'],
  ['2025-00-10', 'time-impossible'],
  ['20250431', 'time-impossible'],
  ['2025-01-01 25:00', 'time-impossible'],
  ['2025-01-01 24:30', 'time-impossible'],
  ['2025-01-01 08:61', 'time-impossible'],
  ['1989-12-31', 'year-out-of-range'],
  ['2101-01-01', 'year-out-of-range'],
  ['1554123600', 'year-out-of-range'],
  ['44286', 'date-excel-serial'],
  ['44286.5', 'date-excel-serial'],
  ['昨天', 'time-unreadable'],
  ['T17:30:00-05:00', 'time-unreadable'],
  ['2025-01-01 上午8点', 'time-unreadable'],
  ['2025-01-018', 'time-unreadable'],
  ['', 'time-unreadable'],
])('%s is a fault', (text, code) => {
  expect(read(text)).toBe(code);
});

test('a day of another year than a leap year is refused with the year of the request', () => {
  expect(read('02-29 08:00', 2021)).toBe('time-impossible');
  expect(read('02-29 08:00', 2020)).toBe('2020-02-29 08:00 minute');
});

describe('hour columns', () => {
  const day = parseMoment('2020-04-02') as Moment;
  test.each([
    ['08', '2020-04-02 08:00'],
    ['8', '2020-04-02 08:00'],
    ['8时', '2020-04-02 08:00'],
    ['08:00', '2020-04-02 08:00'],
    ['０８', '2020-04-02 08:00'],
    ['0', '2020-04-02 00:00'],
    ['24', '2020-04-03 00:00'],
  ])('%s', (text, expected) => {
    const moment = addHour(day, text);
    expect(isFault(moment) ? moment.code : shown(moment.wallMs)).toBe(expected);
  });
  test.each([
    ['25', 'time-impossible'],
    ['-1', 'time-unreadable'],
    ['早上', 'time-unreadable'],
  ])('%s is a fault', (text, code) => {
    expect(addHour(day, text)).toMatchObject({ code });
  });
});

test.each<[string, string, Interval, HourLabel, string]>([
  ['08:00 is the end of 07–08', '2025-01-02 08:00', 'hour', 'end', '2025-01-01 23:00'],
  ['00:00 ends the day before', '2025-01-02 00:00', 'hour', 'end', '2025-01-01 15:00'],
  ['24:00 ends its own day', '2025-01-01 24:00', 'hour', 'end', '2025-01-01 15:00'],
  ['08:00 starts 08–09', '2025-01-02 08:00', 'hour', 'start', '2025-01-02 00:00'],
  ['hour 24 starts nothing', '2025-01-01 24:00', 'hour', 'start', 'time-impossible'],
  ['half past is no hour', '2025-01-01 08:30', 'hour', 'end', 'time-not-on-hour'],
  ['a day is no hour', '2025-01-01', 'hour', 'end', 'time-of-other-interval'],
  ['a day starts at Beijing midnight', '2025-01-02', 'day', 'end', '2025-01-01 16:00'],
  ['midnight stands for its day', '2025-01-02 00:00', 'day', 'end', '2025-01-01 16:00'],
  ['a clock time is no day', '2025-01-02 08:00', 'day', 'end', 'time-of-other-interval'],
  ['a month', '2025-03', 'month', 'end', '2025-02-28 16:00'],
  ['the first stands for its month', '2025-03-01', 'month', 'end', '2025-02-28 16:00'],
  ['another day does not', '2025-03-02', 'month', 'end', 'time-of-other-interval'],
  ['a sample keeps its moment', '2025-03-02 08:20', 'instant', 'end', '2025-03-02 00:20'],
  ['a sample of a day', '2025-03-02', 'instant', 'end', '2025-03-01 16:00'],
  ['a month is no sample', '2025-03', 'instant', 'end', 'time-of-other-interval'],
])('%s', (_, text, interval, label, expected) => {
  const start = intervalStart(parseMoment(text) as Moment, interval, label);
  expect(typeof start === 'number' ? shown(start) : start.code).toBe(expected);
});

test.each([
  ['01/09/2019', 'month-first', '2019-01-09 00:00 day'],
  ['01/09/2019', 'day-first', '2019-09-01 00:00 day'],
  ['01-21-2019', 'month-first', '2019-01-21 00:00 day'],
  ['21.1.2019 8:00', 'day-first', '2019-01-21 08:00 minute'],
  ['01/21/2019', 'day-first', 'time-impossible'],
  ['01/09-2019', 'month-first', 'time-unreadable'],
  ['01/09/19', 'month-first', 'date-ambiguous'],
  ['2019-01-09', 'day-first', '2019-01-09 00:00 day'],
] as const)('%s, %s: %s', (text, order, expected) => {
  const moment = parseMoment(text, undefined, order);
  expect(isFault(moment) ? moment.code : `${shown(moment.wallMs)} ${moment.precision}`).toBe(expected);
});
