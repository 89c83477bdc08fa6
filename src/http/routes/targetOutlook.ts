import { z } from 'zod';

const day = z.string().meta({ format: 'date' });
const figure = z.string().nullable();

const yearOnYear = z
  .strictObject({
    from: day,
    through: day.meta({
      format: 'date',
      description: 'The same calendar day a year before; February ends as a month',
    }),
    value: figure.meta({ description: 'The figure a year before, at the precision of the target' }),
    valueUnrounded: figure,
    used: z.int(),
    missing: z.int(),
    valid: z.boolean().meta({ description: 'The year before has the data that validity asks for' }),
    difference: figure.meta({ description: 'This year minus the year before, from unrounded figures' }),
    differenceUnrounded: figure,
    changePercent: figure.meta({ description: 'One decimal, for display; null for grades' }),
    keeping: z
      .strictObject({ now: z.int(), before: z.int(), of: z.int() })
      .nullable()
      .meta({ description: 'Sections at the grade asked for' }),
    reason: z.string().nullable().meta({ description: 'Why there is no difference' }),
  })
  .meta({ id: 'YearOnYear' });

const allowedItem = z.strictObject({
  code: z.string(),
  nameZh: z.string(),
  limit: z.string(),
  direction: z.enum(['at-most', 'at-least']),
  meanSoFar: z.string(),
  mayAverage: figure.meta({ description: 'What the months to come may average' }),
  reachable: z.boolean(),
});

const allowedSection = z.strictObject({
  name: z.string(),
  grade: figure,
  fails: z.boolean(),
  failedMonths: z.array(z.string()),
  missingMonths: z.array(z.string()),
  noFlowMonths: z.array(z.string()),
  monthsToCome: z.array(z.string()),
  monthsNeeded: z.int(),
  items: z.array(allowedItem),
});

const words = z.string();

const allowed = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('mean'),
      remaining: figure.meta({ description: '剩余控制浓度 (T·N − Σ) ÷ (N − n)' }),
      remainingUnrounded: figure,
      days: z.int().meta({ description: 'N − n' }),
      daysToCome: z.int(),
      remainingIfMissingStay: figure,
      words,
    }),
    z.strictObject({
      kind: z.literal('bad-days'),
      inAll: z.int(),
      soFar: z.int(),
      left: z.int().meta({ description: 'Negative: exceeded' }),
      leftIfMissingStay: z.int(),
      daysToCome: z.int(),
      words,
    }),
    z.strictObject({ kind: z.literal('sections'), sections: z.array(allowedSection), words }),
    z.strictObject({
      kind: z.literal('gap'),
      gap: figure,
      perMonth: figure,
      monthsLeft: z.string(),
      daysLeft: z.int(),
      words,
    }),
    z.strictObject({ kind: z.literal('room'), left: z.string(), daysLeft: z.int(), words }),
    z.strictObject({ kind: z.literal('time'), done: z.boolean(), daysLeft: z.int(), words }),
  ])
  .meta({ id: 'Allowed' });

const projection = z
  .strictObject({
    method: z.enum(['same-window-bootstrap', 'same-months-bootstrap', 'so-far']),
    years: z.array(z.int()),
    value: z.string(),
    low: figure,
    high: figure,
    level: z.number().meta({ description: 'Percent of cases that the interval is made for' }),
    keptPercent: z.number().nullable(),
    words,
  })
  .meta({ id: 'Projection' });

/** The fields of a target that say how it compares, since when it is certain, what may still come and what is expected. */
export const outlookFields = {
  yearOnYear: yearOnYear.nullable().meta({ description: '同比' }),
  certainSince: day
    .nullable()
    .meta({ description: 'First as-of day from which the verdict stood certain, by the data as known now' }),
  allowed: allowed.nullable().meta({ description: 'What may still come; null when the period is over' }),
  projection: projection
    .nullable()
    .meta({ description: 'An estimate of the end of the period; null when over or reported by offices' }),
};
