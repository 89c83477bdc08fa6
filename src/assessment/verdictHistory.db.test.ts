import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { markFigure } from '../app/publishedFigureService.js';
import { addDays, daysInRange, instantOfDay } from '../domain/calendar.js';
import { createLogger } from '../log.js';
import { inTransaction } from '../store/pool.js';
import { listNotices } from '../store/publishedFigures.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { listSites } from '../store/sites.js';
import { insertTargetVersion, listAllVersions, listTargets } from '../store/targets.js';
import { listTurningDays, listVerdictRecords } from '../store/verdictDays.js';
import { drainMarks, testActor, writeRows } from './database.fixture.js';
import { judgeTargets } from './judgeTargets.js';
import {
  judgeStretch,
  recordQuarter,
  spreadMarks,
  VerdictHistory,
  versionsInForce,
} from './verdictHistory.js';

jest.setTimeout(120_000);
const until = '2024-04-10';
const pm25Target = 1;
let database: TestDatabase;
let history: VerdictHistory;
let siteId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  siteId = (await listSites(database.pool)).find(({ code }) => code === 'air-town')!.id;
  history = new VerdictHistory(database.pool, createLogger('silent'), () => until);
  await writeDays('2024-01-01', '2024-04-01', 20);
  await history.drain();
});
afterAll(() => database.drop());

/** Daily means of [from, to), recomputed. */
async function writeDays(from: string, to: string, pm25: number): Promise<void> {
  const rows = daysInRange(from, to).map((day, index) => ({
    line: index + 2,
    ts: instantOfDay(day),
    siteId,
    values: [5, 6, 1, 80, 40, pm25, 90],
  }));
  await writeRows(database.pool, 'air_day', rows);
  await drainMarks(database.pool);
}

const all = (targetId: number, from: string, to: string) =>
  listVerdictRecords(database.pool, targetId, { from, to, all: true });
async function count(table: string): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(`select count(*)::integer as n from ${table}`);
  return rows[0]!.n;
}

test('every as-of day since the plans has a record that says what a judgement of that day says', async () => {
  expect(await count('verdict_marks')).toBe(0);
  for (const day of ['2023-05-10', '2023-12-31', '2024-02-15', until]) {
    for (const { target, version, judgement } of await judgeTargets(database.pool, day)) {
      const records = await all(target.id, day, day);
      expect(records).toMatchObject([
        {
          asOf: day,
          targetVersion: version,
          verdict: judgement.verdict,
          value: judgement.value,
          current: true,
        },
      ]);
    }
  }
  expect(await all(19, '2023-05-09', '2023-05-09')).toEqual([]);
});

test('many days judged from one loading are as each judged alone', async () => {
  const versions = await listAllVersions(database.pool);
  const said = await judgeStretch(database.pool, {
    from: '2023-12-28',
    to: '2024-01-05',
    targetsOf: (day) => versionsInForce(versions, day),
  });
  for (const day of daysInRange('2023-12-28', '2024-01-06')) {
    expect(versionsInForce(versions, day)).toEqual(await listTargets(database.pool, day));
    const alone = (await judgeTargets(database.pool, day)).map(({ target, judgement }) => [
      target.id,
      judgement.verdict,
      judgement.valueUnrounded,
      judgement.reason.zh,
    ]);
    const together = said
      .filter(({ asOf }) => asOf === day)
      .map((one) => [one.targetId, one.verdict, one.valueUnrounded, one.reasonZh]);
    expect(together).toEqual(alone);
  }
});

test('later data add records from their day on, keep the old ones, and unchanged answers write nothing', async () => {
  const before = await count('verdict_days');
  await writeDays('2024-03-10', '2024-03-11', 20);
  await history.drain();
  expect(await count('verdict_days')).toBe(before);
  await writeDays('2024-03-10', '2024-03-11', 300);
  await history.drain();
  expect(await all(19, '2024-03-09', '2024-03-09')).toHaveLength(1);
  const records = await all(19, '2024-03-10', '2024-03-10');
  expect(records.map(({ current }) => current)).toEqual([false, true]);
  expect(records[0]!.valueUnrounded).toBe('20');
  expect(records[1]!.valueUnrounded).toBe('24');
  expect(records[1]!.recordedAt.getTime()).toBeGreaterThan(records[0]!.recordedAt.getTime());
  await expect(database.pool.query('delete from verdict_days')).rejects.toThrow('append only');
});

test('a crash loses no mark, and a quarter in one hand is left alone by others', async () => {
  await writeDays('2024-03-11', '2024-03-12', 30);
  await spreadMarks(database.pool, until);
  const stopping = new AbortController();
  stopping.abort();
  await expect(recordQuarter(database.pool, stopping.signal)).rejects.toThrow();
  const marked = await count('verdict_marks');
  expect(marked).toBeGreaterThan(0);
  await inTransaction(database.pool, async (client) => {
    for (const quarter of ['2024-01-01', '2024-04-01'])
      await client.query(
        `select pg_advisory_xact_lock(hashtext('verdict history'), $1::date - date '2000-01-01')`,
        [quarter],
      );
    expect(await recordQuarter(database.pool)).toBeUndefined();
  });
  expect(await count('verdict_marks')).toBe(marked);
  await history.drain();
  expect(await count('verdict_marks')).toBe(0);
  expect((await all(19, '2024-03-11', '2024-03-11')).length).toBe(3);
});

test('an amended target takes effect from its date; the verdicts before stay', async () => {
  const version = (await listTargets(database.pool, until)).find(({ target }) => target.id === 19)!;
  const { id, ...definition } = version.target;
  const known = await database.pool.query<{ at: string }>('select clock_timestamp()::text as at');
  const turnedBefore = await listTurningDays(database.pool, '2024-03-20');
  const before = await all(19, '2024-03-19', '2024-03-19');
  await inTransaction(database.pool, (client) =>
    insertTargetVersion(client, {
      id,
      effective: '2024-03-20',
      document: '修订',
      definition: { ...definition, limit: '1' },
      by: '测试',
    }),
  );
  await history.drain();
  expect(await all(19, '2024-03-19', '2024-03-19')).toEqual(before);
  const after = (await all(19, '2024-03-20', '2024-03-20')).at(-1)!;
  expect(after).toMatchObject({ targetVersion: 2, verdict: 'at-risk' });
  const turned = await listTurningDays(database.pool, until);
  expect(turned.get(19)!.verdict).toBe('insufficient-data');
  expect(turned.get(pm25Target)!.since <= until).toBe(true);
  const run = (await all(19, '2023-05-10', until)).filter(({ current }) => current).reverse();
  const broken = run.findIndex(({ verdict }) => verdict !== 'insufficient-data');
  expect(turned.get(19)!.since).toBe(addDays(run[broken]!.asOf, 1));
  // By what was recorded before the amendment, it had turned when it was said to have.
  const said = (at?: string) => listTurningDays(database.pool, '2024-03-20', at);
  expect(await said(known.rows[0]!.at)).toEqual(turnedBefore);
  expect((await said()).get(19)).toEqual({ verdict: 'at-risk', since: '2024-03-20' });
  expect(turnedBefore.get(19)!.verdict).not.toBe('at-risk');
});

test('a day that has come is recorded without any change', async () => {
  const next = new VerdictHistory(database.pool, createLogger('silent'), () => addDays(until, 2));
  await next.drain();
  expect(await all(19, addDays(until, 1), addDays(until, 9))).toHaveLength(2);
});

test('a target is not marked for a period that it does not judge', async () => {
  const mark = (period: string) =>
    inTransaction(database.pool, (client) =>
      markFigure(client, testActor, {
        kind: 'target',
        subject: String(pm25Target),
        period,
        value: '33',
        document: '公报',
        date: '2025-01-10',
      }),
    );
  for (const period of ['2024', '2024-01', '2031'])
    await expect(mark(period)).rejects.toMatchObject({
      code: 'period-not-judged',
      params: { period, from: '2023-01-01', to: '2023-12-31' },
    });
  expect(await mark('2023')).toMatchObject({ firstDay: '2023-01-01', endDay: '2024-01-01' });
  expect(await mark('2023-12')).toMatchObject({ publishedValue: '33' });
});

test('a change of a published figure raises a notice with old, new, who and why; a change back another', async () => {
  const mark = (kind: 'group-mean' | 'target', subject: string, period: string) =>
    inTransaction(database.pool, (client) =>
      markFigure(client, testActor, { kind, subject, period, document: '公报', date: '2024-05-01' }),
    );
  await writeDays('2024-02-01', '2024-02-02', 20);
  const figure = await mark('group-mean', 'air-county-evaluation/pm25', '2024-02');
  await mark('target', '19', '2024-02');
  expect(figure).toMatchObject({ publishedValue: '20', computedValue: '20' });
  await writeDays('2024-02-05', '2024-02-06', 20);
  await writeDays('2024-03-05', '2024-03-06', 500);
  const notices = () => listNotices(database.pool, { limit: 9 });
  expect(await notices()).toEqual([]);
  await writeDays('2024-02-05', '2024-02-06', 600);
  expect(await notices()).toMatchObject([
    {
      figure: { kind: 'group-mean', publishedValue: '20', currentValue: '40' },
      oldValue: '20',
      newValue: '40',
      causes: [{ by: '测试', office: '生态环境分局', reason: 'test' }],
    },
  ]);
  await history.drain();
  expect((await notices())[0]).toMatchObject({
    figure: { kind: 'target', subject: '19' },
    oldValue: '20',
    causes: [{ reason: 'test' }],
  });
  await writeDays('2024-02-05', '2024-02-06', 20);
  expect((await notices())[0]).toMatchObject({
    figure: { kind: 'group-mean' },
    oldValue: '40',
    newValue: '20',
  });
  expect((await notices())[0]!.causes).toHaveLength(1);
  const again = await mark('group-mean', 'air-county-evaluation/pm25', '2024-02');
  const { rows } = await database.pool.query('select replaced_by from published_figures where id = $1', [
    figure.id,
  ]);
  expect(rows).toEqual([{ replaced_by: again.id }]);
});

test('what is allowed and expected is that of now, as a judgement finds it, and written only where it differs', async () => {
  const read = async () => {
    const { rows } = await database.pool.query<{
      day: string;
      allowed: string;
      zh: string;
      before: string;
      version: string;
    }>(
      `select as_of::text as day, allowed, allowed_zh as zh, year_on_year_zh as before, xmin::text as version
         from target_outlooks where target_id = 19 and as_of between '2024-03-08' and '2024-03-12' order by as_of`,
    );
    return rows;
  };
  await history.drain();
  const before = await read();
  await writeDays('2024-03-10', '2024-03-11', 50);
  await history.drain();
  const after = await read();
  expect(after.map(({ day }) => day)).toEqual(daysInRange('2024-03-08', '2024-03-13'));
  for (const { day, allowed, zh, before: words } of after) {
    const { judgement } = (await judgeTargets(database.pool, day, 19))[0]!;
    if (judgement.allowed?.kind !== 'mean') throw new Error('not a mean');
    expect({ allowed, zh }).toEqual({
      allowed: judgement.allowed.remaining,
      zh: judgement.allowed.words.zh,
    });
    expect(words).toBe(`不能比较：${judgement.yearOnYear!.reason!.zh}`);
  }
  const same = after.map(({ version }, index) => version === before[index]!.version);
  expect(same).toEqual([true, true, false, false, false]);
  // Said anew from the first day on, and everything is as it was.
  await database.pool.query(`insert into verdict_marks (scope, from_day) values ('all', '2024-03-01')`);
  await history.drain();
  expect(await read()).toEqual(after);
});
