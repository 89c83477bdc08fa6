import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { addDays, hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import { deleteDustPeriod, listDustPeriods, updateDustPeriod } from '../store/dustPeriods.js';
import { keyedTables, type KeyedTableName, type StagedRow } from '../store/keyedTable.js';
import { applyStage, judgeStage } from '../store/mergeValues.js';
import { ensurePartitions } from '../store/partitions.js';
import { saveReport } from '../store/periodReports.js';
import { inSnapshot, inTransaction } from '../store/pool.js';
import { clearReviewFlags, setReviewFlags } from '../store/reviews.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { saveSiteGroup } from '../store/siteGroups.js';
import { insertSite, listSites, updateSite } from '../store/sites.js';
import { Stage, type StagedNote } from '../store/stage.js';
import { insertTargetVersion, listTargets } from '../store/targets.js';
import { applyUndo, findUndo, recordUndo } from '../store/undoWrite.js';
import { insertUpload } from '../store/uploads.js';
import { insertExtents, insertWrite } from '../store/writes.js';
import { addDust, drainMarks, testActor } from './database.fixture.js';
import { loadFactsAt } from './factsAt.js';
import { judgeTargets, judgeTargetsOver } from './judgeTargets.js';

jest.setTimeout(300_000);

const group = 'air-county-evaluation';
const first = '2025-01-01';
const asOf = '2025-01-31';
let database: TestDatabase;
let ids: Map<string, number>;

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  await inTransaction(database.pool, (client) =>
    insertSite(client, { code: 'air-second', name: '第二点位', kind: 'air-station', groups: [group] }),
  );
  ids = new Map((await listSites(database.pool)).map(({ code, id }) => [code, id]));
});
afterAll(() => database.drop());

const site = (code: string) => ids.get(code)!;
const dayOf = (n: number) => addDays(first, n);
interface Made {
  readonly writeId: string;
  readonly uploadId: string;
}

async function upload(table: KeyedTableName, rows: readonly StagedRow[], notes: readonly StagedNote[] = []) {
  return inTransaction(database.pool, async (client): Promise<Made> => {
    const stage = new Stage(client);
    await stage.add(table, rows);
    await stage.addNotes(table, notes);
    await judgeStage(client, stage);
    await ensurePartitions(database.pool, client, stage);
    const writeId = await insertWrite(client, testActor, { kind: 'upload' });
    await applyStage(client, stage, writeId);
    await insertExtents(client, stage, writeId);
    return { writeId, ...(await record(client, writeId)) };
  });
}

async function record(client: Parameters<typeof insertUpload>[0], writeId: string) {
  const file = { fileName: 'x.csv', sha256: '', bytes: 1, status: 'committed' as const, report: {} };
  const { id } = await insertUpload(client, testActor, file, writeId);
  return { uploadId: id };
}

async function takeBack({ writeId, uploadId }: Made): Promise<void> {
  await inTransaction(database.pool, async (client) => {
    const findings = await findUndo(client, writeId);
    const undoId = await insertWrite(client, testActor, { kind: 'undo', uploadId });
    await applyUndo(client, findings, writeId, undoId);
    await recordUndo(client, uploadId, writeId, undoId);
  });
}

const station = fc.constantFrom('air-town', 'air-second');
const day = fc.integer({ min: 0, max: 4 });
const value = fc.integer({ min: 1, max: 400 });
const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('hours' as const), station, day, value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('daily' as const), station, day, value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sample' as const), day, value }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dry' as const), day }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('report' as const), value }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('undo' as const), which: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('dust' as const), hour: fc.nat(90), length: value }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('dust-edit' as const, 'dust-delete' as const),
      which: fc.nat(9),
      hour: fc.nat(90),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('flag' as const, 'unflag' as const), station, day }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('members' as const),
      members: fc.constantFrom(['air-town'], ['air-second'], ['air-second', 'air-town']),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('target' as const), value }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('standard' as const), value }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), value }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

async function perform(step: Action, made: Made[]): Promise<void> {
  const { pool } = database;
  const waterRow = (ts: number, codmn: number | null): StagedRow => ({
    line: 2,
    ts,
    siteId: site('sec-tianshui-1'),
    values: waterItems.map((code) => (code === 'codmn' ? codmn : null)),
  });
  switch (step.do) {
    case 'hours': {
      const rows = Array.from({ length: 22 }, (_, index) => ({
        line: index + 2,
        ts: instantOfDay(dayOf(step.day)) + index * hourMs,
        siteId: site(step.station),
        values: [10, 20, 1, 60, step.value, step.value / 2],
      }));
      made.push(await upload('air_hour', rows));
      return;
    }
    case 'daily': {
      const row = { line: 2, ts: instantOfDay(dayOf(step.day)), siteId: site(step.station) };
      made.push(await upload('air_day', [{ ...row, values: [5, 6, 1, 80, step.value, 20, 90] }]));
      return;
    }
    case 'sample':
      made.push(await upload('water_sample', [waterRow(instantOfDay(dayOf(step.day)), step.value / 10)]));
      return;
    case 'dry': {
      const ts = instantOfDay(dayOf(step.day));
      const note = {
        ts,
        siteId: site('sec-tianshui-1'),
        indicator: '*',
        flag: 'no-flow',
        raw: '断流',
      } as const;
      made.push(await upload('water_sample', [waterRow(ts, null)], [note]));
      return;
    }
    case 'report':
      return inTransaction(pool, async (client) => {
        const writeId = await insertWrite(client, testActor, { kind: 'upload' });
        const rate = (await listTargets(client, asOf)).find(({ target }) => target.kind === 'rate')!.target;
        const { rows } = await client.query<{ site_id: number }>(
          'select site_id from site_group_members where group_code = $1 limit 1',
          [rate.siteGroup],
        );
        const report = {
          line: 2,
          indicator: rate.indicator,
          siteId: rows[0]!.site_id,
          periodKind: 'year' as const,
        };
        const period = { periodStart: '2024-01-01', periodEnd: '2025-01-01', value: String(step.value / 4) };
        await saveReport(client, { ...report, ...period }, writeId);
        made.push({ writeId, ...(await record(client, writeId)) });
      });
    case 'undo':
      if (made.length > 0) await takeBack(made.splice(step.which % made.length, 1)[0]!);
      return;
    case 'dust': {
      const start = instantOfDay(first) + step.hour * hourMs;
      return addDust(pool, start, start + (1 + (step.length % 30)) * hourMs);
    }
    case 'dust-edit':
    case 'dust-delete':
      return inTransaction(pool, async (client) => {
        const periods = await listDustPeriods(client, 0, instantOfDay('2100-01-01'));
        const period = periods[step.which % Math.max(1, periods.length)];
        if (period === undefined) return;
        const writeId = await insertWrite(client, testActor, { kind: 'manual' });
        if (step.do === 'dust-delete') return deleteDustPeriod(client, period.id, writeId);
        const start = instantOfDay(first) + step.hour * hourMs;
        await updateDustPeriod(client, period.id, { start, end: start + 7 * hourMs }, writeId).catch(
          (error: { code?: string }) => {
            if (error.code !== 'conflict') throw error;
          },
        );
      });
    case 'flag':
    case 'unflag':
      return inTransaction(pool, async (client) => {
        const from = new Date(instantOfDay(dayOf(step.day)));
        const to = new Date(from.getTime() + 5 * hourMs);
        const which = {
          table: keyedTables.air_hour,
          siteId: site(step.station),
          indicator: 'pm25',
          from,
          to,
        };
        const writeId = await insertWrite(client, testActor, { kind: 'manual' });
        const change = { flag: 'invalid' as const, reason: '试', writeId };
        await (step.do === 'flag' ? setReviewFlags : clearReviewFlags)(client, which, change);
      });
    case 'members':
      return inTransaction(pool, (client) =>
        saveSiteGroup(client, { code: group, nameZh: '城市建成区', members: [...step.members] }),
      );
    case 'target':
      await inTransaction(pool, async (client) => {
        const mean = (await listTargets(client, asOf)).find(({ target }) => target.kind === 'annual-mean')!;
        const { id, ...definition } = mean.target;
        const document = `修订 ${step.value}`;
        const limit = String(step.value / 4);
        await insertTargetVersion(client, {
          id,
          effective: '2025-01-01',
          document,
          definition: { ...definition, limit },
          by: '测试',
        });
      });
      return;
    case 'standard':
      await pool.query(
        `update standards set document = jsonb_set(document, '{stations,minimumShare}', to_jsonb($1::text))
          where document ->> 'kind' = 'air-evaluation'`,
        [step.value % 2 === 0 ? '0.5' : '0.75'],
      );
      return;
    case 'rename':
      return inTransaction(pool, (client) =>
        updateSite(client, 'sec-tianshui-1', { name: `断面${step.value}` }),
      );
  }
}

test('what was said at a moment is said again for that moment, whatever happened since', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 6, maxLength: 14 }), async (steps) => {
      const made: Made[] = [];
      const remembered: { at: string; verdicts: unknown }[] = [];
      for (const step of steps) {
        await perform(step, made);
        // Some moments come before the recomputation has caught up.
        await drainMarks(database.pool);
        const { rows } = await database.pool.query<{ at: string }>('select clock_timestamp()::text as at');
        remembered.push({ at: rows[0]!.at, verdicts: await judgeTargets(database.pool, asOf) });
      }
      await perform({ do: 'hours', station: 'air-town', day: 1, value: 77 }, made);
      for (const { at, verdicts } of remembered) {
        const again = await inSnapshot(database.pool, async (client) =>
          judgeTargetsOver(await loadFactsAt(client, at), asOf),
        );
        expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify(verdicts)));
      }
    }),
    { numRuns: 12, seed: 20250131 },
  );
});

test('before anything was known nothing is said', async () => {
  const facts = await inSnapshot(database.pool, (client) => loadFactsAt(client, '1969-12-31T00:00:00Z'));
  expect(await judgeTargetsOver(facts, asOf)).toEqual([]);
});
