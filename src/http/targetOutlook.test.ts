import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { Decimal } from '../domain/decimal.js';
import { daysOf, input as daysInput } from '../evaluation/days.fixture.js';
import { judgeAnnualMean } from '../evaluation/judgeAnnualMean.js';
import { judgeDayCount, judgeDayShare } from '../evaluation/judgeDays.js';
import type { Judgement } from '../evaluation/judgement.js';
import { judgeAmount, judgeMilestone, judgeRate } from '../evaluation/judgeReported.js';
import { judgeSections } from '../evaluation/judgeSections.js';
import { input } from '../evaluation/reportedFigure.fixture.js';
import { planTarget } from '../evaluation/targets.fixture.js';
import { localise } from '../evaluation/words.js';
import { limits2012, waterRules } from '../statistics/standards.fixture.js';
import { outlookFields } from './routes/targetOutlook.js';

const asOf = '2025-09-30';
const samples = [1, 2, 3].map((month) => ({
  month: `2025-0${month}`,
  values: new Map([['codmn', { value: new Decimal(12) }]]),
}));
const section = { name: '甲', body: 'river', placeholder: false, months: samples, inputs: [] } as const;
const days = [{ day: '2025-01-01', judged: new Decimal(70), other: null, basis: null }];
const figures = input(['to-date 2023-05-10..2025-07-01 1']);
const cases: [string, Judgement][] = [
  [
    'mean',
    judgeAnnualMean(planTarget(20), { days, limits: limits2012, dailyDecimals: null, standards: [] }, asOf),
  ],
  ['bad-days', judgeDayShare(planTarget(21), daysInput(daysOf(2025, [273, 'good'])), asOf)],
  ['bad-days', judgeDayCount(planTarget(28), daysInput(daysOf(2025, [273, 'good'])), asOf)],
  [
    'sections',
    judgeSections(planTarget(22), { sections: [section], rules: waterRules, standards: [] }, asOf),
  ],
  ['gap', judgeRate(planTarget(34), input(['half-year 2025-01-01..2025-07-01 80']), asOf)],
  ['gap', judgeAmount(planTarget(29), figures, asOf)],
  ['room', judgeAmount(planTarget(44), figures, asOf)],
  ['time', judgeMilestone(planTarget(52), figures, asOf)],
];

test.each(cases)(
  'what is allowed (%s) and the rest of the outlook fit the schema, in either language',
  (kind, judged) => {
    const schema = z.strictObject(outlookFields);
    for (const language of ['zh', 'en'] as const) {
      const { yearOnYear, certainSince, allowed, projection } = localise(judged, language);
      const view = { yearOnYear, certainSince, allowed, projection };
      expect(schema.parse(JSON.parse(JSON.stringify(view)))).toEqual(view);
      expect(allowed).toMatchObject({ kind, words: expect.stringMatching(/./) });
    }
  },
);
