import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Judgement } from './judgement.js';
import { judgeAmount, judgeMilestone, judgeRate } from './judgeReported.js';
import { input, towns } from './reportedFigure.fixture.js';
import { planTarget } from './targets.fixture.js';

/** Whole answers as recorded from the program and read through: a change of them is a change of what is signed. */
const expected = JSON.parse(
  readFileSync(new URL('../../test/vectors/reported_judgements.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

const rate = (
  asOf: string,
  county: readonly string[],
  list = towns('year 2020-01-01..2021-01-01'),
  id = 34,
) => judgeRate(planTarget(id), input(county, list), asOf);
const amount = (asOf: string, county: readonly string[], target = planTarget(16)) =>
  judgeAmount(target, input(county), asOf);
const milestone = (asOf: string, county: readonly string[]) =>
  judgeMilestone(planTarget(24), input(county), asOf);

const h2025 = 'half-year 2025-01-01..2025-07-01';
const y2025 = 'year 2025-01-01..2026-01-01';
const cases: Readonly<Record<string, () => Judgement>> = {
  'a rate of the whole year': () =>
    rate('2025-12-31', [`${y2025} 91.25`, 'year 2024-01-01..2025-01-01 90.05']),
  'a rate of the whole year that misses': () => rate('2026-02-01', [`${y2025} 89.996`]),
  'a rate of half a year, towns below': () =>
    rate(
      '2025-09-30',
      [`${h2025} 84`],
      [
        ...towns(h2025, '84', '96', '70'),
        ...towns('half-year 2024-07-01..2025-01-01', '1'),
        ...towns('quarter 2025-01-01..2025-04-01', '2'),
      ],
    ),
  'a rate of the second half-year': () => rate('2025-12-31', ['half-year 2025-07-01..2026-01-01 91']),
  'a rate of a quarter': () => rate('2025-09-30', ['quarter 2025-04-01..2025-07-01 91']),
  'a rate of a month': () => rate('2025-09-30', ['month 2025-08-01..2025-09-01 80']),
  'a rate to date': () => rate('2025-09-30', ['to-date 2025-01-01..2025-09-01 88']),
  'a rate of the year before': () =>
    rate('2025-03-31', ['year 2024-01-01..2025-01-01 95', 'year 2023-01-01..2024-01-01 94', h2025 + ' 1']),
  'a rate before the year of the target': () => rate('2024-08-31', ['half-year 2024-01-01..2024-07-01 91']),
  'townships added up': () => rate('2025-09-30', [], towns(h2025, '90=9/10', '80=16/20', '95=19/20')),
  'townships added up to a hair below': () =>
    rate('2025-12-31', [], towns(y2025, '89.9=89999/100000', '90=9/10', '90=18/20')),
  'some townships': () =>
    rate(
      '2025-09-30',
      [],
      [...towns(h2025, '90=9/10', '80=8/10'), ...towns('year 2024-01-01..2025-01-01', '1=1/1', '1=1/1', '1')],
    ),
  'amounts of a township missing': () => rate('2025-09-30', [], towns(h2025, '90=9/10', '80', '95=19/20')),
  'a part of an amount missing': () =>
    rate(
      '2025-09-30',
      [],
      towns(h2025, '90=9/10', '95=19/20').concat({
        ...towns(h2025, '80')[0]!,
        numerator: towns('year 2020-01-01..2021-01-01', '80=8/10')[0]!.numerator,
      }),
    ),
  'no rate, over': () => rate('2026-01-31', ['year 2024-01-01..2025-01-01 95']),
  'no rate, running': () => rate('2025-09-30', []),
  'a change since the base year': () =>
    rate(
      '2025-09-30',
      ['to-date 2021-01-01..2025-07-01 15.5', 'to-date 2021-01-01..2024-07-01 13.2'],
      [],
      18,
    ),
  'an amount behind its time': () => amount('2023-11-30', ['to-date 2023-01-01..2023-11-01 2.5']),
  'an amount secured': () => amount('2023-11-30', ['to-date 2023-01-01..2023-11-01 5.5']),
  'an amount too small and not to the end': () =>
    amount('2023-12-31', ['to-date 2023-01-01..2023-11-01 2.5']),
  'an amount too small to the end': () => amount('2024-01-31', ['to-date 2023-01-01..2024-01-01 2.5']),
  'no amount, running': () => amount('2023-11-30', []),
  'no amount, over': () => amount('2024-01-31', []),
  'an amount with what was reported before': () =>
    amount(
      '2025-09-30',
      ['year 2023-01-01..2024-01-01 1', 'to-date 2024-01-01..2025-07-01 0.5'],
      planTarget(16, { periodStart: '2023-01-01', due: '2025-12-31', limit: '3' }),
    ),
  'an amount the year before its period': () => amount('2022-08-31', ['to-date 2022-01-01..2022-07-01 9']),
  'none of what must be none': () =>
    amount('2025-09-30', ['to-date 2025-01-01..2025-07-01 0'], planTarget(44)),
  'one of what must be none': () =>
    amount('2025-09-30', ['to-date 2025-01-01..2025-07-01 1'], planTarget(44)),
  'none, but not to the end': () =>
    amount('2025-12-31', ['to-date 2025-01-01..2025-07-01 0'], planTarget(44)),
  'nothing reported of what must be none': () => amount('2025-09-30', [], planTarget(44)),
  'at most, with room': () =>
    amount(
      '2025-09-30',
      ['to-date 2025-01-01..2025-07-01 2.5'],
      planTarget(44, { comparison: '<=', limit: '4' }),
    ),
  'a milestone under way': () => milestone('2025-06-30', ['to-date 2025-01-01..2025-06-01 0']),
  'a milestone late in its period': () => milestone('2025-11-30', ['to-date 2025-01-01..2025-11-01 0']),
  'a milestone done': () =>
    milestone('2025-09-30', ['to-date 2025-01-01..2025-06-01 0', 'to-date 2025-01-01..2025-09-01 1']),
  'a milestone done, over': () => milestone('2026-01-31', ['to-date 2025-01-01..2025-09-01 1']),
  'a milestone not done at the end': () => milestone('2026-01-31', ['to-date 2025-01-01..2026-01-01 0']),
  'a milestone of which nothing is known at the end': () =>
    milestone('2026-01-31', ['to-date 2025-01-01..2025-09-01 0']),
  'a milestone done late': () =>
    milestone('2026-03-31', ['to-date 2025-01-01..2025-09-01 0', 'to-date 2025-01-01..2026-03-01 1']),
  'a milestone first reported late': () => milestone('2026-03-31', ['to-date 2025-01-01..2026-03-01 1']),
  'no milestone': () => milestone('2025-09-30', []),
  'a milestone in the year before': () => milestone('2024-08-31', ['to-date 2024-01-01..2024-08-01 1']),
};

/** The whole answer, every word in both languages: what is signed is more than the verdict. */
test.each(Object.keys(cases))('%s', (name) => {
  expect(cases[name]!()).toEqual(expected[name]);
});

test('every expected answer is asked for', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(expected).sort());
});
