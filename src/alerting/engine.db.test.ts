import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { drainMarks, writeRows } from '../assessment/database.fixture.js';
import { alertRuleSchema } from '../domain/alertRule.js';
import { addDays, hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import type { VerdictName } from '../domain/verdict.js';
import { addAlertMarks } from '../store/alertMarks.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { listSites } from '../store/sites.js';
import { insertVerdicts } from '../store/verdictDays.js';
import {
  addInbox,
  clearAlerting,
  createEngine,
  hourlyRule,
  readMessages,
  saveRule,
  writeHours,
} from './alerting.fixture.js';
import { runReminders } from './round.js';

jest.setTimeout(300_000);

let database: TestDatabase;
let sites: Map<string, number>;

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  sites = new Map((await listSites(database.pool)).map(({ code, id }) => [code, id]));
});
afterAll(() => database.drop());
beforeEach(async () => {
  await clearAlerting(database.pool);
  for (const code of ['ecology', 'ecology-leader', 'gov-office', 'water'])
    await addInbox(database.pool, code);
});

const pool = () => database.pool;

/** Messages with the channel that each went to. */
async function readSent(): Promise<string[]> {
  const { rows } = await pool().query<{ said: string }>(
    `select kind || ' ' || severity || ' ' || c.code as said from outbox o join channels c on c.id = o.channel_id
      where not exists (select from outbox m where m.merged_into = o.id) order by o.id`,
  );
  return rows.map(({ said }) => said);
}

describe('nobody has acknowledged', () => {
  const monday = instantOfDay('2025-05-12');

  async function raise() {
    const engine = createEngine(pool());
    await saveRule(pool(), hourlyRule({ repeatHours: null }));
    await engine.round();
    await writeHours(pool(), sites.get('air-town')!, monday + 8 * hourMs, [200]);
    engine.clock.now = monday + 9 * hourMs + 60_000;
    await engine.round();
    const at = async (day: number, hour: number) => {
      engine.clock.now = monday + (24 * day + hour) * hourMs;
      await runReminders(pool(), engine.options);
      return readSent();
    };
    return { engine, at };
  }

  test('the next office is told after its working hours, each level once, and by working days', async () => {
    const { at } = await raise();
    const first = ['firing warning ecology'];
    expect(await at(0, 10)).toEqual(first);
    const second = [...first, 'escalation warning ecology-leader'];
    expect(await at(0, 22)).toEqual(second);
    expect(await at(0, 23)).toEqual(second);
    // Twelve working hours are not over on the next morning.
    expect(await at(1, 7)).toEqual(second);
    expect(await at(2, 23)).toEqual([...second, 'escalation warning gov-office']);
    const messages = await readMessages(pool());
    expect(messages[1]!.notesZh[0]).toBe('报分局分管领导：4 个工作小时内无人确认');
  });

  test('who has taken it on stops that, until it grows graver', async () => {
    const { engine, at } = await raise();
    await pool().query(
      `insert into alert_acknowledgements (fingerprint, starts_at, severity, actor_name, actor_office)
       select fingerprint, firing_since, severity, '张三', '分局' from alerts where severity is not null`,
    );
    expect(await at(2, 23)).toEqual(['firing warning ecology']);
    await writeHours(pool(), sites.get('air-town')!, monday + 9 * hourMs, [350]);
    engine.clock.now = monday + 72 * hourMs;
    await engine.round();
    expect((await at(3, 22)).filter((said) => said.startsWith('escalation'))).toEqual([
      'escalation critical ecology-leader',
      'escalation critical gov-office',
    ]);
  });
});

describe('targets', () => {
  const targetRule = (targets: number[], rule: Record<string, unknown>) =>
    alertRuleSchema.parse({
      kind: 'target',
      code: 'target',
      titleZh: '目标',
      offices: 'of-target',
      source: '测试',
      targets,
      test: rule,
    });

  /** Says of a target what it is as of a day, and judges in the next night. */
  async function say(
    engine: ReturnType<typeof createEngine>,
    targetId: number,
    asOf: string,
    verdict: VerdictName,
  ) {
    const words = { used: 1, missing: 0, reasonZh: '测试', reasonEn: 'test' };
    const figures = { value: '70', valueUnrounded: '70', distance: '-1.7' };
    await inTransaction(pool(), async (client) => {
      await insertVerdicts(client, [{ targetId, targetVersion: 1, asOf, verdict, ...figures, ...words }]);
      await addAlertMarks(client, [{ subject: 'target', subjectId: targetId, day: asOf }]);
    });
    engine.clock.now = instantOfDay(addDays(asOf, 1)) + 5 * hourMs;
    await engine.round();
  }

  test('a verdict turns at risk and lost, and back', async () => {
    const engine = createEngine(pool());
    await saveRule(
      pool(),
      targetRule([20], {
        of: 'verdict',
        levels: [
          { severity: 'notice', verdicts: ['at-risk'] },
          { severity: 'critical', verdicts: ['lost', 'missed'] },
        ],
      }),
    );
    await engine.round();
    await say(engine, 20, '2025-05-10', 'on-track');
    expect(await readMessages(pool())).toEqual([]);
    await say(engine, 20, '2025-05-11', 'at-risk');
    await say(engine, 20, '2025-05-12', 'lost');
    // Of another target nothing is asked.
    await say(engine, 19, '2025-05-13', 'lost');
    await say(engine, 20, '2025-05-13', 'on-track');
    const messages = await readMessages(pool());
    expect(messages.map(({ kind, severity }) => `${kind} ${severity}`)).toEqual([
      'firing notice',
      'severity-changed critical',
      'resolved critical',
    ]);
    expect(messages[1]!.alerts[0]).toMatchObject({
      indicatorZh: 'PM10 年均浓度',
      valueZh: '已无法达标，70 µg/m³',
      limitZh: '目标 ≤ 68.3 µg/m³',
      distanceZh: '差 1.7 µg/m³ 达标',
      periodZh: '截至2025年5月12日',
    });
    expect(messages[1]!.officesZh).toHaveLength(1);
  });

  test('days that may still be bad are no question any more when the period is over', async () => {
    const engine = createEngine(pool());
    await saveRule(
      pool(),
      targetRule([21], { of: 'bad-days-left', levels: [{ severity: 'notice', threshold: '365' }] }),
    );
    await engine.round();
    await say(engine, 21, '2025-12-29', 'not-reported');
    await say(engine, 21, '2025-12-30', 'not-reported');
    expect((await readMessages(pool())).map(({ kind }) => kind)).toEqual(['firing']);
    await say(engine, 21, '2025-12-31', 'missed');
    const messages = await readMessages(pool());
    expect(messages.map(({ kind }) => kind)).toEqual(['firing', 'resolved']);
    expect(messages[1]!.alerts[0]!.valueZh).toBe('考核期已结束');
    const { rows } = await pool().query<{ reason: string; severity: string | null }>(
      `select t.reason, a.severity from alert_transitions t join alerts a using (fingerprint)
        where t.withdrawn_at is null order by t.id`,
    );
    expect(rows).toEqual([
      { reason: 'became-firing', severity: null },
      { reason: 'period-ended', severity: null },
    ]);
  });
});

describe('a section of a river', () => {
  const section = 'sec-qingshui-1';

  async function writeMonth(month: string, tp: number): Promise<void> {
    const values = waterItems.map((item) => (item === 'tp' ? tp : item === 'codmn' ? 2 : null));
    await writeRows(database.pool, 'water_month', [
      { line: 2, ts: instantOfDay(`${month}-01`), siteId: sites.get(section)!, values },
    ]);
    await drainMarks(database.pool);
  }

  test('an item above the limit of the class that the target asks for, mended by a correction', async () => {
    const engine = createEngine(pool());
    const rule = alertRuleSchema.parse({
      kind: 'threshold',
      code: 'class',
      titleZh: '超标',
      offices: 'of-target',
      source: '测试',
      scope: { groups: ['river-qingshui-5'] },
      measure: { of: 'class-limit', interval: 'month', items: 'all' },
      op: 'above',
      levels: [
        { severity: 'warning', threshold: '1' },
        { severity: 'critical', threshold: '2' },
      ],
    });
    await saveRule(pool(), rule);
    await engine.round();
    // Class IV: 0.3 mg/L, and the limit itself keeps it.
    await writeMonth('2025-04', 0.3);
    engine.clock.now = instantOfDay('2025-05-01') + hourMs;
    await engine.round();
    expect(await readMessages(pool())).toEqual([]);
    await writeMonth('2025-05', 0.31);
    engine.clock.now = instantOfDay('2025-06-01') + hourMs;
    await engine.round();
    expect(await readSent()).toEqual(['firing warning ecology', 'firing warning water']);
    const [first] = await readMessages(pool());
    expect(first!.alerts[0]).toMatchObject({
      siteZh: '清水河断面1（名称待补）',
      indicatorZh: '总磷',
      periodZh: '2025年5月',
    });
    await writeMonth('2025-05', 0.29);
    engine.clock.now = instantOfDay('2025-06-03');
    await engine.round();
    expect((await readSent()).slice(2)).toEqual(['withdrawal warning ecology', 'withdrawal warning water']);
  });

  test('a month fails the grade, a month falls by two classes, and a section without a fault says nothing', async () => {
    const engine = createEngine(pool());
    const rule = alertRuleSchema.parse({
      kind: 'target',
      code: 'months',
      titleZh: '断面月类别',
      offices: ['ecology'],
      source: '测试',
      targets: [22],
      test: { of: 'section-month', fails: 'warning', drops: { severity: 'notice', classes: 2 } },
    });
    await saveRule(pool(), rule);
    await engine.round();
    const months: [string, number][] = [
      ['2025-03', 0.35],
      ['2025-04', 0.05],
      ['2025-05', 0.25],
      ['2025-06', 0.25],
    ];
    for (const [month, tp] of months) {
      await writeMonth(month, tp);
      engine.clock.now =
        instantOfDay(month === '2025-06' ? '2025-07-01' : addDays(`${month}-28`, 4).slice(0, 7) + '-01') +
        hourMs;
      await engine.round();
    }
    const messages = await readMessages(pool());
    expect(
      messages.map(({ kind, alerts }) => `${kind} ${alerts[0]!.severity} ${alerts[0]!.periodZh}`),
    ).toEqual([
      'firing warning 2025年3月',
      'resolved warning 2025年4月',
      'firing notice 2025年5月',
      'resolved notice 2025年6月',
    ]);
    expect(messages[0]!.alerts[0]!.distanceZh).toBe('未达到Ⅳ类');
    expect(messages[2]!.alerts[0]!.distanceZh).toBe('比上月（Ⅱ类）下降 2 个类别');
  });
});
