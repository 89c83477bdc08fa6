import { describe, expect, test } from '@jest/globals';
import { parseSeeds } from '../domain/seed.js';
import { readSeedFiles } from '../domain/seedFiles.fixture.js';
import { planTarget } from './targets.fixture.js';

const { targets } = parseSeeds(readSeedFiles());

describe('the ledger that judges is the one the words of the plan choose', () => {
  test('words that except dust judge without it, and mean only heavy days', () => {
    const excepting = targets.filter(({ quote }) => quote.includes('沙尘天气除外'));
    expect(excepting.map(({ id }) => id)).toEqual([3]);
    const without = targets.filter(({ ledger }) => ledger === 'without-dust');
    expect(without.map(({ id, kind }) => [id, kind])).toEqual([
      [3, 'day-count'],
      [28, 'day-count'],
    ]);
  });

  test('where the words are silent the assumption is written down', () => {
    expect(planTarget(28).assumptions.join()).toContain('沙尘');
    for (const id of [1, 2, 19, 20, 21]) {
      expect(planTarget(id).ledger).toBe('with-dust');
      expect(planTarget(id).assumptions.join()).toContain('沙尘');
    }
  });

  test('68 of 2023 and 68.3 of 2025 are two targets, as are 34 and 33', () => {
    expect(planTarget(2)).toMatchObject({
      limit: '68',
      decimals: 0,
      due: '2023-12-31',
      periodStart: '2023-01-01',
    });
    expect(planTarget(20)).toMatchObject({
      limit: '68.3',
      decimals: 1,
      due: '2025-12-31',
      periodStart: '2025-01-01',
    });
    expect(planTarget(1)).toMatchObject({ limit: '34', due: '2023-12-31' });
    expect(planTarget(19)).toMatchObject({ limit: '33', due: '2025-12-31' });
  });
});
