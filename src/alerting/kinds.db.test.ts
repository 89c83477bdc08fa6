import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { addDust, drainMarks, writeRows } from '../assessment/database.fixture.js';
import { alertRuleSchema, type AlertRule } from '../domain/alertRule.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { insertSite, listSites } from '../store/sites.js';
import {
  addInbox,
  clearAlerting,
  createEngine,
  readMessages,
  saveRule,
  writeHours,
} from './alerting.fixture.js';
import { runLook } from './round.js';

jest.setTimeout(300_000);

let database: TestDatabase;
let sites: Map<string, number>;
const midnight = instantOfDay('2025-05-12');
const stations = ['air-town', 'air-second', 'air-third'];

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  await inTransaction(database.pool, async (client) => {
    for (const code of stations.slice(1))
      await insertSite(client, { code, name: code, kind: 'air-station', groups: [] });
  });
  sites = new Map((await listSites(database.pool)).map(({ code, id }) => [code, id]));
});
afterAll(() => database.drop());
beforeEach(async () => {
  await clearAlerting(database.pool);
  for (const code of ['ecology']) await addInbox(database.pool, code);
});

const pool = () => database.pool;
const town = () => sites.get('air-town')!;

function ruleOf(kind: AlertRule['kind'], rest: Record<string, unknown>): AlertRule {
  const heading = {
    kind,
    code: kind,
    titleZh: kind,
    offices: ['ecology'],
    source: '测试',
    repeatHours: null,
  };
  return alertRuleSchema.parse({ ...heading, ...rest });
}

/** Kind, severity and what each message says of its first alert. */
async function said(): Promise<string[]> {
  return (await readMessages(pool())).map(
    ({ kind, severity, alerts }) => `${kind} ${severity} ${alerts[0]?.periodZh ?? ''}`,
  );
}

const many = (count: number, value: number) => Array.from({ length: count }, () => value);

describe('heavy pollution', () => {
  const severities = { yellow: 'notice', orange: 'warning', red: 'critical' };

  test('days by days up to red, over with a clean one; the words leave the warning to the government', async () => {
    const engine = createEngine(pool());
    await saveRule(
      pool(),
      ruleOf('heavy-pollution', {
        scope: { groups: ['air-county-evaluation'] },
        basis: 'natural-day',
        severities,
      }),
    );
    await engine.round();
    for (const [day, pm10] of [400, 400, 560, 60].entries()) {
      await writeHours(pool(), town(), midnight + day * 24 * hourMs, many(24, pm10));
      engine.clock.now = midnight + (day + 1) * 24 * hourMs + hourMs;
      await engine.round();
    }
    expect(await said()).toEqual([
      'firing notice 2025年5月12日',
      'severity-changed warning 2025年5月13日',
      'severity-changed critical 2025年5月14日',
      'resolved critical 2025年5月15日',
    ]);
    const [first] = await readMessages(pool());
    expect(first!.alerts[0]!.valueZh).toMatch(
      /^监测值已达到重污染天气黄色预警的数值条件（AQI \d+）；预警由政府发布$/,
    );
  });

  test('dust that is declared afterwards withdraws the message, and says why', async () => {
    const engine = createEngine(pool());
    await saveRule(
      pool(),
      ruleOf('heavy-pollution', {
        scope: { groups: ['air-county-evaluation'] },
        basis: 'natural-day',
        severities,
      }),
    );
    await engine.round();
    await writeHours(pool(), town(), midnight, many(24, 400));
    engine.clock.now = midnight + 25 * hourMs;
    await engine.round();
    await addDust(pool(), midnight + 3 * hourMs, midnight + 20 * hourMs);
    await pool().query(
      `insert into pending_days (medium, site_id, day) values ('air', $1, '2025-05-12') on conflict do nothing`,
      [town()],
    );
    await drainMarks(pool());
    await engine.round();
    expect(await said()).toEqual(['firing notice 2025年5月12日', 'withdrawal notice 2025年5月12日']);
    expect((await readMessages(pool()))[1]!.notesZh).toContain('原因：沙尘时段，只注明不触发');
    // Known from the beginning, it is not even raised.
    await writeHours(pool(), town(), midnight + 24 * hourMs, many(24, 60));
    await addDust(pool(), midnight + 48 * hourMs, midnight + 50 * hourMs);
    await writeHours(pool(), town(), midnight + 48 * hourMs, many(24, 400));
    engine.clock.now = midnight + 73 * hourMs;
    await engine.round();
    expect(await said()).toHaveLength(2);
  });

  test('any 24 hours on end may meet it where no natural day does', async () => {
    const engine = createEngine(pool());
    const scope = { groups: ['air-county-evaluation'] };
    await saveRule(pool(), ruleOf('heavy-pollution', { scope, basis: 'natural-day', severities }));
    await saveRule(
      pool(),
      ruleOf('heavy-pollution', { code: 'rolling', scope, basis: 'rolling-24h', severities }),
    );
    await engine.round();
    // From noon to noon; PM2.5 is half of PM10.
    await writeHours(pool(), town(), midnight - 12 * hourMs, [...many(24, 50), ...many(24, 400)]);
    await writeHours(pool(), town(), midnight + 36 * hourMs, many(12, 50));
    engine.clock.now = midnight + 48 * hourMs + 60_000;
    await engine.round();
    const { rows } = await pool().query<{ code: string; reason: string; at: number }>(
      `select a.rule_code as code, t.reason, extract(epoch from t.at)::float8 * 1000 as at
         from alert_transitions t join alerts a using (fingerprint) where t.withdrawn_at is null order by t.id`,
    );
    expect(rows).toEqual([
      // 18 hours of 200 and 6 of 25 are 156: above 150 µg/m³ of PM2.5 the index is above 200.
      { code: 'rolling', reason: 'became-firing', at: midnight + (12 + 17) * hourMs },
      { code: 'rolling', reason: 'resolved', at: midnight + (36 + 6) * hourMs },
    ]);
    expect((await readMessages(pool()))[0]!.notesZh.some((line) => line.includes('任意连续 24 小时'))).toBe(
      true,
    );
  });
});

describe('absence', () => {
  const absence = (rest: Record<string, unknown>) =>
    ruleOf('absence', {
      levels: [
        { severity: 'notice', afterWorkingDays: 0 },
        { severity: 'warning', afterWorkingDays: 2 },
      ],
      ...rest,
    });

  test('silent sources are one reminder, which grows graver by working days and is over in one', async () => {
    const engine = createEngine(pool());
    const friday = instantOfDay('2025-05-16');
    engine.clock.now = friday;
    await saveRule(
      pool(),
      absence({ scope: { sites: stations }, indicators: 'any', calendar: 'daily', graceHours: 9 }),
    );
    await pool().query('update alert_rule_versions set recorded_at = $1', [new Date(friday)]);
    const look = async (day: number, hour: number) => {
      engine.clock.now = friday + (day * 24 + hour) * hourMs;
      await runLook(pool(), engine.options);
      return (await readMessages(pool())).map(
        ({ kind, severity, alertCount }) => `${kind} ${severity} ${alertCount}`,
      );
    };
    expect(await look(1, 8)).toEqual([]);
    // Due on Saturday at nine: two working days more are Monday and Tuesday.
    expect(await look(1, 10)).toEqual(['reminder notice 3']);
    expect(await look(4, 23)).toEqual(['reminder notice 3']);
    const graver = ['reminder notice 3', 'reminder warning 3'];
    expect(await look(5, 1)).toEqual(graver);
    for (const code of stations) await writeHours(pool(), sites.get(code)!, friday + 5 * 24 * hourMs, [80]);
    expect(await look(5, 2)).toEqual([...graver, 'resolved warning 3']);
  });

  test('a river without water has nothing to report', async () => {
    const engine = createEngine(pool());
    const [dry, late] = ['sec-qingshui-1', 'sec-qingshui-2'];
    const start = instantOfDay('2025-03-01');
    engine.clock.now = start;
    await saveRule(
      pool(),
      absence({
        scope: { sites: [dry, late] },
        indicators: ['tp'],
        calendar: 'monthly',
        graceWorkingDays: 3,
      }),
    );
    await pool().query('update alert_rule_versions set recorded_at = $1', [new Date(start)]);
    const write = (month: string, code: string, tp: number | null) =>
      writeRows(
        pool(),
        'water_month',
        [
          {
            line: 2,
            ts: instantOfDay(`${month}-01`),
            siteId: sites.get(code)!,
            values: waterItems.map((item) => (item === 'tp' ? tp : null)),
          },
        ],
        tp === null
          ? [
              {
                ts: instantOfDay(`${month}-01`),
                siteId: sites.get(code)!,
                indicator: '*',
                flag: 'no-flow',
                raw: '断流',
              },
            ]
          : [],
      );
    for (const code of [dry, late]) await write('2025-03', code, 0.1);
    await write('2025-04', dry, null);
    engine.clock.now = instantOfDay('2025-05-20');
    await runLook(pool(), engine.options);
    const messages = await readMessages(pool());
    expect(messages.flatMap(({ alerts }) => alerts.map(({ siteZh }) => siteZh))).toEqual([
      '清水河断面2（名称待补）',
    ]);
    // In May there was water again, and nothing came of it.
    engine.clock.now = instantOfDay('2025-06-20');
    await runLook(pool(), engine.options);
    expect(
      (await readMessages(pool())).slice(1).flatMap(({ alerts }) => alerts.map(({ siteZh }) => siteZh)),
    ).toContain('清水河断面1（名称待补）');
  });
});

describe('data quality', () => {
  const quality = (check: string) =>
    ruleOf('quality', {
      code: `quality-${check}`,
      scope: { sites: ['air-town'], groups: ['air-county-evaluation'] },
      check,
      levels: [{ severity: 'notice', threshold: '1' }],
    });

  test('each check raises what it counts, and nothing else', async () => {
    const engine = createEngine(pool());
    for (const check of ['inversion', 'constant', 'jump', 'negatives'])
      await saveRule(pool(), quality(check));
    await engine.round();
    const hour = (index: number, change: Record<number, number>) => ({
      line: index + 2,
      ts: midnight + index * hourMs,
      siteId: town(),
      values: [
        9 + (index % 5),
        20 + (index % 7),
        0.5 + (index % 4) / 10,
        60 + (index % 9),
        80 + (index % 6),
        40 + (index % 3),
      ].map((value, column) => change[column] ?? value),
    });
    const rows = Array.from({ length: 48 }, (_, index) => {
      const change: Record<number, number> = { 1: 33 };
      if (index === 30) change[5] = 190;
      if (index >= 40) change[0] = -3;
      if (index === 45) change[3] = 460;
      return hour(index, change);
    });
    await writeRows(pool(), 'air_hour', rows);
    await drainMarks(pool());
    engine.clock.now = midnight + 49 * hourMs;
    await engine.round();
    const { rows: raised } = await pool().query<{ check: string; item: string | null }>(
      `select labels ->> 'check' as check, labels ->> 'indicator' as item from alerts where severity is not null
        order by 1, 2`,
    );
    expect(raised).toEqual(
      expect.arrayContaining([
        { check: 'constant', item: 'no2' },
        { check: 'inversion', item: null },
        { check: 'jump', item: 'o3' },
        { check: 'negatives', item: 'so2' },
      ]),
    );
    expect(raised.filter(({ check }) => check === 'constant')).toEqual([{ check: 'constant', item: 'no2' }]);
    expect(raised.filter(({ check }) => check === 'negatives')).toEqual([
      { check: 'negatives', item: 'so2' },
    ]);
  });

  test('a published index that differs, and a published figure that changed', async () => {
    const engine = createEngine(pool());
    for (const check of ['published-differs', 'published-changed']) await saveRule(pool(), quality(check));
    await engine.round();
    await writeHours(pool(), town(), midnight, many(24, 80));
    await pool().query(
      `insert into published_differences (site_id, ts, span, indicator, published, computed, rule)
       values ($1, $2, 'day', 'aqi', '61', '65', '测试')`,
      [town(), new Date(midnight)],
    );
    engine.clock.now = midnight + 25 * hourMs;
    await pool().query(
      `with figure as (
         insert into published_figures (kind, subject, period, first_day, end_day, published_value, document, published_on,
                                        marked_by, marked_office)
         values ('group-mean', 'air-county-evaluation/pm10', '2025', '2025-01-01', '2026-01-01', '68', '公报', '2025-05-01',
                 '张三', '分局') returning id),
       notice as (
         insert into figure_notices (figure_id, raised_at, old_value, new_value, causes)
         select id, $1, '68', '69', '[]' from figure)
       insert into alert_marks (subject, subject_id, day) select 'published', id, '2025-05-13' from figure`,
      [new Date(engine.clock.now - hourMs / 2)],
    );
    await engine.round();
    const messages = await readMessages(pool());
    const words = messages.flatMap(({ alerts }) =>
      alerts.map(({ ruleCode, valueZh }) => `${ruleCode}：${valueZh}`),
    );
    expect(words.sort()).toEqual([
      expect.stringMatching(/^quality-published-changed：.* 1 行/),
      expect.stringMatching(/^quality-published-differs：.* 1 行（当日 24 行）$/),
    ]);
    expect(messages.flatMap(({ notesZh }) => notesZh)).toEqual(
      expect.arrayContaining(['发布 61，计算 65', 'air-county-evaluation/pm10 2025：68 → 69']),
    );
  });
});
