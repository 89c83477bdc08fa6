import { describe, expect, test } from '@jest/globals';
import { normaliseName } from './indicator.js';
import { parseSeeds, seedFileNames } from './seed.js';
import { readSeedFiles } from './seedFiles.fixture.js';

type Row = [id: number, plan: 'A' | 'B', clause: string, kind: string, rule: string, unit: string];

// Typed from the list of targets of both plans, independently of seeds/targets.json.
const rows: Row[] = [
  [1, 'A', '一(一)', 'annual-mean', '<= 34', 'µg/m³'],
  [2, 'A', '一(一)', 'annual-mean', '<= 68', 'µg/m³'],
  [3, 'A', '一(一)', 'day-count', '= 0', '天'],
  [4, 'A', '二(一)', 'section-grade', '<= 4', '类'],
  [5, 'A', '二(一)', 'section-grade', '<= 4', '类'],
  [6, 'A', '三(一)', 'rate', '>= 100', '%'],
  [7, 'A', '四(一)', 'rate', '>= 90', '%'],
  [8, 'A', '四(一)', 'rate', '>= 100', '%'],
  [9, 'A', '四(一)', 'rate', '>= 90', '%'],
  [10, 'A', '四(一)', 'rate', '>= 90', '%'],
  [11, 'A', '四(一)', 'rate', '>= 85', '%'],
  [12, 'A', '四(一)', 'rate', '>= 100', '%'],
  [13, 'A', '一(二)3', 'count', '>= 3', '家'],
  [14, 'A', '六(二)1', 'count', '>= 8', '项'],
  [15, 'A', '七(一)', 'area', '>= 3', '万亩'],
  [16, 'A', '七(一)', 'area', '>= 5', '万亩'],
  [17, 'A', '七(一)', 'area', '>= 7.87', '万亩'],
  [18, 'B', '(一)', 'change-from-base', '>= 16', '%'],
  [19, 'B', '(一)', 'annual-mean', '<= 33', 'µg/m³'],
  [20, 'B', '(一)', 'annual-mean', '<= 68.3', 'µg/m³'],
  [21, 'B', '(一)', 'day-share', '>= 85.5', '%'],
  [22, 'B', '(一)', 'section-grade', '<= 4', '类'],
  [23, 'B', '(一)', 'section-grade', '<= 4', '类'],
  [24, 'B', '(一)(十二)', 'milestone', '>= 1', '是/否'],
  [25, 'B', '(三)', 'rate', '>= 15', '%'],
  [26, 'B', '(五)', 'rate', '>= 50', '%'],
  [27, 'B', '(七)', 'rate', '>= 35', '%'],
  [28, 'B', '(八)', 'day-count', '= 0', '天'],
  [29, 'B', '(九)', 'count', '>= 2', '家'],
  [30, 'B', '(十)', 'rate', '>= 90', '%'],
  [31, 'B', '(十)', 'rate', '>= 60', '%'],
  [32, 'B', '(十一)', 'rate', '>= 75', '%'],
  [33, 'B', '(十一)', 'rate', '>= 40', '%'],
  [34, 'B', '(十一)(十六)', 'rate', '>= 90', '%'],
  [35, 'B', '(十一)', 'rate', '>= 85', '%'],
  [36, 'B', '(十四)', 'section-grade', '<= 3', '类'],
  [37, 'B', '(十六)', 'rate', '>= 40', '%'],
  [38, 'B', '(十六)', 'rate', '>= 35', '%'],
  [39, 'B', '(十六)', 'rate', '>= 43', '%'],
  [40, 'B', '(十六)', 'rate', '>= 43', '%'],
  [41, 'B', '(十六)', 'rate', '>= 90', '%'],
  [42, 'B', '(十六)', 'rate', '>= 90', '%'],
  [43, 'B', '(十六)', 'count', '>= 8', '村'],
  [44, 'B', '(十七)', 'count', '= 0', '处'],
  [45, 'B', '(十八)', 'rate', '>= 100', '%'],
  [46, 'B', '(二十)', 'rate', '>= 55', '%'],
  [47, 'B', '(二十一)', 'rate', '>= 20.4', '%'],
  [48, 'B', '(二十一)', 'rate', '>= 55.3', '%'],
  [49, 'B', '(二十一)', 'rate', '>= 61', '%'],
  [50, 'B', '(二十一)', 'rate', '>= 77.17', '%'],
  [51, 'B', '(三十)', 'rate', '>= 100', '%'],
  [52, 'B', '(十五)', 'milestone', '>= 1', '是/否'],
  [53, 'B', '(十四)', 'milestone', '>= 1', '是/否'],
  [54, 'B', '(十九)', 'milestone', '>= 1', '是/否'],
  [55, 'B', '(九)', 'milestone', '>= 1', '是/否'],
];
const dueEarly = new Set([43, 55]);
const planIds = { A: 'tdbz-2023-55', B: 'tdf-2023-32' };

const seeds = parseSeeds(readSeedFiles());

describe('shipped seeds', () => {
  test('hold the 55 targets, numbered in order', () => {
    expect(seeds.targets.map((target) => target.id)).toEqual(rows.map(([id]) => id));
    expect(rows).toHaveLength(55);
  });

  test.each(rows)('target %i of plan %s, clause %s', (id, plan, clause, kind, rule, unit) => {
    const target = seeds.targets.find((candidate) => candidate.id === id);
    expect({
      planId: target?.planId,
      clause: target?.clause,
      kind: target?.kind,
      rule: `${target?.comparison} ${target?.limit}`,
      unit: target?.unit,
      due: target?.due,
      decimals: target?.decimals,
    }).toEqual({
      planId: planIds[plan],
      clause,
      kind,
      rule,
      unit,
      due: plan === 'A' || dueEarly.has(id) ? '2023-12-31' : '2025-12-31',
      decimals: /\.(\d+)$/.exec(rule)?.[1]?.length ?? 0,
    });
  });

  test('every quote is given, is short and holds the figure it stands for', () => {
    for (const target of seeds.targets) {
      expect(target.quote.length).toBeGreaterThan(5);
      expect(target.quote.length).toBeLessThan(100);
      if (['annual-mean', 'rate', 'area', 'change-from-base', 'day-share'].includes(target.kind)) {
        expect(target.quote).toContain(target.limit);
      }
    }
  });

  test('dust is left out only where the plan or its sense says so: heavy-pollution days', () => {
    const without = seeds.targets.filter((target) => target.ledger === 'without-dust');
    expect(without.map((target) => target.id)).toEqual([3, 28]);
  });

  test('annual figures begin with the year, deeds with the plan', () => {
    const starts = new Map<string, number[]>();
    for (const target of seeds.targets) {
      starts.set(target.periodStart, [...(starts.get(target.periodStart) ?? []), target.id]);
    }
    expect(starts.get('2023-10-19')).toEqual([13]);
    expect(starts.get('2023-05-10')).toEqual([24, 29, 43, 44, 52, 53, 54, 55]);
    expect([...starts.keys()].sort()).toEqual(['2023-01-01', '2023-05-10', '2023-10-19', '2025-01-01']);
  });

  test('the two plans', () => {
    expect(seeds.plans).toEqual([
      expect.objectContaining({
        document: '同党办综〔2023〕55 号',
        effective: '2023-10-19',
        due: '2023-12-31',
      }),
      expect.objectContaining({
        document: '同党发〔2023〕32 号',
        effective: '2023-05-10',
        due: '2025-12-31',
      }),
    ]);
  });

  test('sites: ten sections of which only 石炭沟 is named, 12 townships, 10 water sources, 1 station', () => {
    const ofKind = (kind: string): string[] =>
      seeds.sites.filter((site) => site.kind === kind).map((site) => site.name);
    expect(ofKind('air-station')).toHaveLength(1);
    expect(ofKind('county')).toEqual(['同心县']);
    expect(ofKind('drinking-water-surface')).toHaveLength(10);
    expect(ofKind('township')).toEqual([
      '豫海镇', '河西镇', '韦州镇', '下马关镇', '预旺镇', '王团镇',
      '丁塘镇', '田老庄乡', '马高庄乡', '张家塬乡', '兴隆乡', '石狮开发区',
    ]); // prettier-ignore
    const sections = seeds.sites.filter((site) => site.kind === 'river-section');
    expect(sections).toHaveLength(10);
    expect(sections.filter((site) => !site.placeholder).map((site) => site.code)).toEqual(['sec-shitangou']);
    expect(seeds.sites.filter((site) => site.placeholder).every((site) => site.name.includes('待补'))).toBe(
      true,
    );
    expect(seeds.sites).toHaveLength(34);
  });

  test('groups: nine county sections are 清水河 5 and 甜水河 4, without 石炭沟', () => {
    const members = (code: string): readonly string[] =>
      seeds.siteGroups.find((group) => group.code === code)?.members ?? [];
    expect(members('river-county-9')).toEqual([
      ...members('river-qingshui-5'),
      ...members('river-tianshui-4'),
    ]);
    expect(members('river-qingshui-5')).toHaveLength(5);
    expect(members('river-tianshui-4')).toHaveLength(4);
    expect(members('river-county-9')).not.toContain('sec-shitangou');
    expect(members('townships')).toHaveLength(12);
    expect(members('drinking-rural')).toHaveLength(9);
    expect(seeds.targets.find((target) => target.id === 22)?.assumptions.join()).toContain('石炭沟');
  });

  test('every report indicator belongs to a target, and every office to one', () => {
    const used = new Set(seeds.targets.map((target) => target.indicator));
    const reports = seeds.indicators.filter((indicator) => ['report', 'other'].includes(indicator.medium));
    expect(reports.filter((indicator) => !used.has(indicator.code))).toEqual([]);
    const offices = new Set(seeds.targets.flatMap((target) => target.offices));
    expect(seeds.offices.filter((office) => !offices.has(office.code))).toEqual([]);
  });

  test('straw is one indicator of two targets; film and manure, worded differently, are two each', () => {
    const indicatorOf = (id: number): string | undefined =>
      seeds.targets.find((target) => target.id === id)?.indicator;
    expect(indicatorOf(9)).toBe(indicatorOf(34));
    expect(indicatorOf(10)).not.toBe(indicatorOf(41));
    expect(indicatorOf(7)).not.toBe(indicatorOf(42));
  });

  test.each([
    ['air', 'PM2.5(μg/m³)', 'pm25'],
    ['air', 'pm2_5', 'pm25'],
    ['air', 'PM₂.₅', 'pm25'],
    ['air', '细颗粒物(PM2.5)', 'pm25'],
    ['air', '可吸入颗粒物', 'pm10'],
    ['air', 'CO（mg/m3）', 'co'],
    ['air', 'O3_8h', 'o3_8h'],
    ['air', 'O3-8h', 'o3_8h'],
    ['air', '臭氧8小时', 'o3_8h'],
    ['air', 'O3', 'o3'],
    ['air', 'O3_1h', 'o3_1h'],
    ['water', '高锰酸盐指数（mg/L）', 'codmn'],
    ['water', 'CODMn', 'codmn'],
    ['water', '溶氧量(mg/L)', 'do'],
    ['water', 'NH3-N', 'nh3n'],
    ['water', '氨氮', 'nh3n'],
    ['water', '总磷(mg/L)', 'tp'],
    ['water', '铬（六价）', 'cr6'],
    ['water', 'F⁻', 'f'],
    ['water', '电导率(μS/cm)', 'ec'],
    ['water', '叶绿素α(mg/L)', 'chla'],
    ['water', '藻密度(cells/L)', 'algae'],
    ['report', '农作物秸秆综合利用率（%）', 'straw_utilisation_rate'],
    ['report', '入河（湖、沟）排污口整治', 'outfall_rectification_done'],
  ])('a header of medium %s: %s means %s', (medium, header, code) => {
    const found = seeds.indicators.filter(
      (indicator) => indicator.medium === medium && indicator.synonyms.includes(normaliseName(header)),
    );
    expect(found.map((indicator) => indicator.code)).toEqual([code]);
  });

  test.each([
    ['pm10', 9999, 'possible'],
    ['pm10', 10001, 'impossible'],
    ['pm25', -5, 'possible'],
    ['pm25', -11, 'impossible'],
    ['co', 300, 'impossible'],
    ['ph', 14.1, 'impossible'],
    ['straw_utilisation_rate', 100.1, 'impossible'],
  ])('%s of %d is %s', (code, value, verdict) => {
    const indicator = seeds.indicators.find((candidate) => candidate.code === code);
    const possible =
      value >= (indicator?.possibleMin ?? -Infinity) && value <= (indicator?.possibleMax ?? Infinity);
    expect(possible).toBe(verdict === 'possible');
  });
});

type Entry = Record<string, unknown>;

/** The shipped files with one entry changed, removed (undefined) or, beyond the end, added. */
function changed(file: string, index: number, change: (entry: Entry) => Entry): Record<string, unknown> {
  const files = readSeedFiles();
  const entries = files[file] as Entry[];
  entries[index] = change(entries[index] ?? {});
  return files;
}

describe('parseSeeds refuses, naming file, entry and field', () => {
  test.each<[string, string, number, (entry: Entry) => Entry, string]>([
    ['an unknown indicator', 'targets.json', 0, (e) => ({ ...e, indicator: 'pm1' }),
      "targets.json: entry 1 (1): field indicator: unknown indicator 'pm1'"],
    ['an unknown group', 'targets.json', 1, (e) => ({ ...e, siteGroup: 'moon' }),
      "targets.json: entry 2 (2): field siteGroup: unknown site group 'moon'"],
    ['an unknown plan', 'targets.json', 2, (e) => ({ ...e, planId: 'plan-x' }),
      "targets.json: entry 3 (3): field planId: unknown plan 'plan-x'"],
    ['an unknown office', 'targets.json', 3, (e) => ({ ...e, offices: ['nobody'] }),
      "targets.json: entry 4 (4): field offices: unknown office 'nobody'"],
    ['an id given twice', 'targets.json', 4, (e) => ({ ...e, id: 1 }),
      "targets.json: entry 5 (1): field id: '1' occurs twice"],
    ['another unit than the indicator', 'targets.json', 0, (e) => ({ ...e, unit: 'mg/m³' }),
      "field unit: 'mg/m³' differs from the indicator's 'µg/m³'"],
    ['decimals that the limit does not show', 'targets.json', 19, (e) => ({ ...e, decimals: 0 }),
      'targets.json: entry 20 (20): field decimals: limit 68.3 is printed with 1'],
    ['a grade beyond 6', 'targets.json', 3, (e) => ({ ...e, limit: '7' }), 'field limit: a grade is 1 to 6'],
    ['a milestone other than 1', 'targets.json', 23, (e) => ({ ...e, limit: '2' }), 'has the limit 1'],
    ['no base year', 'targets.json', 17, (e) => ({ ...e, baseYear: null }), 'field baseYear'],
    ['a base year too many', 'targets.json', 0, (e) => ({ ...e, baseYear: 2020 }), 'field baseYear'],
    ['a due day that does not exist', 'targets.json', 0, (e) => ({ ...e, due: '2023-02-29' }),
      'targets.json: entry 1 (1): field due: expected a day'],
    ['a due day before the start', 'targets.json', 0, (e) => ({ ...e, due: '2022-12-31' }), 'is before periodStart'],
    ['a limit that is no number', 'targets.json', 0, (e) => ({ ...e, limit: '34µg' }), 'field limit: expected'],
    ['an empty quote', 'targets.json', 0, (e) => ({ ...e, quote: ' ' }), 'field quote'],
    ['a field nobody knows', 'targets.json', 0, (e) => ({ ...e, colour: 'red' }), 'field colour'],
    ['an entry that is no object', 'targets.json', 0, () => [] as unknown as Entry, 'targets.json: entry 1: field *'],
    ['a synonym of two indicators', 'indicators.json', 0, (e) => ({ ...e, synonyms: ['NO₂'] }),
      "indicators.json: entry 2 (no2): field synonyms: 'no2' is claimed by 'so2' too"],
    ['an indicator that a family needs', 'indicators.json', 0, (e) => ({ ...e, code: 'so3' }),
      "the air indicator 'so2' of family air_hour is missing"],
    ['possible inside plausible, below', 'indicators.json', 0, (e) => ({ ...e, possibleMin: 1 }), 'field possibleMin'],
    ['possible inside plausible, above', 'indicators.json', 0, (e) => ({ ...e, possibleMax: 1 }), 'field possibleMax'],
    ['an empty plausible range', 'indicators.json', 0, (e) => ({ ...e, plausibleMin: 800 }), 'field plausibleMin'],
    ['two sites of one name', 'sites.json', 0, (e) => ({ ...e, aliases: ['石炭沟'] }),
      "sites.json: entry 3 (sec-shitangou): field aliases: '石炭沟' names 'county-tongxin' too"],
    ['a site code given twice', 'sites.json', 1, (e) => ({ ...e, code: 'county-tongxin' }), "'county-tongxin' occurs twice"],
    ['a kind nobody knows', 'sites.json', 0, (e) => ({ ...e, kind: 'planet' }), 'sites.json: entry 1 (county-tongxin): field kind'],
    ['an unknown member', 'siteGroups.json', 0, (e) => ({ ...e, members: ['atlantis'] }),
      "siteGroups.json: entry 1 (county): field members: unknown site 'atlantis'"],
    ['a member twice', 'siteGroups.json', 0, (e) => ({ ...e, members: ['county-tongxin', 'county-tongxin'] }),
      "field members: 'county-tongxin' occurs twice"],
    ['an office code given twice', 'offices.json', 1, (e) => ({ ...e, code: 'ecology' }), "offices.json: entry 2 (ecology)"],
    ['a plan that ends before it begins', 'plans.json', 0, (e) => ({ ...e, due: '2023-01-01' }),
      'plans.json: entry 1 (tdbz-2023-55): field due: is before effective'],
  ])('%s', (_name, file, index, change, message) => {
    expect(() => parseSeeds(changed(file, index, change))).toThrow(message);
  }); // prettier-ignore

  test.each(seedFileNames)('a missing %s', (file) => {
    expect(() => parseSeeds({ ...readSeedFiles(), [file]: undefined })).toThrow(`${file}: missing`);
  });

  test('a file that is no array', () => {
    expect(() => parseSeeds({ ...readSeedFiles(), 'plans.json': {} })).toThrow('plans.json: expected a JSON');
  });

  test('every fault at once', () => {
    const files = changed('targets.json', 0, (entry) => ({ ...entry, indicator: 'x1', siteGroup: 'x2' }));
    expect(() => parseSeeds(files)).toThrow(/x1[^]*x2/);
  });
});
