import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { resolveOn } from './decode/siteOverTime.js';
import { SiteNames, type SitesOverTime } from './siteNames.js';

const site = (id: number, name: string, aliases: string[] = []) =>
  ({ id, code: `S${id}`, name, aliases, kind: 'air-station' }) as const;
const none: SitesOverTime = { names: [], merges: [] };

describe('names without dates', () => {
  const names = new SiteNames([
    site(1, '甲站', ['老甲']),
    site(2, '乙站', ['同名']),
    site(3, '丙站', ['同名']),
  ]);

  test.each([
    ['甲站', 1],
    [' S1 ', 1],
    ['ｓ１', 1],
    ['老甲', 1],
    ['甲站(对照点)', undefined],
    ['同名', undefined],
    ['没有', undefined],
  ])('%s', (name, id) => {
    expect(names.find(name)?.id).toBe(id);
    expect(names.find(name, '2024-05-01')?.id).toBe(id);
  });

  test('a name of two sites at all times is ambiguous, and both are named', () => {
    expect(resolveOn(names.periods('同名'), '2024-05-01')).toEqual({
      code: 'site-ambiguous',
      params: {
        day: '2024-05-01',
        candidates: '乙站（编码 S2，一直）、丙站（编码 S3，一直）',
        candidatesEn: '乙站 (code S2, always), 丙站 (code S3, always)',
      },
    });
  });
});

describe('names with dates', () => {
  const names = new SiteNames([site(1, '新甲'), site(2, '乙', ['城关站'])], {
    names: [
      { siteId: 1, name: '城关站', from: null, to: '2023-07-01' },
      { siteId: 2, name: '城关站', from: '2023-07-01', to: null },
      { siteId: 1, name: '试运行站', from: '2020-01-01', to: '2020-06-01' },
    ],
    merges: [],
  });

  test.each([
    ['城关站', '2023-06-30', 1],
    ['城关站', '2023-07-01', 2],
    ['试运行站', '2019-12-31', undefined],
    ['试运行站', '2020-01-01', 1],
    ['试运行站', '2020-05-31', 1],
    ['试运行站', '2020-06-01', undefined],
    ['S1', '2020-06-01', 1],
  ])('%s on %s', (name, day, id) => {
    expect(names.find(name, day)?.id).toBe(id);
  });

  test('without a day a name finds the only site that ever bore it', () => {
    expect(names.find('试运行站')?.id).toBe(1);
    expect(names.find('城关站')).toBeUndefined();
  });

  test('a day on which nobody bore the name is told with the dates', () => {
    expect(resolveOn(names.periods('试运行站'), '2021-01-01')).toMatchObject({
      code: 'site-not-then',
      params: {
        candidates: '新甲（编码 S1，2020-01-01 至 2020-05-31）',
        candidatesEn: '新甲 (code S1, 2020-01-01 to 2020-05-31)',
      },
    });
  });
});

describe('merges', () => {
  const merge = (siteId: number, into: number, from: string) => ({ siteId, into, from });
  const sites = [site(1, '甲'), site(2, '乙'), site(3, '丙')];

  test('names and code find the successor from the day on, through several merges', () => {
    const names = new SiteNames(sites, {
      ...none,
      merges: [merge(1, 2, '2022-01-01'), merge(2, 3, '2024-01-01')],
    });
    for (const name of ['甲', 'S1']) {
      expect(names.find(name, '2021-12-31')?.id).toBe(1);
      expect(names.find(name, '2022-01-01')?.id).toBe(2);
      expect(names.find(name, '2024-01-01')?.id).toBe(3);
    }
    expect(names.find('乙', '2023-12-31')?.id).toBe(2);
    expect(names.find('甲')).toBeUndefined();
    const found = resolveOn(names.periods('甲'), '2022-05-01');
    expect(found).toMatchObject({ site: { id: 2 }, from: '2022-01-01', mergedFrom: { id: 1 } });
  });

  test('a name that the successor took over is clear from the merge on, ambiguous before', () => {
    const shared = [site(1, '甲', ['共名']), site(2, '乙', ['共名'])];
    const names = new SiteNames(shared, { ...none, merges: [merge(1, 2, '2022-01-01')] });
    expect(names.find('共名', '2022-01-01')?.id).toBe(2);
    expect(names.find('共名', '2021-12-31')).toBeUndefined();
  });

  test('circles in the data end', () => {
    const merges = [merge(1, 2, '2022-01-01'), merge(2, 1, '2023-01-01')];
    expect(new SiteNames(sites, { ...none, merges }).find('甲', '2022-06-01')?.id).toBe(2);
  });
});

test('on any day a name finds the site that a plain search over its entries finds', () => {
  const day = fc.integer({ min: 0, max: 40 }).map((n) => `2024-01-${String((n % 28) + 1).padStart(2, '0')}`);
  const bound = fc.option(day, { nil: null });
  const entry = fc.record({ siteId: fc.integer({ min: 1, max: 3 }), from: bound, to: bound });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), day, (entries, on) => {
      const sites = [site(1, '一'), site(2, '二'), site(3, '三')];
      const names = new SiteNames(sites, {
        names: entries.map((one) => ({ ...one, name: '共用' })),
        merges: [],
      });
      const expected = new Set(
        entries
          .filter(({ from, to }) => (from === null || from <= on) && (to === null || on < to))
          .map(({ siteId }) => siteId),
      );
      expect(names.find('共用', on)?.id).toBe(expected.size === 1 ? [...expected][0] : undefined);
    }),
    { seed: 20240101 },
  );
});
