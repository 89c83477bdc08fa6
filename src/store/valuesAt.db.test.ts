import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import type { Flag } from '../domain/flag.js';
import type { Actor } from '../domain/role.js';
import { keyedTables, type KeyedTableName } from './keyedTable.js';
import { applyStage, judgeStage } from './mergeValues.js';
import { ensurePartitions } from './partitions.js';
import { saveReport } from './periodReports.js';
import { inTransaction } from './pool.js';
import { Stage } from './stage.js';
import { applyUndo, findUndo, recordUndo } from './undoWrite.js';
import { insertUpload } from './uploads.js';
import { listFlagsAt, listRowsAt, reportsAtSql, type AtQuery } from './valuesAt.js';
import { insertExtents, insertWrite } from './writes.js';

jest.setTimeout(180_000);

const actor: Actor = { tokenId: null, name: '测试', office: '生态环境分局', role: 'admin' };
const start = instantOfDay('2024-12-31');
const span = { from: new Date(start - 24 * hourMs), to: new Date(start + 24 * hourMs) };

let database: TestDatabase;
let reportSite: number;
let indicators: readonly string[];
beforeAll(async () => {
  database = await createTestDatabase();
  const site = await database.pool.query<{ id: number }>(
    `insert into sites (code, name, kind) values ('valuesAt', '时点试验', 'area') returning id`,
  );
  reportSite = site.rows[0]!.id;
  await database.pool.query(
    `insert into indicators (code, name_zh, name_en, unit, decimals, medium)
     select 'at_' || n, '时点' || n, 'at ' || n, '%', 1, 'report' from generate_series(1, 200) n`,
  );
  indicators = Array.from({ length: 200 }, (_, index) => `at_${index + 1}`);
});
afterAll(() => database.drop());

/** What one write gives for one time of one site. */
interface Given {
  readonly at: number;
  readonly pm10: number | null;
  readonly pm25: number | null;
  readonly tsp: number | null;
  readonly level: string | null;
  /** A flag of the PM2.5 cell, and its text. */
  readonly flag: Flag | null;
  readonly raw: string;
  /** The row says that there is nothing to measure. */
  readonly noFlow: boolean;
}
interface Write {
  readonly rows: readonly Given[];
  readonly report: { readonly value: number; readonly evidence: string | null } | null;
}
type Step = { readonly write: Write } | { readonly undo: number };

const small = fc.option(fc.integer({ min: 0, max: 2 }), { nil: null });
const given: fc.Arbitrary<Given> = fc.record({
  at: fc.integer({ min: 0, max: 1 }),
  pm10: small,
  pm25: small,
  tsp: small,
  level: fc.option(fc.constantFrom('优', '良'), { nil: null }),
  flag: fc.option(fc.constantFrom<Flag>('suspect', 'maintenance', 'below-detection'), { nil: null }),
  raw: fc.constantFrom('', '<1'),
  noFlow: fc.boolean(),
});
const write: fc.Arbitrary<Step> = fc.record({
  write: fc.record({
    rows: fc.uniqueArray(given, { minLength: 1, maxLength: 2, selector: ({ at }) => at }),
    report: fc.option(
      fc.record({
        value: fc.integer({ min: 0, max: 2 }),
        evidence: fc.option(fc.constantFrom('甲', '乙'), { nil: null }),
      }),
      { nil: null },
    ),
  }),
});
const undo: fc.Arbitrary<Step> = fc.record({ undo: fc.nat({ max: 9 }) });
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: write }, { weight: 2, arbitrary: undo }), {
  minLength: 2,
  maxLength: 10,
});

interface Made {
  readonly writeId: string;
  readonly uploadId: string;
}

async function store({ rows, report }: Write, site: number, indicator: string): Promise<Made> {
  return inTransaction(database.pool, async (client) => {
    const stage = new Stage(client);
    const key = (at: number) => ({ ts: start + at * hourMs, siteId: site });
    const measured = rows.filter(({ noFlow, pm10, pm25 }) => noFlow || pm10 !== null || pm25 !== null);
    const line = (index: number) => index + 2;
    await stage.add(
      'air_hour',
      measured.map(({ at, noFlow, pm10, pm25 }, index) => ({
        line: line(index),
        ...key(at),
        values: noFlow ? [null, null, null, null, null, null] : [null, null, null, null, pm10, pm25],
      })),
    );
    await stage.addNotes('air_hour', [
      ...measured.flatMap(({ at, flag, raw, noFlow }) =>
        flag === null || noFlow ? [] : [{ ...key(at), indicator: 'pm25', flag, raw }],
      ),
      ...measured.flatMap(({ at, noFlow }) =>
        noFlow ? [{ ...key(at), indicator: '*', flag: 'no-flow' as const, raw: '断流' }] : [],
      ),
    ]);
    const narrow = (name: 'tsp' | 'level') =>
      rows.flatMap((row, index) =>
        row[name] === null
          ? []
          : [{ line: line(index), ...key(row.at), keys: [name, 'hour'], values: [row[name]] }],
      );
    await stage.add('series', narrow('tsp'));
    await stage.add('published', narrow('level'));
    await judgeStage(client, stage);
    await ensurePartitions(database.pool, client, stage);
    const writeId = await insertWrite(client, actor, { kind: 'upload' });
    await applyStage(client, stage, writeId);
    await insertExtents(client, stage, writeId);
    if (report !== null) {
      await saveReport(
        client,
        {
          line: 2,
          indicator,
          siteId: reportSite,
          periodKind: 'year',
          periodStart: '2024-01-01',
          periodEnd: '2025-01-01',
          value: String(report.value),
          ...(report.evidence === null ? {} : { evidence: report.evidence }),
        },
        writeId,
      );
    }
    const file = { fileName: 'x.csv', sha256: '', bytes: 1, status: 'committed' as const, report: {} };
    const { id } = await insertUpload(client, actor, file, writeId);
    return { writeId, uploadId: id };
  });
}

async function takeBack({ writeId, uploadId }: Made): Promise<void> {
  await inTransaction(database.pool, async (client) => {
    const findings = await findUndo(client, writeId);
    const undoId = await insertWrite(client, actor, { kind: 'undo', uploadId });
    await applyUndo(client, findings, writeId, undoId);
    await recordUndo(client, uploadId, writeId, undoId);
  });
}

const tables: readonly KeyedTableName[] = ['air_hour', 'series', 'published'];

/** Everything stored of a site now, read plainly. */
async function present(site: number, indicator: string) {
  const rows: Record<string, unknown> = {};
  for (const name of tables) {
    const table = keyedTables[name];
    const extra = table.extraKeys.map(({ name: key }) => key);
    const columns = table.columns.map((column) => `"${column}"`);
    const found = await database.pool.query<Record<string, unknown>>(
      `select ts, ${[...extra, ...columns].join(', ')} from ${table.table} where site_id = $1
        order by ${['ts', ...extra].join(', ')}`,
      [site],
    );
    // A row that only ever lost its values, and of which nothing is known, says nothing.
    rows[name] = found.rows.map((row) => [
      row['ts'],
      ...extra.map((key) => row[key]),
      ...table.columns.map((column) => row[column]),
    ]);
  }
  const flags = await database.pool.query(
    `select ts, indicator, flag, raw from value_flags where site_id = $1 and family = 'air_hour'
      order by ts, indicator, flag`,
    [site],
  );
  const reports = await database.pool.query(
    `select value::text, evidence from period_reports where indicator = $1`,
    [indicator],
  );
  return { rows, flags: flags.rows as unknown[], reports: reports.rows as unknown[] };
}

/** The same, as it stood at an instant. */
async function past(
  site: number,
  indicator: string,
  at: string,
): Promise<Awaited<ReturnType<typeof present>>> {
  const query: AtQuery = { siteIds: [site], ...span, at };
  const rows: Record<string, unknown> = {};
  for (const name of tables) {
    const found = await listRowsAt(database.pool, name, query);
    rows[name] = found.map((row) => [row.ts, ...row.keys, ...row.values]);
  }
  const flags = await listFlagsAt(database.pool, 'air_hour', query);
  const reports = await database.pool.query(
    `select value::text, evidence from ${reportsAtSql('$1')} x where indicator = $2`,
    [at, indicator],
  );
  return {
    rows,
    flags: flags.map(({ ts, indicator: of, flag, raw }) => ({ ts, indicator: of, flag, raw })),
    reports: reports.rows as unknown[],
  };
}

/** What the values should be: of every value the last one that a write not undone has set. */
class Model {
  readonly #values = new Map<string, { write: number; value: unknown }[]>();
  readonly #undone = new Set<number>();

  undo(number: number): void {
    this.#undone.add(number);
  }

  current(key: string): { write: number; value: unknown } | undefined {
    return this.#values.get(key)?.findLast(({ write: number }) => !this.#undone.has(number));
  }

  set(number: number, key: string, value: unknown): void {
    if (value === null || this.current(key)?.value === value) return;
    const list = this.#values.get(key) ?? [];
    list.push({ write: number, value });
    this.#values.set(key, list);
  }

  apply(number: number, { rows }: Write): void {
    for (const { at, noFlow, pm10, pm25, tsp, level } of rows) {
      if (!noFlow) {
        this.set(number, `${at} pm10`, pm10);
        this.set(number, `${at} pm25`, pm25);
      }
      this.set(number, `${at} tsp`, tsp);
      this.set(number, `${at} level`, level);
    }
  }

  /** Every value with the number of the write it comes from. */
  get all(): Record<string, unknown> {
    const found: Record<string, unknown> = {};
    for (const key of [...this.#values.keys()].sort()) {
      const value = this.current(key);
      if (value !== undefined) found[key] = [value.value, value.write];
    }
    return found;
  }
}

async function valuesAndOrigins(site: number, made: readonly Made[]): Promise<Record<string, unknown>> {
  const { rows } = await database.pool.query<{ key: string; value: string; write_id: string }>(
    `select x.key, x.value, x.write_id from (
       select (extract(epoch from f.ts - $2::timestamptz) / 3600)::integer || ' ' || v.indicator as key,
              v.value::text as value, coalesce(o.write_id, f.write_id) as write_id
         from air_hour f cross join lateral (values ('pm10', f.pm10), ('pm25', f.pm25)) as v (indicator, value)
         left join value_origins o on o.family = 'air_hour' and o.ts = f.ts and o.site_id = f.site_id
           and o.indicator = v.indicator
        where f.site_id = $1 and v.value is not null
       union all
       select (extract(epoch from ts - $2::timestamptz) / 3600)::integer || ' ' || indicator, value::text, write_id
         from series_values where site_id = $1
       union all
       select (extract(epoch from ts - $2::timestamptz) / 3600)::integer || ' ' || indicator, value, write_id
         from published_texts where site_id = $1) x order by x.key collate "C"`,
    [site, new Date(start)],
  );
  return Object.fromEntries(
    rows.map(({ key, value, write_id }) => [
      key,
      [key.endsWith('level') ? value : Number(value), made.findIndex((one) => one.writeId === write_id)],
    ]),
  );
}

async function now(): Promise<string> {
  const { rows } = await database.pool.query<{ now: string }>('select clock_timestamp()::text as now');
  return rows[0]!.now;
}

test('any sequence of writes, corrections, partial rows and undos: every past moment can be told', async () => {
  let site = 1000;
  let undos = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      site += 1;
      const indicator = indicators[site - 1001]!;
      const made: Made[] = [];
      const undone = new Set<number>();
      const model = new Model();
      const moments = [{ at: await now(), state: await present(site, indicator) }];
      for (const step of sequence) {
        if ('write' in step) {
          model.apply(made.length, step.write);
          made.push(await store(step.write, site, indicator));
        } else {
          if (made.length === 0 || undone.has(step.undo % made.length)) continue;
          const number = step.undo % made.length;
          undone.add(number);
          model.undo(number);
          await takeBack(made[number]!);
          undos += 1;
        }
        expect(await valuesAndOrigins(site, made)).toEqual(model.all);
        moments.push({ at: await now(), state: await present(site, indicator) });
        const latest = await database.pool.query(
          `select l.ts is not distinct from (select max(ts) from air_hour where site_id = $1) as right
             from (select max(ts) as ts from latest_rows where site_id = $1 and family = 'air_hour') l`,
          [site],
        );
        expect(latest.rows).toEqual([{ right: true }]);
      }
      for (const { at, state } of moments) expect(await past(site, indicator, at)).toEqual(state);
      // When everything is taken back, nothing is left of it.
      for (const [number, one] of [...made.entries()].reverse()) if (!undone.has(number)) await takeBack(one);
      const left = await database.pool.query(
        `select (select count(*) from air_hour where site_id = $1) + (select count(*) from series_values where site_id = $1)
              + (select count(*) from published_texts where site_id = $1) + (select count(*) from value_flags where site_id = $1)
              + (select count(*) from value_origins where site_id = $1) + (select count(*) from latest_rows where site_id = $1)
              + (select count(*) from period_reports where indicator = $2) as n`,
        [site, indicator],
      );
      expect(left.rows).toEqual([{ n: '0' }]);
    }),
    { numRuns: 25, seed: 20251123 },
  );
  expect(undos).toBeGreaterThan(20);
});

test('writes of transactions that overlap stand in the order of their commits', async () => {
  const first = await database.pool.connect();
  const second = await database.pool.connect();
  try {
    await first.query('begin');
    const early = await insertWrite(first, actor, { kind: 'manual' });
    await second.query('begin');
    const late = await insertWrite(second, actor, { kind: 'manual' });
    await second.query('commit');
    await first.query('commit');
    const { rows } = await database.pool.query(
      `select a.at > b.at as ordered from writes a, writes b where a.id = $1 and b.id = $2`,
      [early, late],
    );
    expect(rows).toEqual([{ ordered: true }]);
  } finally {
    first.release();
    second.release();
  }
});
