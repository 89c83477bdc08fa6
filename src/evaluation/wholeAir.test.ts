import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { daysInRange } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { limits2012 } from '../statistics/standards.fixture.js';
import { daysOf, input as inputOf } from './days.fixture.js';
import { judgeAnnualMean, type JudgedDay } from './judgeAnnualMean.js';
import { judgeDayCount, judgeDayShare, type DaysInput } from './judgeDays.js';
import type { Judgement } from './judgement.js';
import { planTarget } from './targets.fixture.js';

/** Whole answers as recorded from the program and read through: a change of them is a change of what is signed. */
const expected = JSON.parse(
  readFileSync(new URL('../../test/vectors/air_judgements.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

type Value = (day: string) => number | string | null;
const series = (
  from: string,
  to: string,
  value: Value,
  basis: (day: string) => JudgedDay['basis'] = () => 'hourly',
) =>
  daysInRange(from, to).map((day): JudgedDay => {
    const given = value(day);
    const judged = given === null ? null : new Decimal(given);
    return { day, judged, other: judged?.minus(1.5) ?? null, basis: judged === null ? null : basis(day) };
  });
const mean = (asOf: string, days: readonly JudgedDay[], id = 20, dailyDecimals: number | null = null) =>
  judgeAnnualMean(planTarget(id), { days, limits: limits2012, dailyDecimals, standards: ['X'] }, asOf);
const known = (
  days: readonly DaysInput['days'][number][],
  earlier: readonly DaysInput['days'][number][] = [],
): DaysInput => ({
  ...inputOf(days),
  earlier: { days: earlier, goodUpTo: 100, heavyAbove: 200 },
});
const share = (asOf: string, days: DaysInput) => judgeDayShare(planTarget(21), days, asOf);
const heavy = (asOf: string, days: DaysInput, ledger?: 'with-dust') =>
  judgeDayCount(planTarget(28, ledger === undefined ? {} : { ledger }), days, asOf);

const cases: Readonly<Record<string, () => Judgement>> = {
  'a mean, over': () =>
    mean(
      '2025-12-31',
      series(
        '2024-01-01',
        '2026-01-01',
        (day) => (day < '2025-01-01' ? 70 : 68.345),
        (day) => (day < '2025-03-01' ? 'hourly' : 'daily'),
      ),
    ),
  'a mean of two decimals more than asked for, too high': () =>
    mean(
      '2026-01-15',
      series('2025-01-01', '2026-01-15', (day) => (day < '2026-01-01' ? '68.3512' : 1)),
    ),
  'a mean with months too short': () =>
    mean(
      '2025-12-31',
      series('2025-01-01', '2026-01-01', (day) =>
        ['02', '05'].includes(day.slice(5, 7)) && day.slice(8) > '20' ? null : 50,
      ),
    ),
  'a mean of too few days': () =>
    mean(
      '2025-12-31',
      series('2025-01-01', '2026-01-01', (day) => (day.slice(8) < '05' ? null : 50)),
    ),
  'a mean with December too short': () =>
    mean(
      '2025-12-31',
      series('2025-01-01', '2026-01-01', (day) =>
        ['29', '30', '31'].includes(day.slice(8)) || day.slice(5) > '12-18' ? null : 50,
      ),
    ),
  'a mean, running, two years before': () =>
    mean(
      '2025-09-30',
      series('2023-01-01', '2025-10-01', (day) => (day < '2024-01-01' ? 60 : day < '2025-01-01' ? 70 : 66)),
    ),
  'a mean, running, one year before': () =>
    mean(
      '2025-09-30',
      series('2024-01-01', '2025-10-01', (day) => (day < '2025-01-01' ? 60 : 69)),
    ),
  'a mean, running, nothing before': () =>
    mean(
      '2025-09-30',
      series('2025-01-01', '2025-10-01', () => 69),
    ),
  'a mean, running, whole numbers': () =>
    mean(
      '2023-09-30',
      series('2023-01-01', '2023-10-01', () => '34.567'),
      1,
    ),
  'a mean that is lost': () =>
    mean(
      '2025-11-30',
      series('2025-01-01', '2025-12-01', () => 90),
    ),
  'a mean the year before its period': () =>
    mean(
      '2024-06-30',
      series('2024-01-01', '2024-07-01', () => 72),
    ),
  'no mean': () =>
    mean(
      '2025-06-30',
      series('2025-01-01', '2025-07-01', () => null),
    ),
  'no mean, over': () => mean('2025-12-31', []),
  'a share, over': () =>
    share(
      '2025-12-31',
      known(daysOf(2025, [320, 'good'], [45, 'bad']), daysOf(2024, [300, 'good'], [66, 'bad'])),
    ),
  'a share, over, too few days': () => share('2025-12-31', known(daysOf(2025, [200, 'good'], [100, 'bad']))),
  'a share, running, dust': () =>
    share(
      '2025-09-30',
      known(daysOf(2025, [200, 'good'], [10, 'none'], [20, 'bad'], [5, 'dust-bad'], [38, 'good']), [
        ...daysOf(2023, [320, 'good'], [45, 'bad']),
        ...daysOf(2024, [300, 'good'], [66, 'bad']),
      ]),
    ),
  'a share, running, nothing before': () =>
    share('2025-09-30', known(daysOf(2025, [250, 'good'], [23, 'bad']))),
  'a share, running, too few left': () =>
    share('2025-09-30', known(daysOf(2025, [50, 'good'], [200, 'none'], [23, 'bad']))),
  'a share that is lost': () => share('2025-09-30', known(daysOf(2025, [210, 'good'], [63, 'bad']))),
  'a share that is secured': () => share('2025-12-20', known(daysOf(2025, [340, 'good'], [14, 'bad']))),
  'a share the year before its period': () =>
    share('2024-06-30', known(daysOf(2024, [150, 'good'], [32, 'bad']))),
  'no share': () => share('2025-06-30', known([])),
  'no heavy day': () => heavy('2025-12-31', known(daysOf(2025, [365, 'good']))),
  'heavy days of dust left out': () =>
    heavy(
      '2025-12-31',
      known(
        daysOf(2025, [100, 'good'], [2, 'dust-heavy'], [263, 'good']),
        daysOf(2024, [365, 'good'], [1, 'heavy']),
      ),
    ),
  'heavy days of dust counted': () =>
    heavy('2025-12-31', known(daysOf(2025, [100, 'good'], [2, 'dust-heavy'], [263, 'good'])), 'with-dust'),
  'seven heavy days': () => heavy('2025-09-30', known(daysOf(2025, [7, 'heavy'], [266, 'good']))),
  'five heavy days the year before': () =>
    heavy('2024-09-30', known(daysOf(2024, [5, 'heavy'], [269, 'good']))),
  'heavy days, running, years before': () =>
    heavy(
      '2025-09-30',
      known(daysOf(2025, [273, 'good']), [
        ...daysOf(2023, [300, 'good'], [65, 'bad']),
        ...daysOf(2024, [366, 'good']),
      ]),
    ),
  'heavy days, too few days left': () => heavy('2025-09-30', known(daysOf(2025, [10, 'good']))),
  'no index at all': () => heavy('2025-06-30', known([])),
};

test.each(Object.keys(cases))('%s', (name) => {
  expect(cases[name]!()).toEqual(expected[name]);
});

test('every expected answer is asked for', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(expected).sort());
});
