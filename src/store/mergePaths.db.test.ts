import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import type { Actor } from '../domain/role.js';
import type { KeyedTable, KeyedTableName, StagedRow } from './keyedTable.js';
import { KeyTrack } from './keyTrack.js';
import { applyStage, judgeStage, listChanges } from './mergeValues.js';
import { inTransaction } from './pool.js';
import { Stage, type StagedNote, type TableSurvey } from './stage.js';
import { insertWrite } from './writes.js';

jest.setTimeout(120_000);

const actor: Actor = { tokenId: null, name: '测试', office: '生态环境分局', role: 'admin' };
const start = instantOfDay('2024-12-31');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const table of ['air_hour', 'series_values', 'published_texts']) {
    await database.pool.query('select ensure_partitions($1, $2, $2)', [table, new Date(start)]);
    await database.pool.query('select ensure_partitions($1, $2, $2)', [table, new Date(start + 24 * hourMs)]);
  }
});
afterAll(() => database.drop());

/** A stage of which nothing is known beforehand, so that the database compares everything. */
class UnknownStage extends Stage {
  override trackOf(table: KeyedTable): KeyTrack {
    const known = super.trackOf(table);
    const unknown = new KeyTrack(table);
    unknown.rows = known.rows;
    // The same key twice shows nothing, and the times span everything that is stored.
    for (const ts of [0, 0, 4_000_000_000_000]) unknown.add({ ts, siteId: 0, line: 0, values: [] });
    return unknown;
  }

  override surveyOf(): TableSurvey | undefined {
    return undefined;
  }
}

/** A row of the input: what it gives for the family, for the narrow table and as a published text. */
interface Line {
  readonly at: number;
  readonly site: number;
  readonly pm10: number | null;
  readonly pm25: number | null;
  readonly flagged: boolean;
  readonly benzene: number | null;
  readonly aqi: string | null;
}

async function fill(stage: Stage, lines: readonly Line[], firstSite: number): Promise<void> {
  const rows = new Map<KeyedTableName, StagedRow[]>([['air_hour', []], ['series', []], ['published', []]]); // prettier-ignore
  const notes: StagedNote[] = [];
  lines.forEach(({ at, site, pm10, pm25, flagged, benzene, aqi }, index) => {
    const key = { line: index + 2, ts: start + at * hourMs, siteId: firstSite + site };
    if (pm10 !== null || pm25 !== null)
      rows.get('air_hour')!.push({ ...key, values: [null, null, null, null, pm10, pm25] });
    if (flagged && pm10 !== null)
      notes.push({ ts: key.ts, siteId: key.siteId, indicator: 'pm10', flag: 'suspect', raw: String(pm10) });
    if (benzene !== null) rows.get('series')!.push({ ...key, keys: ['benzene', 'hour'], values: [benzene] });
    if (aqi !== null) rows.get('published')!.push({ ...key, keys: ['aqi', 'hour'], values: [aqi] });
  });
  for (const [name, list] of rows) await stage.append(name, list);
  await stage.appendNotes('air_hour', notes);
  await stage.flush();
}

/** What a write says and does. */
async function write(stage: Stage, client: PoolClient, lines: readonly Line[], firstSite: number) {
  await fill(stage, lines, firstSite);
  const { contradictions, counts } = await judgeStage(client, stage);
  const changes = await listChanges(client, stage, 100);
  const writeId = await insertWrite(client, actor, { kind: 'manual', reason: 'test' });
  const replaced = await applyStage(client, stage, writeId);
  const anySite = ({ siteId, ...rest }: { siteId: number }) => ({ ...rest, site: siteId - firstSite });
  return {
    writeId,
    said: { contradictions: contradictions.map(anySite), counts, changes: changes.map(anySite), replaced },
  };
}

const tables: Record<string, string> = {
  air_hour: 'ts, write_id, so2, pm10, pm25',
  series_values: 'ts, write_id, indicator, span, value',
  published_texts: 'ts, write_id, indicator, span, value',
  value_origins: 'family, ts, indicator, span, write_id',
  value_flags: 'family, ts, indicator, flag, raw, write_id',
  flag_history: 'family, ts, indicator, flag, change, raw, write_id',
  revisions: 'family, ts, indicator, span, old_value, new_value, old_write_id, new_write_id',
  pending_days: 'medium, day',
  latest_rows: 'family, ts',
};

/** Everything that is stored of some sites, with writes named by their place in the sequence. */
async function findAll(firstSite: number, writeIds: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const [table, columns] of Object.entries(tables)) {
    const { rows } = await database.pool.query<Record<string, unknown>>(
      `select site_id - $1 as site, ${columns} from ${table} where site_id between $1 and $1 + 9`,
      [firstSite],
    );
    for (const row of rows) {
      for (const key of Object.keys(row).filter((name) => name.endsWith('write_id')))
        row[key] = writeIds.indexOf(row[key] as string);
      found.push(`${table} ${JSON.stringify(row)}`);
    }
  }
  return found.sort();
}

const value = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null, freq: 2 });
const line: fc.Arbitrary<Line> = fc.record({
  at: fc.integer({ min: 0, max: 30 }),
  site: fc.integer({ min: 0, max: 1 }),
  pm10: value,
  pm25: value,
  flagged: fc.boolean(),
  benzene: value,
  aqi: fc.option(fc.constantFrom('50', '51'), { nil: null }),
});
// Hours far and near: some writes meet nothing stored, some repeat a key, some send again what is there.
const wide = fc.array(line, { minLength: 1, maxLength: 6 });
const narrow = fc.array(
  line.map((one) => ({ ...one, at: one.at % 2, aqi: null, benzene: null })),
  { minLength: 1, maxLength: 5 },
);
const again = fc.tuple(fc.oneof(wide, narrow), fc.boolean(), fc.boolean()).map(([lines, twice, bare]) => {
  const batch = bare ? lines.map((one) => ({ ...one, flagged: false })) : lines;
  return twice ? [batch, batch] : [batch];
});

test('the short ways leave and say what comparing everything does', async () => {
  let site = 10_000;
  await fc.assert(
    fc.asyncProperty(fc.array(again, { minLength: 1, maxLength: 3 }), async (groups) => {
      site += 20;
      const short: string[] = [];
      const long: string[] = [];
      for (const lines of groups.flat()) {
        const quick = await inTransaction(database.pool, (client) =>
          write(new Stage(client), client, lines, site),
        );
        const slow = await inTransaction(database.pool, (client) =>
          write(new UnknownStage(client), client, lines, site + 10),
        );
        expect(quick.said).toEqual(slow.said);
        short.push(quick.writeId);
        long.push(slow.writeId);
      }
      expect(await findAll(site, short)).toEqual(await findAll(site + 10, long));
    }),
    { numRuns: 60, seed: 20251122 },
  );
});

test('a value stored between judging and merging is merged with, and its replacement kept', async () => {
  const own: Line = { at: 0, site: 0, pm10: 80, pm25: null, flagged: false, benzene: null, aqi: null };
  const replaced = await inTransaction(database.pool, async (client) => {
    const stage = new Stage(client);
    await fill(stage, [own, { ...own, at: 1 }], 500);
    expect((await judgeStage(client, stage)).counts).toMatchObject({ rowsNew: 2 });
    await inTransaction(database.pool, (other) =>
      write(new Stage(other), other, [{ ...own, pm10: 79, pm25: 35 }], 500),
    );
    return applyStage(client, stage, await insertWrite(client, actor, { kind: 'manual', reason: 'test' }));
  });
  expect(replaced).toBe(1);
  const { rows } = await database.pool.query(
    'select pm10, pm25 from air_hour where site_id = 500 order by ts',
  );
  expect(rows).toEqual([
    { pm10: 80, pm25: 35 },
    { pm10: 80, pm25: null },
  ]);
  const revisions = await database.pool.query(
    'select old_value, new_value from revisions where site_id = 500',
  );
  expect(revisions.rows).toEqual([{ old_value: '79', new_value: '80' }]);
});

test('rows of several pieces and tables all arrive, whatever their order', async () => {
  const rows = Array.from({ length: 12_000 }, (_, index) => index);
  await inTransaction(database.pool, async (client) => {
    const stage = new Stage(client);
    const row = (index: number) => ({
      line: index,
      ts: start + (index % 24) * hourMs,
      siteId: 600 + Math.floor(index / 24),
    });
    for (let at = 0; at < rows.length; at += 1_000) {
      const part = rows.slice(at, at + 1_000);
      await stage.append('air_hour', part.map((index) => ({ ...row(index), values: [index, null, null, null, null, null] }))); // prettier-ignore
      await stage.append('published', part.map((index) => ({ ...row(index), keys: ['aqi', 'hour'], values: [`第${index}行${'。'.repeat(60)}`] }))); // prettier-ignore
    }
    await stage.flush();
    for (const [table, column] of [
      ['stage_air_hour', 'so2'],
      ['stage_published', `substring(value from '[0-9]+')::integer`],
    ]) {
      const { rows: found } = await client.query(
        `select count(*)::integer as n, count(distinct ${column})::integer as distinct, bool_and(line = ${column}) as own from ${table}`,
      );
      expect(found).toEqual([{ n: rows.length, distinct: rows.length, own: true }]);
    }
  });
});

test('a failed stage frees the connection', async () => {
  const broken = { line: 1, ts: start, siteId: 1, values: [1] };
  const client = await database.pool.connect();
  await client.query('begin');
  const stage = new Stage(client);
  await stage
    .append(
      'air_hour',
      Array.from({ length: 40_000 }, () => broken),
    )
    .catch(() => undefined);
  await stage.abandon();
  await client.query('rollback');
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  client.release();
});
