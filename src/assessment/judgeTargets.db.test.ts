import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { loadDemo } from '../demo/loadDemo.js';
import { verdicts, type VerdictName } from '../domain/verdict.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { insertPlan, insertTargetVersion } from '../store/targets.js';
import { drainMarks } from './database.fixture.js';
import { judgeTargets, type JudgedTarget } from './judgeTargets.js';

let database: TestDatabase;
const judgedOn = new Map<string, JudgedTarget[]>();

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  await loadDemo(database.pool, () => undefined);
  await drainMarks(database.pool);
}, 120_000);
afterAll(() => database.drop());

async function judge(asOf: string): Promise<JudgedTarget[]> {
  const judged = judgedOn.get(asOf) ?? (await judgeTargets(database.pool, asOf));
  judgedOn.set(asOf, judged);
  return judged;
}

async function verdictsOn(asOf: string): Promise<Partial<Record<VerdictName, number[]>>> {
  const judged = await judge(asOf);
  return Object.fromEntries(
    verdicts.map((name) => [
      name,
      judged.filter(({ judgement }) => judgement.verdict === name).map(({ target }) => target.id),
    ]),
  );
}
const find = async (asOf: string, id: number) =>
  (await judge(asOf)).find(({ target }) => target.id === id)!.judgement;

test('as of 2025-09-30 every verdict occurs, where the demonstration means it to', async () => {
  expect(await verdictsOn('2025-09-30')).toEqual({
    met: [1, 3, 6, 7, 9, 11, 13, 14, 15, 16, 43, 55],
    missed: [2, 4, 8, 10, 17],
    secured: [24, 29, 53],
    'on-track': [19, 21, 23, 25, 27, 30, 32, 33, 36, 37, 39, 40, 41, 42, 44, 45, 46, 48, 50, 51],
    'at-risk': [18, 20, 22, 26, 31, 34, 38, 47, 52],
    lost: [28],
    'insufficient-data': [5],
    'not-reported': [12, 35, 49, 54],
  });
});

const final2023 = {
  met: [1, 3, 6, 7, 9, 11, 13, 14, 15, 16, 43, 55],
  missed: [2, 4, 8, 10, 17],
};

test.each(['2023-12-31', '2024-06-30', '2024-12-31'])(
  'as of %s the targets of 2023 are final, and those of 2025 are progress, never a breach',
  async (asOf) => {
    const found = await verdictsOn(asOf);
    expect(found).toMatchObject({ ...final2023, lost: [], 'not-reported': [12, 35, 49, 54] });
    expect(found['insufficient-data']).toEqual(asOf < '2024' ? [5, 23] : [5]);
    const notes = (await find(asOf, 20)).notes.map(({ zh }) => zh).join();
    expect(notes).toContain(`${asOf.slice(0, 4)} 年的进展`);
    expect((await find(asOf, 2)).notes).toEqual([]);
  },
);

test('what was secured in 2024 stays so, and is met in the end', async () => {
  expect((await verdictsOn('2024-06-30')).secured).toEqual([]);
  expect((await verdictsOn('2024-12-31')).secured).toEqual([24, 29]);
  const end = await verdictsOn('2025-12-31');
  expect(end.met).toEqual(expect.arrayContaining([24, 29, 53]));
  expect(end.missed).toEqual([2, 4, 8, 10, 17, 22, 28]);
});

test('a year of which only nine months are stored has no conclusion when it is over', async () => {
  const end = await verdictsOn('2025-12-31');
  expect(end['insufficient-data']).toEqual(expect.arrayContaining([18, 19, 20, 21, 34, 44, 52]));
  for (const name of ['secured', 'on-track', 'at-risk', 'lost'] as const) expect(end[name]).toEqual([]);
});

describe('figures of the demonstration', () => {
  test.each([
    [1, { verdict: 'met', value: '32', distance: '2', used: 364, missing: 1, otherLedgerValue: '30' }],
    [2, { verdict: 'missed', value: '72', distance: '-4', used: 363, missing: 2, otherLedgerValue: '61' }],
    [3, { verdict: 'met', value: '0', otherLedgerValue: '6', used: 364 }],
    [4, { verdict: 'missed', value: '6', distance: '-2', used: 12, inputs: ['monthly'] }],
    [17, { verdict: 'missed', value: '7.63', distance: '-0.24' }],
    [20, { verdict: 'at-risk', value: '70.4', distance: '-2.1', used: 270, missing: 3, inputs: ['hourly'] }],
    [21, { verdict: 'on-track', value: '87.4', used: 270, otherLedgerValue: '89.7' }],
    [28, { verdict: 'lost', value: '1', otherLedgerValue: '5' }],
  ])('target %d as of 2025-09-30', async (id, expected) => {
    expect(await find('2025-09-30', id)).toMatchObject(expected);
  });

  test('annual means equal those that SQL makes of the stored hours', async () => {
    const { rows } = await database.pool.query<{ pm25: string; pm10: string }>(
      `select avg(pm25)::text as pm25, avg(pm10)::text as pm10 from (
         select case when count(pm25) >= 20 then avg(pm25::numeric) end as pm25,
                case when count(pm10) >= 20 then avg(pm10::numeric) end as pm10
           from air_hour where ts >= '2023-01-01 00:00+08' and ts < '2024-01-01 00:00+08' group by beijing_day(ts)) d`,
    );
    const near = async (id: number, value: string) =>
      expect(Number((await find('2025-09-30', id)).valueUnrounded)).toBeCloseTo(Number(value), 9);
    await near(1, rows[0]!.pm25);
    await near(2, rows[0]!.pm10);
  });

  test('the unconfirmed rules stand beside the verdict', async () => {
    const judged = await judge('2025-09-30');
    const assumptions = (id: number) =>
      judged
        .find(({ target }) => target.id === id)!
        .ruleAssumptions.map(({ zh }) => zh)
        .join();
    expect(assumptions(20)).toContain('日均值不先修约');
    expect(assumptions(28)).toContain('沙尘');
    for (const id of [21, 28]) {
      for (const words of [
        '计算前修约',
        '日最大8小时平均',
        '封顶为500',
        '至少20个有效小时值',
        '不设最低有效点位比例',
      ])
        expect(assumptions(id)).toContain(words);
      expect(assumptions(id)).not.toContain('日均值不先修约');
      // No day of 2025 is indexed by the version of 2026.
      expect(assumptions(id)).not.toContain('跨2026年3月1日');
    }
    expect(assumptions(22)).toContain('8个月');
  });

  test('the settings of the projection stand beside every verdict that has one, and beside no other', async () => {
    for (const { judgement, ruleAssumptions } of await judge('2025-09-30')) {
      const words = ruleAssumptions.map(({ zh }) => zh).join();
      for (const setting of ['随机抽取400次（种子0', '80%区间', '至少2/3达标'])
        expect([judgement.projection !== null, words.includes(setting)]).toEqual(
          judgement.projection === null ? [false, false] : [true, true],
        );
    }
  });

  test('another setting makes another projection', async () => {
    const project = async () =>
      (await judgeTargets(database.pool, '2025-09-30', 20))[0]?.judgement.projection;
    const before = await project();
    expect(before?.level).toBe(80);
    await database.pool.query(
      `update standards set document = jsonb_set(document, '{interval,level}', '"0.9"') where id = 'PROJECTION-1'`,
    );
    try {
      expect((await project())?.level).toBe(90);
    } finally {
      await database.pool.query(
        `update standards set document = jsonb_set(document, '{interval,level}', '"0.8"') where id = 'PROJECTION-1'`,
      );
    }
    expect(await project()).toEqual(before);
  });

  test('one target alone is judged as among all', async () => {
    const [alone, ...others] = await judgeTargets(database.pool, '2025-09-30', 28);
    expect(others).toEqual([]);
    expect(alone?.judgement).toEqual(await find('2025-09-30', 28));
  });
});

describe('plans and amendments take effect from their date', () => {
  test('before a plan is in force its targets are absent', async () => {
    const ids = async (asOf: string) => (await judge(asOf)).map(({ target }) => target.planId);
    expect(await ids('2023-01-01')).toEqual([]);
    expect(new Set(await ids('2023-10-18'))).toEqual(new Set(['tdf-2023-32']));
    expect(new Set(await ids('2023-10-19'))).toEqual(new Set(['tdbz-2023-55', 'tdf-2023-32']));
  });

  test('an amended target is judged by its new words from that day on, by the old ones before', async () => {
    const old = (await judge('2025-09-30')).find(({ target }) => target.id === 20)!;
    const { id, ...definition } = old.target;
    await inTransaction(database.pool, async (client) => {
      await insertPlan(client, {
        id: 'next',
        document: '同党发〔2026〕1号',
        titleZh: '下一方案',
        issued: '2026-01-05',
        effective: '2026-01-05',
        due: '2027-12-31',
      });
      await insertTargetVersion(client, {
        id,
        effective: '2025-08-01',
        document: '修改通知',
        definition: { ...definition, limit: '76' },
        by: '测试',
      });
      await insertTargetVersion(client, {
        effective: '2026-01-05',
        document: '同党发〔2026〕1号',
        definition: {
          ...definition,
          planId: 'next',
          limit: '66',
          periodStart: '2027-01-01',
          due: '2027-12-31',
        },
        by: '测试',
      });
    });
    const version = async (asOf: string) => (await judgeTargets(database.pool, asOf, 20))[0];
    expect(await version('2025-07-31')).toMatchObject({ version: 1, target: { limit: '68.3' } });
    expect(await version('2025-08-01')).toMatchObject({
      version: 2,
      target: { limit: '76' },
      document: '修改通知',
    });
    expect((await version('2025-09-30'))?.judgement).toMatchObject({
      verdict: 'on-track',
      value: '70.4',
      distance: '5.6',
    });
    const ids = async (asOf: string) =>
      (await judgeTargets(database.pool, asOf)).map(({ target }) => target.id);
    expect(await ids('2026-01-04')).not.toContain(1001);
    expect(await ids('2026-01-05')).toContain(1001);
    const next = (await judgeTargets(database.pool, '2026-01-05', 1001))[0];
    expect(next?.judgement.verdict).toBe('not-reported');
    expect(next?.judgement.notes[0]?.zh).toContain('2026 年的进展');
  });
});

test('days after the date asked for take no part', async () => {
  const before = (await judgeTargets(database.pool, '2025-03-31', 21))[0]?.judgement;
  expect(before).toMatchObject({ used: 89, missing: 1, standards: ['HJ633-2012', 'HJ663-2013'] });
});
