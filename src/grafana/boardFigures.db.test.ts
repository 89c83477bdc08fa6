import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { transitionReasons } from '../alerts/stateMachine.js';
import { alertStatusZh, transitionReasonZh } from '../app/alertService.js';
import { createProofService } from '../app/proofService.js';
import { createTargetService } from '../app/targetService.js';
import { demoAsOf } from '../demo/demoData.js';
import type { TargetView } from '../http/services.js';
import { listSectionGrades } from '../store/sectionGrades.js';
import { fillDemo, runAsReader } from './boardDatabase.fixture.js';
import { headlineTargets } from './boards/common.js';
import { allBoards } from './boards.js';
import type { SqlTarget } from './dataSource.js';
import { expandSql } from './expandSql.fixture.js';
import { healthRules } from './healthRules.js';

let demo: TestDatabase;
let api: TargetView[];
const everything = { from: new Date('2021-01-01T00:00:00+08:00'), to: new Date('2026-01-01T00:00:00+08:00') };
const range = { from: new Date('2024-10-01T00:00:00+08:00'), to: new Date('2025-09-30T12:00:00+08:00') };

interface MonthItem {
  mean: { value: string; printed: string };
  range: { validDays: number; months: { required: number }[] };
  valid: boolean;
}

beforeAll(async () => {
  demo = await createTestDatabase();
  await fillDemo(demo.pool);
  api = await createTargetService(demo.pool, () => true).list(demoAsOf, 'zh', {});
}, 600_000);
afterAll(() => demo.drop());

const words = (text: string | null | undefined) => text ?? '—';

const pageScript: string = '../http/static/outlook.js';

/** 同比 as the page words it, from its own script. */
async function pageWords(view: TargetView): Promise<string> {
  const { yearOnYearWords } = (await import(pageScript)) as {
    yearOnYearWords: (
      target: TargetView,
      valueWords: (target: TargetView, text: string) => string,
    ) => string | null;
  };
  const said = yearOnYearWords(view, (target, text) => [text, target.unit].filter(Boolean).join(' '));
  if (said !== null) return said;
  return view.yearOnYear === null ? '—' : `不能比较：${view.yearOnYear.reason}`;
}

/** Runs the query of a panel as its board would, with all offices, stations and so on. */
async function runPanel(file: string, title: string, refId = 'A', within = range) {
  const board = allBoards()[file]!;
  const panel = board.panels!.find((each) => each.title === title) as unknown as { targets: SqlTarget[] };
  const target = panel.targets.find((each) => each.refId === refId)!;
  return (await runAsReader(demo, expandSql(target.rawSql, within, board.templating!.list))).rows;
}

describe('what stands beside the verdicts', () => {
  test('every figure of every target is that of the API, and its words', async () => {
    const { rows } = await runAsReader(
      demo,
      `select target_id, computed, allowed_zh, projection_zh, year_on_year_zh, certain_since_zh, other_ledger_value,
              allowed_kind, allowed, allowed_if_missing_stay, allowed_in_all, allowed_so_far, days_left, projection,
              projection_low, projection_high, kept_percent, to_char(before_from, 'YYYY-MM-DD') as before_from,
              to_char(before_through, 'YYYY-MM-DD') as before_through, before_value, difference, change_percent
         from board.target_outlooks order by target_id`,
    );
    const figuresOf = ({ allowed }: TargetView) => {
      const days = allowed?.kind === 'bad-days' ? allowed : null;
      const mean = allowed?.kind === 'mean' ? allowed : null;
      return {
        allowed:
          mean?.remaining ??
          (days === null ? null : String(days.left)) ??
          (allowed?.kind === 'gap' ? allowed.gap : allowed?.kind === 'room' ? allowed.left : null),
        allowed_if_missing_stay:
          mean?.remainingIfMissingStay ?? (days === null ? null : String(days.leftIfMissingStay)),
        allowed_in_all: days?.inAll ?? null,
        allowed_so_far: days?.soFar ?? null,
        days_left:
          mean?.daysToCome ??
          days?.daysToCome ??
          (allowed !== null && 'daysLeft' in allowed ? allowed.daysLeft : null),
      };
    };
    const expected = await Promise.all(
      api.map(async (view) => ({
        target_id: view.id,
        computed: true,
        allowed_zh: words(view.allowed?.words),
        projection_zh: words(view.projection?.words),
        year_on_year_zh: await pageWords(view),
        certain_since_zh: words(view.certainSince),
        other_ledger_value: view.otherLedgerValue,
        allowed_kind: view.allowed?.kind ?? null,
        ...figuresOf(view),
        projection: view.projection?.value ?? null,
        projection_low: view.projection?.low ?? null,
        projection_high: view.projection?.high ?? null,
        kept_percent: view.projection?.keptPercent ?? null,
        before_from: view.yearOnYear?.from ?? null,
        before_through: view.yearOnYear?.through ?? null,
        before_value: view.yearOnYear?.value ?? null,
        difference: view.yearOnYear?.difference ?? null,
        change_percent: view.yearOnYear?.changePercent ?? null,
      })),
    );
    expect(rows).toEqual(expected);
    // The demonstration has some of each, so that the comparison can fail.
    expect(new Set(api.flatMap(({ allowed }) => allowed?.kind ?? []))).toEqual(
      new Set(['mean', 'bad-days', 'sections', 'gap', 'room', 'time']),
    );
    expect(api.filter(({ projection }) => projection !== null).length).toBeGreaterThan(5);
    expect(api.filter(({ yearOnYear }) => yearOnYear?.difference).length).toBeGreaterThan(5);
  });

  test.each(headlineTargets.map(({ id, title }) => [title, id] as const))(
    'the tile %s says what is allowed and 同比, and its course ends with the value',
    async (title, id) => {
      const view = api.find((each) => each.id === id)!;
      const [tile] = await runPanel('01-overview.json', title);
      expect(tile).toMatchObject({ 还可以: words(view.allowed?.words), 同比: await pageWords(view) });
      const course = await runPanel('01-overview.json', title, 'B');
      expect(String(course.at(-1)!['走势'])).toBe(String(Number(view.value)));
      expect(course.length).toBeGreaterThan(10);
    },
  );

  test('the ledger has them too', async () => {
    const rows = await runPanel('02-targets.json', '台账');
    const projected = api.map((view) => [view.id, words(view.allowed?.words), words(view.projection?.words)]);
    expect(rows.map((row) => [Number(row['编号']), row['还可以'], row['预计']])).toEqual(projected);
  });

  test.each([
    ['PM2.5 累计均值与目标', 19],
    ['PM10 累计均值与目标', 20],
  ] as const)('%s ends with the figures of the API', async (title, id) => {
    const last = (await runPanel('03-air.json', title)).at(-1)!;
    const { value, limit, allowed, projection, yearOnYear } = api.find((view) => view.id === id)!;
    if (allowed?.kind !== 'mean') throw new Error('not a mean');
    expect(last).toEqual({
      time: new Date(`${demoAsOf}T00:00:00+08:00`),
      累计均值: Number(value),
      目标: Number(limit),
      剩余控制浓度: Number(allowed.remaining),
      预计期末: Number(projection!.value),
      预计下端: Number(projection!.low),
      预计上端: Number(projection!.high),
      上年同期: Number(yearOnYear!.value),
    });
  });

  test('the budget of good days ends with the figures of the API', async () => {
    const { allowed } = api.find(({ id }) => id === 21)!;
    if (allowed?.kind !== 'bad-days') throw new Error('not days');
    expect((await runPanel('03-air.json', '优良天数余额')).at(-1)).toEqual({
      time: new Date(`${demoAsOf}T00:00:00+08:00`),
      还可超标: allowed.left,
      缺测不再补报时: allowed.leftIfMissingStay,
      已超标: allowed.soFar,
    });
  });

  test('a day that is not worked out yet is said to be so', async () => {
    const client = await demo.pool.connect();
    try {
      await client.query('begin');
      await client.query(`delete from target_outlooks where target_id = 19`);
      const { rows } = await client.query(
        `select computed, allowed_zh, projection_zh, year_on_year_zh, certain_since_zh from board.target_outlooks
          where target_id = 19`,
      );
      const not = '尚未计算';
      expect(rows).toEqual([
        { computed: false, allowed_zh: not, projection_zh: not, year_on_year_zh: not, certain_since_zh: not },
      ]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('months', () => {
  const monthOf = (row: Record<string, unknown>) => (row['time'] as Date).toISOString();

  // One with dust, a February, and the last, which lacks a day.
  test.each(['2025-04', '2024-02', '2025-09'])('the means of %s are those of the API', async (month) => {
    const proof = await createProofService(demo.pool).airPeriod('air-county-evaluation', month, null);
    const { ledgers } = proof!.result as { ledgers: Record<string, { items: Record<string, MonthItem> }> };
    const rows = await runPanel('03-air.json', '逐月均值', 'A', everything);
    const time = new Date(`${month}-01T00:00:00+08:00`).toISOString();
    for (const [item, name] of [
      ['pm25', 'PM2.5'],
      ['pm10', 'PM10'],
    ] as const) {
      const [whole, without] = ['with-dust', 'without-dust'].map((ledger) => ledgers[ledger]!.items[item]!);
      const { range, mean, valid } = whole!;
      expect(rows.find((row) => row['月份'] === month && row['项目'] === name)).toMatchObject({
        含沙尘: mean.printed,
        扣除沙尘: without!.mean.printed,
        有效天数: String(range.validDays),
        要求天数: String(range.months[0]!.required),
        状态: valid ? '有效' : '有效天数不足',
      });
      const line = await runPanel('03-air.json', `${name} 月均：两种口径`, 'A', everything);
      expect(line.find((row) => monthOf(row) === time)).toMatchObject({
        含沙尘: Number(mean.value),
        扣除沙尘: Number(without!.mean.value),
        年均目标: Number(api.find(({ id }) => id === (item === 'pm25' ? 19 : 20))!.limit),
      });
    }
  });

  test('there is a month for every month with days, and dust makes a difference in some', async () => {
    const { rows } = await demo.pool.query<{ months: number; missing: number; differing: number }>(
      `select count(distinct m.month)::integer as months,
              (select count(*)::integer from (select distinct date_trunc('month', day)::date as month, group_code
                                      from board.air_days) d
                where not exists (select from board.air_months x where x.month = d.month and x.group_code = d.group_code))
                as missing,
              count(*) filter (where w.printed <> m.printed)::integer as differing
         from board.air_months m join board.air_months w using (month, group_code, item)
        where m.ledger = 'with-dust' and w.ledger = 'without-dust'`,
    );
    expect(rows[0]!.months).toBeGreaterThan(50);
    expect(rows[0]!.missing).toBe(0);
    expect(rows[0]!.differing).toBeGreaterThan(0);
  });

  test('items beside limits agree with the class of every section, its main pollutants and the rules', async () => {
    const { rows: targets } = await demo.pool.query<{ site_id: number; target_grade: number }>(
      'select site_id, target_grade from board.section_targets order by site_id',
    );
    expect(new Map(targets.map((row) => [row.site_id, row.target_grade]))).toEqual(
      new Map([...(await listSectionGrades(demo.pool))].sort(([a], [b]) => a - b)),
    );
    const { rows } = await demo.pool.query<{ months: number; over: number; wrong: number }>(
      `select count(*)::integer as months, count(*) filter (where i.over)::integer as over,
              count(*) filter (where m.grade is distinct from i.grade
                or i.over is distinct from m.grade > t.target_grade
                or (t.target_grade = 3 and i.multiples <> (
                  select coalesce(jsonb_object_agg(p ->> 'code', p ->> 'multiple'), '{}')
                    from jsonb_array_elements(m.main_pollutants) as p)))::integer as wrong
         from water_site_months m join board.section_targets t on t.site_id = m.site_id
         cross join lateral (
           select max(l.grade) filter (where l.part = 'grading') as grade,
                  bool_or(l.state_zh = '超过') filter (where l.part = 'grading') as over,
                  coalesce(jsonb_object_agg(l.item, l.multiple) filter (where l.state_zh = '超过'), '{}') as multiples
             from board.water_item_limits l where l.site_id = m.site_id and l.month = m.month) i
        where m.grade is not null`,
    );
    expect(rows[0]!.wrong).toBe(0);
    expect(rows[0]!.over).toBeGreaterThan(0);
    expect(rows[0]!.months).toBeGreaterThan(rows[0]!.over);
  });
});

describe('alerts', () => {
  test('what fires, also without data, and who has taken it on as it stands now', async () => {
    expect(await runPanel('06-alerts.json', '正在报警')).toEqual([
      expect.objectContaining({
        级别: '警告',
        告警: 'AQI 偏高',
        点位: `李家“庄”'s`,
        数值: '151',
        状态: alertStatusZh['no-data'],
        触发: '2025-09-03 08:00',
        确认: '已确认',
        // Not the earlier one, which was of a lesser severity.
        确认时刻: '2025-09-03 09:45',
        确认单位: '生态环境分局',
      }),
    ]);
    expect(await runPanel('06-alerts.json', '现在')).toEqual([
      { 报警中: '1', 无人确认: '0', 严重: '0', 待确认: '1' },
    ]);
    expect(await runPanel('01-overview.json', '正在告警')).toHaveLength(1);
    expect(await runPanel('06-alerts.json', '待确认（已超限，未到持续时间）')).toMatchObject([
      { 超限起: '2025-09-03 08:00', 责任单位: expect.stringContaining('、') },
    ]);
  });

  test('times of firing with the time to the first acknowledgement; what was withdrawn says so', async () => {
    const rows = await runPanel('06-alerts.json', '报警记录');
    expect(rows.map((row) => [row['发现'], row['级别'], row['止'], row['状态'], row['用时']])).toEqual([
      ['2025-09-03 09:00', '警告', null, '未结束', '5'],
      ['2025-09-02 09:00', '提示', null, '数据更正后撤回', null],
      ['2025-09-01 09:00', '严重', '2025-09-01 11:00', '已结束', '90'],
    ]);
    const office = (await runPanel('06-alerts.json', '各单位')).find((row) => row['报警次数'] !== '0');
    expect(office).toMatchObject({
      报警中: '1',
      无人确认: '0',
      报警次数: '2',
      已确认: '2',
      用时中位数: '48',
      用时最长: '90',
    });
  });

  test('states and reasons are in the words of the service', async () => {
    const { rows } = await demo.pool.query<{ statuses: string; reasons: string }>(
      `select pg_get_viewdef('board.alerts'::regclass) as statuses, pg_get_viewdef('board.alert_changes'::regclass) as reasons`,
    );
    for (const [code, zh] of Object.entries(alertStatusZh))
      expect(rows[0]!.statuses).toContain(`WHEN '${code}'::text THEN '${zh}'::text`);
    for (const reason of transitionReasons)
      expect(rows[0]!.reasons).toContain(
        `WHEN '${reason}'::text THEN '${transitionReasonZh[reason]!}'::text`,
      );
  });

  test('what could not be delivered is listed by channel and code', async () => {
    expect(await runPanel('06-alerts.json', '发送失败')).toEqual([
      {
        时刻: '2025-09-03 10:00',
        渠道: '群',
        结果: '被拒绝',
        代码: 'http 400',
        级别: '警告',
        现在: '未能送达',
        已试次数: 1,
      },
    ]);
    expect(await runPanel('06-alerts.json', '渠道')).toMatchObject([
      { 渠道: '群', 待发: '0', 未能送达: '1' },
    ]);
  });
});

test('every alert of Grafana asks for a row that there is; the demonstration raises none for being old', async () => {
  const { rows } = await runAsReader(demo, 'select item, value from board.health');
  expect(rows.map(({ item }) => item)).toEqual(healthRules.map(({ item }) => item));
  const values = Object.fromEntries(rows.map(({ item, value }) => [item as string, value]));
  expect(values).toMatchObject({ 'messages-dead': 1, 'verdicts-waiting': 0, 'data-age': null });
  for (const { item } of healthRules) if (item !== 'data-age') expect(typeof values[item]).toBe('number');
});

test('demonstration data lie in the past, and boards look back by so many days; others do not', async () => {
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const days = (Date.parse(today) - Date.parse(demoAsOf)) / 86_400_000;
  const back = async () =>
    (await demo.pool.query<{ back_days: number }>('select back_days from board.service')).rows;
  expect(await back()).toEqual([{ back_days: days }]);
  await demo.pool.query(
    `insert into settings (name, value, recorded_by) values ('demo-data', 'false', 'test')`,
  );
  try {
    expect(await back()).toEqual([{ back_days: 0 }]);
  } finally {
    await demo.pool.query(
      `insert into settings (name, value, recorded_by) values ('demo-data', 'true', 'test')`,
    );
  }
});
