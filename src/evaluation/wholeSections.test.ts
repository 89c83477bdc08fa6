import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { addMonths } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { chooseStandard } from '../domain/standard.js';
import { standards, waterRules } from '../statistics/standards.fixture.js';
import type { WaterSample } from '../statistics/waterMonths.js';
import type { Judgement } from './judgement.js';
import { judgeSections, type JudgedSection } from './judgeSections.js';
import { planTarget } from './targets.fixture.js';

/** Whole answers as recorded from the program and read through: a change of them is a change of what is signed. */
const expected = JSON.parse(
  readFileSync(new URL('../../test/vectors/section_judgements.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

const rules = { ...waterRules, groundwater: chooseStandard(standards.groundwaterLimits, '2025-01-01') };
type Month = Record<string, number> | 'dry' | null;
const from = (start: string, months: readonly Month[]): WaterSample[] =>
  months.flatMap((month, index): WaterSample[] => {
    if (month === null) return [];
    const at = addMonths(start, index);
    if (month === 'dry') return [{ month: at, values: new Map(), noFlow: true }];
    return [
      {
        month: at,
        values: new Map(Object.entries(month).map(([code, value]) => [code, { value: new Decimal(value) }])),
      },
    ];
  });
const times = (count: number, month: Month): Month[] => Array.from({ length: count }, () => month);
const section = (
  name: string,
  months: readonly WaterSample[],
  change: Partial<JudgedSection> = {},
): JudgedSection => ({
  name,
  body: 'river',
  placeholder: false,
  months,
  inputs: ['samples', 'monthly', 'samples'],
  ...change,
});
const judge = (asOf: string, sections: readonly JudgedSection[], id = 22, limit = '4') =>
  judgeSections(planTarget(id, { limit }), { sections, rules, standards: ['X'] }, asOf);
const good = { codmn: 4, do: 7, ph: 8 };
const history = (start: string, years: number, value: Month) => from(start, times(12 * years, value));

const cases: Readonly<Record<string, () => Judgement>> = {
  'all kept, over': () =>
    judge('2025-12-31', [
      section('甲', [...history('2024-01', 1, { codmn: 7 }), ...from('2025-01', times(12, good))]),
      section('乙', [...history('2024-01', 1, good), ...from('2025-01', times(12, good))], {
        placeholder: true,
      }),
    ]),
  'two fail, months missing, dry and failed': () =>
    judge('2025-12-31', [
      section(
        '甲',
        from('2025-01', [...times(9, { codmn: 12, f: 1.8, nh3n: 2.5, tp: 0.5 }), 'dry', null, null]),
      ),
      section('乙', from('2025-01', [...times(8, { codmn: 4 }), { codmn: 12 }, { codmn: 11 }, 'dry', null])),
      section('丙', from('2025-01', times(5, good))),
      section('丁', from('2025-01', times(12, { do: 2.5, ph: 9.5 }))),
      section('戊', from('2025-01', times(4, good))),
    ]),
  'running, nothing fails, years before': () =>
    judge('2025-06-30', [
      section('甲', [...history('2022-01', 3, good), ...from('2025-01', times(6, good))]),
      section('乙', [...history('2022-01', 3, { codmn: 9, do: 6 }), ...from('2025-01', times(6, good))]),
    ]),
  'running, two fail': () =>
    judge('2025-09-30', [
      section('甲', from('2025-01', times(9, { codmn: 11, do: 2.5, ph: 8 }))),
      section('乙', from('2025-01', times(9, { codmn: 40, cod: 20 }))),
      section('丙', from('2025-01', times(9, good))),
    ]),
  'running, the months to come are worse in other years': () =>
    judge('2025-09-30', [
      section('甲', [
        ...from('2023-01', [...times(9, { codmn: 4 }), ...times(3, { codmn: 40 })]),
        ...from('2024-01', [...times(9, { codmn: 5 }), ...times(3, { codmn: 9 })]),
        ...from('2025-01', times(9, { codmn: 4 })),
      ]),
      section('乙', [
        ...history('2023-01', 2, { codmn: 1, do: 8 }),
        ...from('2025-01', times(9, { codmn: 1, do: 8 })),
      ]),
    ]),
  'running, oxygen and pH decide': () =>
    judge('2025-09-30', [
      section('甲', [
        ...from('2023-01', times(9, { do: 7, ph: 9 })),
        ...from('2023-10', times(3, { do: 1, ph: 9 })),
        ...from('2024-01', times(12, { do: 7, ph: 9 })),
        ...from('2025-01', times(9, { do: 3.5, ph: 9 })),
      ]),
    ]),
  'running, pH out of its range in other years': () =>
    judge('2025-09-30', [
      section('甲', [...history('2023-01', 2, { ph: 12 }), ...from('2025-01', times(9, { ph: 8.5 }))]),
    ]),
  'running, half a year before': () =>
    judge('2025-06-30', [
      section('甲', [...from('2024-07', times(4, good)), ...from('2025-01', times(6, good))]),
    ]),
  'running, five of six months before': () =>
    judge('2025-06-30', [
      section('甲', [...from('2024-07', times(5, { codmn: 9 })), ...from('2025-01', times(6, good))]),
    ]),
  'running, the last day': () => judge('2025-12-30', [section('甲', from('2025-01', times(11, good)))]),
  'running, one year before, a section of the year before lacks': () =>
    judge('2025-06-30', [
      section('甲', [...from('2024-01', times(12, { codmn: 7 })), ...from('2025-01', times(6, good))]),
      section('乙', [...from('2024-03', times(2, good)), ...from('2025-01', times(6, good))]),
    ]),
  'running, cannot suffice': () => judge('2025-09-30', [section('甲', from('2025-01', times(4, good)))]),
  'the year before the period': () =>
    judge('2024-06-30', [section('甲', from('2024-01', times(6, { codmn: 12 })))]),
  'nothing but dry': () => judge('2025-12-31', [section('甲', from('2025-01', times(12, 'dry')))]),
  nothing: () => judge('2025-12-31', [section('甲', [])]),
  'one well keeps its limits, one fails': () =>
    judge(
      '2025-12-31',
      [
        section('井一', from('2025-01', times(12, { f: 0.5 })), { body: 'groundwater' }),
        section('井二', from('2025-01', times(12, { f: 1.5, nh3n: 1, th: 900, so4: 300 })), {
          body: 'groundwater',
        }),
      ],
      36,
      '3',
    ),
  'wells against a class that is not held': () =>
    judge(
      '2025-09-30',
      [
        section('井一', from('2025-01', times(9, { f: 0.5 })), { body: 'groundwater' }),
        section(
          '井二',
          [...from('2024-01', times(12, { f: 0.5 })), ...from('2025-01', times(9, { f: 0.6 }))],
          { body: 'groundwater' },
        ),
      ],
      36,
      '2',
    ),
  'a well over its limits, running': () =>
    judge(
      '2025-09-30',
      [section('井一', from('2025-01', times(9, { f: 1.2, nh3n: 9, ph: 7 })), { body: 'groundwater' })],
      36,
      '3',
    ),
};

test.each(Object.keys(cases))('%s', (name) => {
  expect(cases[name]!()).toEqual(expected[name]);
});

test('every expected answer is asked for', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(expected).sort());
});
