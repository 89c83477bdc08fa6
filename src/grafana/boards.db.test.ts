import type { Dashboard, Panel, VariableModel } from '@grafana/schema';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { ledgerAreaOf } from '../app/ledgerArea.js';
import { createTargetService } from '../app/targetService.js';
import { demoAsOf } from '../demo/demoData.js';
import { verdicts, verdictZh } from '../domain/verdict.js';
import { formatGrade, type WaterGrade } from '../domain/waterGrade.js';
import type { TargetView } from '../http/services.js';
import { fillDemo, readerRole as role, runAsReader } from './boardDatabase.fixture.js';
import { headlineTargets } from './boards/common.js';
import { allBoards } from './boards.js';
import type { SqlTarget } from './dataSource.js';
import { expandSql, type Choices, type Range } from './expandSql.fixture.js';

const boards = Object.entries(allBoards());
const lastYear: Range = {
  from: new Date('2024-10-01T00:00:00+08:00'),
  to: new Date('2025-09-30T12:00:00+08:00'),
};
const campaign: Range = { from: new Date('2023-10-18T16:00:00Z'), to: new Date('2023-12-31T15:59:59.999Z') };
const rangeOf = (board: Dashboard) => (board.time!.from.startsWith('now') ? lastYear : campaign);
const targetsOf = (panel: Panel) => panel.targets as unknown as SqlTarget[];
const panelsOf = (board: Dashboard) => board.panels as Panel[];
const variablesOf = (board: Dashboard): VariableModel[] => board.templating!.list!;

let empty: TestDatabase;
let demo: TestDatabase;
let api: TargetView[];

beforeAll(async () => {
  empty = await createTestDatabase();
  demo = await createTestDatabase();
  await fillDemo(demo.pool);
  api = await createTargetService(demo.pool, () => true).list(demoAsOf, 'zh', {});
}, 600_000);
afterAll(async () => {
  await empty.drop();
  await demo.drop();
});

/** A range of a board as its panels have it: those on the axis of the data look back. */
const nowRange: Range = { from: new Date(Date.now() - 365 * 86_400_000), to: new Date() };

/** The first value of every variable that has no "all", as Grafana chooses it; nothing gives an empty text. */
async function firstChoices(database: TestDatabase, board: Dashboard): Promise<Choices> {
  const choices: Record<string, string[]> = {};
  for (const variable of variablesOf(board)) {
    if (variable.includeAll === true) continue;
    const { rows } = await runAsReader(database, variable.query as string);
    choices[variable.name] = [(rows[0]?.['__value'] ?? '') as string];
  }
  return choices;
}

/** The results of a panel's queries, each with the columns of all of them. */
async function runPanel(database: TestDatabase, board: Dashboard, panel: Panel) {
  const first = await firstChoices(database, board);
  const results = [];
  for (const target of targetsOf(panel)) {
    const sql = expandSql(target.rawSql, rangeOf(board), variablesOf(board), first);
    results.push([target, await runAsReader(database, sql)] as const);
  }
  const columns = results.flatMap(([, { fields }]) => fields.map(({ name }) => name));
  return results.map(([target, result]) => [target, result, columns] as const);
}

const numeric = new Set([20, 21, 23, 700, 701, 1700]);
const timestamptz = 1184;

function checkResult(
  panel: Panel,
  target: SqlTarget,
  result: pg.QueryResult<Record<string, unknown>>,
  columns: readonly string[],
): void {
  const names = result.fields.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const bound = Number(/ limit (\d+)$/.exec(target.rawSql)?.[1] ?? 1);
  expect(result.rows.length).toBeLessThanOrEqual(bound);
  if (target.format === 'time_series') {
    expect(result.fields[0]).toMatchObject({ name: 'time', dataTypeID: timestamptz });
    const times = result.rows.map((row) => (row['time'] as Date).getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const values = result.fields.slice(1).filter(({ name }) => name !== 'metric');
    expect(values.length).toBeGreaterThan(0);
    // Text columns become labels of series: there is one, or the value is a number.
    for (const { dataTypeID } of values) expect(numeric).toContain(dataTypeID);
    return;
  }
  for (const { matcher } of panel.fieldConfig!.overrides) expect(columns).toContain(matcher.options);
  // Whole numbers of tables are int8; texts are texts: nothing is rounded by Grafana.
  for (const { name, dataTypeID } of result.fields) {
    const override = panel.fieldConfig!.overrides.find(({ matcher }) => matcher.options === name);
    const unit =
      override?.properties.find(({ id }) => id === 'unit')?.value ?? panel.fieldConfig!.defaults.unit;
    expect([name, unit, [20, 21, 23].includes(dataTypeID)]).toEqual([name, unit, unit !== 'string']);
  }
}

describe.each(boards)('%s', (_, board) => {
  const panels = panelsOf(board).map((panel) => [panel.title!, panel] as const);
  const variables = variablesOf(board);

  test.each(panels)('%s works with data, and shows some', async (title, panel) => {
    for (const [target, result, columns] of await runPanel(demo, board, panel)) {
      checkResult(panel, target, result, columns);
      expect([title, result.rows.length > 0]).toEqual([title, true]);
    }
  });

  test.each(panels)('%s works in an empty database', async (__, panel) => {
    for (const [target, result, columns] of await runPanel(empty, board, panel)) {
      if (target.format === 'time_series' || result.rows.length > 0)
        checkResult(panel, target, result, columns);
      if (panel.type === 'stat')
        for (const row of result.rows)
          for (const [name, value] of Object.entries(row))
            if (name !== '数据性质' && name !== '待重算') expect([name, value]).toEqual([name, null]);
    }
  });

  test.each(panels)(
    '%s works with nothing chosen, and shows nothing of what is left out',
    async (__, panel) => {
      const first = await firstChoices(demo, board);
      for (const { name } of variables)
        for (const target of targetsOf(panel)) {
          if (!target.rawSql.includes(`{${name}:`)) continue;
          const run = async (choices: Choices) =>
            (await runAsReader(demo, expandSql(target.rawSql, rangeOf(board), variables, choices))).rows;
          const all = await run(first);
          // Cleared, or an empty text in the address.
          for (const nothing of [[], ['']]) {
            const none = await run({ ...first, [name]: nothing });
            expect(none.length).toBeLessThanOrEqual(all.length);
            expect(none).not.toEqual(all);
            if (panel.type === 'stat') expect(new Set(Object.values(none[0]!))).toEqual(new Set([null]));
          }
        }
    },
  );

  // Grafana expands macros also within literals: codes of sites, which are the values, hold no `$__`.
  test.each(panels)('%s takes odd values of variables', async (__, panel) => {
    for (const value of [[`'`, `''); drop table sites; --`], ['“中文”\\'], [`odd'"$1`]])
      for (const target of targetsOf(panel)) {
        const choices = Object.fromEntries(variables.map(({ name }) => [name, value]));
        await runAsReader(demo, expandSql(target.rawSql, rangeOf(board), variables, choices));
      }
  });

  test.each(panels)('%s works for one value of each variable', async (_title, panel) => {
    const first = await firstChoices(demo, board);
    const choices: Record<string, readonly string[] | 'all'> = { ...first };
    for (const { name, query, includeAll } of variables) {
      if (includeAll !== true) continue;
      const { rows } = await runAsReader(demo, query as string);
      choices[name] = [rows.at(-1)!['__value'] as string];
    }
    for (const target of targetsOf(panel)) {
      const all = await runAsReader(demo, expandSql(target.rawSql, rangeOf(board), variables, first));
      const one = await runAsReader(demo, expandSql(target.rawSql, rangeOf(board), variables, choices));
      expect(one.rows.length).toBeLessThanOrEqual(all.rows.length);
    }
  });

  test('variables and marks', async () => {
    const name = (database: TestDatabase) => (database === demo ? 'demonstration' : 'empty');
    for (const { name: variable, query } of variables) {
      const { rows, fields } = await runAsReader(demo, query as string);
      expect(fields.map((field) => field.name)).toEqual(['__text', '__value']);
      expect([variable, rows.length > 0, rows.length <= 1000]).toEqual([variable, true, true]);
      expect(new Set(rows.map((row) => row['__value'])).size).toBe(rows.length);
      await runAsReader(empty, query as string);
    }
    for (const { target } of board.annotations!.list!) {
      if (target === undefined) continue;
      for (const database of [demo, empty]) {
        // Marks are asked for in the range of the board, which is that of the clock.
        const first = await firstChoices(database, board);
        const sql = expandSql((target as unknown as SqlTarget).rawSql, nowRange, variables, first);
        const { fields, rows } = await runAsReader(database, sql);
        expect(fields.map(({ name }) => name)).toEqual(['time', 'timeend', 'text', 'tags']);
        expect([name(database), rows.length > 0]).toEqual([name(database), database === demo]);
      }
    }
  });
});

describe('figures', () => {
  const printed = ({ kind, value, unit }: TargetView): string | null => {
    if (value === null) return null;
    if (kind === 'section-grade') return `${formatGrade(Number(value) as WaterGrade)} 类`;
    if (kind === 'milestone') return value === '1' ? '已完成' : '未完成';
    return unit === '%' ? `${value}%` : `${value} ${unit}`;
  };

  test('every target says what the API says', async () => {
    const { rows } = await runAsReader(
      demo,
      `select target_id, verdict, verdict_zh, value, value_unrounded, distance, used, missing, "limit", unit, value_zh,
              offices_zh, area_zh, to_char(as_of, 'YYYY-MM-DD') as as_of, to_char(since, 'YYYY-MM-DD') as since,
              to_char(due, 'YYYY-MM-DD') as due, clause, target, scope_zh, ledger_zh
         from board.targets order by target_id`,
    );
    expect(rows).toEqual(
      api.map((view) => ({
        target_id: view.id,
        verdict: view.verdict,
        verdict_zh: view.verdictZh,
        value: view.value,
        value_unrounded: view.valueUnrounded,
        distance: view.distance,
        used: view.used,
        missing: view.missing,
        limit: view.limit,
        unit: view.unit,
        value_zh: printed(view),
        offices_zh: view.offices.join('、'),
        area_zh: ledgerAreaOf(view.indicator),
        as_of: demoAsOf,
        since: view.turnedOn,
        due: view.due,
        clause: view.clause,
        target: view.name,
        scope_zh: view.scope,
        ledger_zh: view.ledger === null ? null : view.ledger === 'with-dust' ? '含沙尘' : '扣除沙尘',
      })),
    );
    expect(rows).toHaveLength(55);
  });

  test.each(headlineTargets.map(({ id, title }) => [title, id] as const))(
    'the tile %s shows the value, limit and verdict of the API',
    async (title, id) => {
      const overview = allBoards()['01-overview.json']!;
      const panel = panelsOf(overview).find((each) => each.title === title)!;
      const { rows } = await runAsReader(demo, targetsOf(panel)[0]!.rawSql);
      const view = api.find((each) => each.id === id)!;
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({ 现值: printed(view), 结论: view.verdictZh, 自: view.turnedOn });
      expect(printed(view)).not.toBeNull();
      const limit = { ...view, value: view.limit };
      expect(rows[0]!['目标']).toBe(`${view.comparison === '<=' ? '≤' : '≥'} ${printed(limit)}`);
      expect(String(rows[0]!['余量'])).toMatch(new RegExp(`^${view.distance}(?![\\d.])`));
    },
  );

  test('the counts are those of the API, and add up', async () => {
    const overview = allBoards()['01-overview.json']!;
    const panel = panelsOf(overview).find((each) => each.title === '指标数')!;
    const { rows } = await runAsReader(demo, targetsOf(panel)[0]!.rawSql);
    const of = (...names: TargetView['verdict'][]) =>
      String(api.filter(({ verdict }) => names.includes(verdict)).length);
    expect(rows).toEqual([
      {
        达标: of('met', 'secured'),
        进度正常: of('on-track'),
        存在风险: of('at-risk'),
        未达标: of('missed', 'lost'),
        无结论: of('insufficient-data', 'not-reported'),
      },
    ]);
  });

  test('the words of the views are those of the service', async () => {
    const names = await runAsReader(
      empty,
      'select verdict, name_zh from board.verdict_names order by position',
    );
    expect(Object.fromEntries(names.rows.map(({ verdict, name_zh }) => [verdict, name_zh]))).toEqual(
      verdictZh,
    );
    expect(names.rows).toHaveLength(verdicts.length);
    const classes = await runAsReader(empty, 'select grade, name_zh from board.water_classes order by grade');
    expect(classes.rows).toEqual(
      ([1, 2, 3, 4, 5, 6] as const).map((grade) => ({ grade, name_zh: formatGrade(grade) })),
    );
  });

  test('a site with an odd name is found by its code, alone', async () => {
    const air = allBoards()['03-air.json']!;
    const panel = panelsOf(air).find(({ title }) => title === '各站 PM2.5 日均')!;
    const sql = expandSql(targetsOf(panel)[0]!.rawSql, lastYear, variablesOf(air), { station: [`odd'"$1`] });
    const { rows } = await runAsReader(demo, sql);
    expect(rows).toEqual([
      {
        time: new Date('2025-09-01T00:00:00+08:00'),
        metric: `李家“庄”'s; -- $__timeFrom() %`,
        value: '12.5',
      },
    ]);
  });

  test('a superseded record of a verdict is not shown', async () => {
    const client = await demo.pool.connect();
    try {
      await client.query('begin');
      await client.query(
        `insert into verdict_days (target_id, target_version, as_of, verdict, value, used, missing, reason_zh, reason_en)
         select 19, 1, '2025-09-30', 'at-risk', '99', 1, 2, '更正', 'corrected'`,
      );
      const { rows } = await client.query(
        `select v.value, t.value as now, t.since::text from board.verdict_days v join board.targets t using (target_id)
          where target_id = 19 and v.as_of = '2025-09-30'`,
      );
      expect(rows).toEqual([{ value: '99', now: '99', since: '2025-09-30' }]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('the reader', () => {
  const refused = { code: '42501' };

  test.each([
    'select * from verdict_days',
    'select * from tokens',
    'select * from channel_secrets',
    'select * from public.outbox',
    'insert into board.offices values (1)',
    `delete from public.sites`,
    `call board.open_to('cei_grafana')`,
  ])('may not: %s', async (sql) => {
    const client = await demo.pool.connect();
    try {
      await client.query(`begin; set local role ${role}`);
      await expect(client.query(sql)).rejects.toMatchObject(refused);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  test('sees every view, no table, and no secret, name of a person or text of a message', async () => {
    const { rows: seen } = await demo.pool.query<{ name: string; kind: string; schema: string }>(
      `select c.relname as name, c.relkind as kind, n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'v', 'm', 'p', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
          and n.nspname not like '\\_timescaledb%' and n.nspname not like 'timescaledb%'
          and (has_table_privilege('${role}', c.oid, 'select') or has_any_column_privilege('${role}', c.oid, 'select'))`,
    );
    expect(new Set(seen.map(({ kind, schema }) => `${schema} ${kind}`))).toEqual(new Set(['board v']));
    const { rows: all } = await demo.pool.query(`select from pg_views where schemaname = 'board'`);
    expect(seen).toHaveLength(all.length);
    for (const { name } of seen) {
      const { rows } = await runAsReader(demo, `select * from board.${name} limit 1000`);
      expect(JSON.stringify(rows)).not.toMatch(/geheim|王某/);
    }
  });

  test('has 15 seconds for a statement, reads only, and may make nothing', async () => {
    const { rows } = await demo.pool.query<{ rolconfig: string[] }>(
      `select rolconfig, rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = $1`,
      [role],
    );
    expect(rows).toEqual([
      {
        rolconfig: expect.arrayContaining(['statement_timeout=15s', 'default_transaction_read_only=on']),
        rolsuper: false,
        rolcreaterole: false,
        rolcreatedb: false,
      },
    ]);
  });

  test('every view and every column says what it is', async () => {
    const { rows } = await demo.pool.query(
      `select c.relname, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attnum >= 0
        where n.nspname = 'board' and c.relkind = 'v'
          and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)`,
    );
    expect(rows).toEqual([]);
  });
});
