import fc from 'fast-check';
import { addDays } from '../domain/calendar.js';

export const firstDay = '2024-12-30';
export const dayOf = (n: number) => addDays(firstDay, n);
export const airGroup = 'air-county-evaluation';
export const sectionGroup = 'section-shitangou';
export const stations = ['air-town', 'air-second'] as const;
export const sections = ['sec-shitangou', 'sec-tianshui-1'] as const;

const station = fc.constantFrom(...stations);
const section = fc.constantFrom(...sections);
const day = fc.integer({ min: 0, max: 3 });
const value = fc.option(
  fc.integer({ min: 0, max: 4000 }).map((n) => n / 10),
  { nil: null, freq: 8 },
);
const which = fc.nat({ max: 9 });
const hour = fc.integer({ min: 0, max: 90 });
const length = fc.integer({ min: 1, max: 30 });
const does = <T extends string>(...names: T[]) => fc.constantFrom(...names);
const share = fc.constantFrom('0.5', '0.75', '0.9');

/** What can happen to values, and to everything else that figures, comparisons and suspicions follow from. */
export const anyChange = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: does('hours'), station, day, value, count: fc.integer({ min: 1, max: 24 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: does('daily'), station, day, value }) },
  { weight: 3, arbitrary: fc.record({ do: does('sample'), section, day, value, censored: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: does('month'), section, value }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: does('published-hour', 'published-day'),
      station,
      day,
      aqi: fc.constantFrom(null, '44', '100', '137'),
      level: fc.constantFrom('优', '轻度污染'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: does('published-sample', 'published-month'),
      section,
      day,
      text: fc.constantFrom('Ⅱ', 'Ⅳ', '劣Ⅴ'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: does('undo'), which }) },
  { weight: 2, arbitrary: fc.record({ do: does('dust'), hour, length }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: does('dust-edit', 'dust-delete', 'dust-undo'), which, hour, length }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: does('flag', 'unflag'),
      flag: fc.constantFrom('invalid' as const, 'valid' as const),
      station,
      day,
      item: fc.constantFrom('pm10', 'pm25', '*'),
      hours: fc.integer({ min: 1, max: 24 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: does('flag-sample', 'unflag-sample'),
      flag: fc.constantFrom('invalid' as const, 'valid' as const, 'maintenance' as const),
      section,
      day,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: does('members'), groups: fc.constantFrom([], [airGroup]) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: does('group'),
      members: fc.constantFrom(['air-town'], ['air-second'], ['air-second', 'air-town']),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: does('section-group'),
      members: fc.constantFrom(['sec-shitangou'], ['sec-tianshui-1'], [...sections]),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: does('target'), grade: fc.integer({ min: 1, max: 5 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: does('kind'),
      section,
      kind: fc.constantFrom('river-section', 'lake-section'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: does('air-evaluation'), share }) },
  { weight: 1, arbitrary: fc.record({ do: does('air-limits'), hours: fc.integer({ min: 18, max: 22 }) }) },
  { weight: 1, arbitrary: fc.record({ do: does('aqi'), point: fc.constantFrom('40', '50', '60') }) },
  { weight: 1, arbitrary: fc.record({ do: does('water-limits'), limit: fc.constantFrom('3', '4', '5') }) },
  { weight: 1, arbitrary: fc.record({ do: does('water-evaluation'), codmn: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: does('new-version'), day, share, limit: does('3', '5') }) },
  { weight: 1, arbitrary: fc.record({ do: does('old-version') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: does('rule'),
      rule: fc.constantFrom(
        ['range', '*', { enabled: false }],
        ['range', '*', { enabled: true }],
        ['inversion', 'pm25', { enabled: true, margin: 100 }],
        ['inversion', 'pm25', { enabled: true, margin: 0 }],
        ['detection-limit', '*', { enabled: true, gradeWithoutTarget: 1 }],
        ['detection-limit', '*', { enabled: true, gradeWithoutTarget: null }],
        ['constant', 'pm10', { enabled: true, hours: 30, above: 10 }],
        ['constant', 'pm10', { enabled: true, hours: 3, above: 10 }],
        ['jump', 'pm10', { enabled: true, difference: 20, ratio: 1 }],
        ['jump', 'pm10', { enabled: false, difference: 400, ratio: 3 }],
        ['negatives', 'pm10', { enabled: true, hours: 48, count: 1 }],
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: does('range'), most: fc.constantFrom(50, 2000) }) },
  { weight: 1, arbitrary: fc.record({ do: does('merge', 'unmerge') }) },
);
export type Change = typeof anyChange extends fc.Arbitrary<infer T> ? T : never;
/** What is there before anything changes: measured, below detection, published by others, all of it derived. */
export const beginning: readonly Change[] = [
  ...stations.flatMap((code): Change[] => [
    { do: 'hours', station: code, day: 0, value: 60, count: 24 },
    { do: 'hours', station: code, day: 1, value: 145, count: 20 },
  ]),
  { do: 'hours', station: 'air-second', day: 2, value: 45, count: 24 },
  { do: 'published-hour', station: 'air-town', day: 0, aqi: '44', level: '优' },
  { do: 'published-day', station: 'air-town', day: 3, aqi: '44', level: '轻度污染' },
  ...sections.flatMap((code): Change[] => [
    { do: 'sample', section: code, day: 0, value: 50, censored: true },
    { do: 'sample', section: code, day: 1, value: 70, censored: false },
    { do: 'sample', section: code, day: 3, value: 90, censored: true },
    { do: 'published-sample', section: code, day: 1, text: 'Ⅱ' },
  ]),
  { do: 'published-month', section: 'sec-shitangou', day: 0, text: 'Ⅱ' },
];

/** The steps of some names. */
export type ChangeOf<T extends Change['do']> = Extract<Change, { do: T }>;
