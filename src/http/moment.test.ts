import { expect, test } from '@jest/globals';
import { knownAtOf, resolveMoment } from './moment.js';

test('a day as asOf is judged with what is known now, or by the end of the day given as knownAt', () => {
  expect(resolveMoment({}, '2025-09-30')).toEqual({ asOf: '2025-09-30', knownAt: null });
  expect(resolveMoment({ asOf: '2024-12-31' }, '2025-09-30')).toEqual({ asOf: '2024-12-31', knownAt: null });
  expect(resolveMoment({ asOf: '2024-12-31', knownAt: '2025-01-05' }, '2025-09-30')).toEqual({
    asOf: '2024-12-31',
    knownAt: '2025-01-05T16:00:00.000Z',
  });
});

test('an instant as asOf means the days over by then and what was known then, in Beijing time', () => {
  const early = '2025-01-05T00:30:00+08:00';
  expect(resolveMoment({ asOf: early }, '2025-09-30')).toEqual({ asOf: '2025-01-04', knownAt: early });
  const late = '2025-01-05T15:59:59.123456Z';
  expect(resolveMoment({ asOf: late }, '2025-09-30')).toEqual({ asOf: '2025-01-04', knownAt: late });
  expect(() => resolveMoment({ asOf: early, knownAt: early }, '2025-09-30')).toThrow(
    expect.objectContaining({ code: 'invalid-request' }),
  );
});

test('knownAt alone: an instant as it is, a day by its end, nothing for now', () => {
  expect(knownAtOf({})).toBeNull();
  expect(knownAtOf({ knownAt: '2024-02-29' })).toBe('2024-02-29T16:00:00.000Z');
  expect(knownAtOf({ knownAt: '2024-02-29T01:02:03.000004Z' })).toBe('2024-02-29T01:02:03.000004Z');
});
