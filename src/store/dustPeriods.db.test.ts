import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import {
  deleteDustPeriod,
  insertDustPeriod,
  insertDustPeriods,
  listDustPeriods,
  listDustPeriodsAt,
  listDustRevisions,
  undoDustPeriodsOf,
  updateDustPeriod,
} from './dustPeriods.js';
import { inTransaction, type PoolClient } from './pool.js';
import { insertSite } from './sites.js';
import { insertWrite } from './writes.js';

const actor = { tokenId: null, name: '张三', office: '分局', role: 'reviewer' } as const;
const day = instantOfDay('2024-03-05');
const span = [day - 100 * hourMs, day + 1000 * hourMs] as const;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await inTransaction(database.pool, async (client) => {
    await insertSite(client, { code: 'a', name: '甲', kind: 'air-station' });
    await insertSite(client, { code: 'w', name: '乙', kind: 'river-section' });
  });
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('truncate dust_periods, dust_period_revisions, pending_days'));

const write = (work: (client: PoolClient, writeId: string) => Promise<unknown>): Promise<string> =>
  inTransaction(database.pool, async (client) => {
    const writeId = await insertWrite(client, actor, { kind: 'manual' });
    await work(client, writeId);
    return writeId;
  });
const period = (from: number, to: number, document = '一号') => ({
  start: day + from * hourMs,
  end: day + to * hourMs,
  document,
  note: '',
});
const hours = async () =>
  (await listDustPeriods(database.pool, ...span)).map(({ start, end, document }) => [
    (start - day) / hourMs,
    (end - day) / hourMs,
    document,
  ]);
async function takeMarks(): Promise<string[]> {
  const { rows } = await database.pool.query<{ mark: string }>(
    `with gone as (delete from pending_days returning *)
     select s.code || ' ' || gone.day::text as mark from gone join sites s on s.id = gone.site_id order by 1`,
  );
  return rows.map(({ mark }) => mark);
}

test('every change marks the days of the old and the new period, for stations of air only', async () => {
  await write((client, id) => insertDustPeriods(client, [period(20, 28)], id));
  expect(await takeMarks()).toEqual(['a 2024-03-05', 'a 2024-03-06']);
  const [stored] = await listDustPeriods(database.pool, ...span);
  // Ends with the day: the next one is not touched.
  await write((client, id) =>
    updateDustPeriod(client, stored!.id, { start: day + 48 * hourMs, end: day + 72 * hourMs }, id),
  );
  expect(await takeMarks()).toEqual(['a 2024-03-05', 'a 2024-03-06', 'a 2024-03-07']);
  await write((client, id) => updateDustPeriod(client, stored!.id, { note: '扬沙' }, id));
  expect(await takeMarks()).toEqual([]);
  await write((client, id) => deleteDustPeriod(client, stored!.id, id));
  expect(await takeMarks()).toEqual(['a 2024-03-07']);
});

test('periods as the service knew them at each moment, deleted ones too', async () => {
  const moments: Date[] = [];
  // A moment is one of milliseconds; writes are stamped in microseconds.
  const remember = async () => {
    await database.pool.query('select pg_sleep(0.002)');
    moments.push((await database.pool.query<{ t: Date }>('select clock_timestamp() as t')).rows[0]!.t);
    await database.pool.query('select pg_sleep(0.002)');
  };
  await remember();
  await write((client, id) => insertDustPeriod(client, period(0, 5), id));
  await remember();
  const [stored] = await listDustPeriods(database.pool, ...span);
  await write((client, id) => updateDustPeriod(client, stored!.id, { end: day + 9 * hourMs }, id));
  await remember();
  await write((client, id) => deleteDustPeriod(client, stored!.id, id));
  await remember();
  const ends = async (at: Date, from = span[0], to = span[1]) =>
    (await listDustPeriodsAt(database.pool, at, from, to)).map(({ end }) => (end - day) / hourMs);
  const known = [];
  for (const at of moments) known.push(await ends(at));
  expect(known).toEqual([[], [5], [9], []]);
  expect(await ends(moments[2]!, day + 9 * hourMs)).toEqual([]);
  expect(await ends(moments[2]!, day + 8 * hourMs, day + 9 * hourMs)).toEqual([9]);
  const revisions = await listDustRevisions(database.pool, { deletedOnly: true });
  expect(revisions.map(({ before, after, by }) => [before !== null, after !== null, by])).toEqual([
    [false, true, '张三'],
    [true, true, '张三'],
    [true, false, '张三'],
  ]);
});

test('undo takes back additions, changes and deletions of a write, but not what came later', async () => {
  await write(async (client, id) => {
    await insertDustPeriods(client, [period(0, 5), period(10, 15, '二号'), period(30, 35, '三号')], id);
  });
  const [one, two, three] = await listDustPeriods(database.pool, ...span);
  const wrong = await write(async (client, id) => {
    await updateDustPeriod(client, one!.id, { end: day + 6 * hourMs }, id);
    await updateDustPeriod(client, one!.id, { end: day + 7 * hourMs }, id);
    await deleteDustPeriod(client, two!.id, id);
    await updateDustPeriod(client, three!.id, { end: day + 36 * hourMs }, id);
    await insertDustPeriod(client, period(50, 55, '四号'), id);
  });
  await write((client, id) => updateDustPeriod(client, three!.id, { end: day + 37 * hourMs }, id));
  await takeMarks();
  let outcome: unknown;
  await write(async (client, id) => (outcome = await undoDustPeriodsOf(client, wrong, id)));
  expect(outcome).toMatchObject({ overtaken: [three!.id] });
  expect(await hours()).toEqual([
    [0, 5, '一号'],
    [10, 15, '二号'],
    [30, 37, '三号'],
  ]);
  expect((await listDustPeriods(database.pool, ...span)).map(({ id }) => id)).toEqual([
    one!.id,
    two!.id,
    three!.id,
  ]);
  expect(await takeMarks()).toEqual(['a 2024-03-05', 'a 2024-03-07']);
});

test('refused: the same period twice, reversed, too long, unknown', async () => {
  await write((client, id) => insertDustPeriod(client, period(0, 5), id));
  const attempt = (work: (client: PoolClient, id: string) => Promise<unknown>) =>
    write(work).catch((e: unknown) => e);
  expect(await attempt((client, id) => insertDustPeriod(client, period(0, 5), id))).toMatchObject({
    code: 'conflict',
  });
  expect(await attempt((client, id) => insertDustPeriod(client, period(5, 5), id))).toMatchObject({
    code: 'invalid-request',
  });
  expect(await attempt((client, id) => insertDustPeriod(client, period(0, 32 * 24), id))).toMatchObject({
    code: 'invalid-request',
  });
  expect(await attempt((client, id) => deleteDustPeriod(client, 2_000_000, id))).toMatchObject({
    code: 'not-found',
  });
  expect(await hours()).toEqual([[0, 5, '一号']]);
});
