import { z } from 'zod';
import { isDay } from './calendar.js';

/** The levels of warning of heavy pollution in rising order. */
export const warningLevels = ['yellow', 'orange', 'red'] as const;
export type WarningLevel = (typeof warningLevels)[number];

export const warningLevelZh: Readonly<Record<WarningLevel, string>> = {
  yellow: '黄色',
  orange: '橙色',
  red: '红色',
};

const day = z.string().refine(isDay, 'is not a day YYYY-MM-DD');
const part = z.strictObject({
  /** The index has to be above it. */
  above: z.int().min(0).max(500),
  hours: z.int().min(24).max(240).multipleOf(24),
});

/**
 * One version of the conditions of heavy-pollution warnings. A level is met by any of its alternatives, each of which
 * needs all of its parts: the first over the whole of its hours to the end, the further ones somewhere within those.
 */
export const warningTableSchema = z
  .strictObject({
    id: z.string().min(1).max(100),
    titleZh: z.string().min(1),
    validFrom: day,
    validTo: day.nullable(),
    source: z.string().min(1),
    status: z.enum(['confirmed', 'reported', 'unconfirmed']),
    assumptionZh: z.string().min(1).optional(),
    levels: z.array(
      z.strictObject({
        level: z.enum(warningLevels),
        anyOf: z.array(z.array(part).min(1).max(3)).min(1).max(4),
      }),
    ),
  })
  .refine(({ status, assumptionZh }) => status !== 'unconfirmed' || assumptionZh !== undefined, {
    path: ['assumptionZh'],
    error: 'is unconfirmed and needs an assumption text',
  })
  .refine(({ levels }) => levels.every(({ level }, index) => level === warningLevels[index]), {
    path: ['levels'],
    error: 'must be yellow, orange, red in this order',
  });
export type WarningTable = z.output<typeof warningTableSchema>;

export const warningTablesSchema = z.array(warningTableSchema).min(1);
