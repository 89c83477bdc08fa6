import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { drainMarks, writeRows } from '../assessment/database.fixture.js';
import { alertRuleSchema } from '../domain/alertRule.js';
import { addDays, hourMs, instantOfDay } from '../domain/calendar.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { insertSite, listSites } from '../store/sites.js';
import {
  addInbox,
  createEngine,
  hourlyRule,
  readMessages,
  saveRule,
  writeHours,
} from './alerting.fixture.js';
import { loadFactContext, loadRuleFacts } from './loadFacts.js';
import { runLook, runReminders, runRound } from './round.js';

jest.setTimeout(300_000);

let database: TestDatabase;
let town: number;
let inbox: number;
const day = '2025-05-12';
const midnight = instantOfDay(day);

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  await inTransaction(database.pool, (client) =>
    insertSite(client, { code: 'air-silent', name: '静默站', kind: 'air-station', groups: [] }),
  );
  town = (await listSites(database.pool)).find(({ code }) => code === 'air-town')!.id;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query(
    `truncate air_hour, air_day, value_flags, value_origins, pending_days, air_site_days, air_group_days, latest_rows,
              flag_history, revisions, touches, alert_rules, alert_rule_versions, alert_marks, alerts,
              alert_transitions, alert_told, alert_withheld, outbox, delivery_attempts, channels, alert_silences,
              verdict_marks cascade`,
  );
  inbox = await addInbox(database.pool, 'ecology');
});

const pool = () => database.pool;
const count = async (sql: string) => (await pool().query<{ n: number }>(sql)).rows[0]!.n;

describe('an episode of hourly values', () => {
  test('is raised, grows graver and is resolved, each told once', async () => {
    const engine = createEngine(pool());
    await saveRule(pool(), hourlyRule({ forHours: 2 }));
    const write = async (hour: number, values: number[]) => {
      await writeHours(pool(), town, midnight + hour * hourMs, values);
      engine.clock.now = midnight + (hour + values.length) * hourMs + 60_000;
      return engine.round();
    };
    await write(0, [80, 90, 160]);
    expect(await readMessages(pool())).toEqual([]);
    expect(await write(3, [170])).toMatchObject({ queued: 1 });
    await write(4, [180]);
    await write(5, [310]);
    await write(6, [120]);
    const messages = await readMessages(pool());
    expect(messages.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['firing', 'warning'],
      ['severity-changed', 'critical'],
      ['resolved', 'critical'],
    ]);
    expect(messages[1]!.alerts[0]!.formerSeverity).toBe('warning');
    expect(messages[2]!.earlier?.key).toBe(messages[0]!.key);
    expect(messages[0]!.alerts[0]).toMatchObject({ startsAt: midnight + 2 * hourMs, valueZh: '170 µg/m³' });
    // Nothing changed: nothing is said.
    await pool().query(`insert into alert_marks (subject, subject_id, day) values ('air', $1, $2)`, [
      town,
      day,
    ]);
    expect(await engine.round()).toEqual({ subjects: 1, transitions: 0, queued: 0 });
    expect(
      await count('select count(*)::integer as n from alert_transitions where withdrawn_at is not null'),
    ).toBe(0);
  });

  test('a round that fails in the middle loses no mark', async () => {
    const engine = createEngine(pool());
    await saveRule(pool(), hourlyRule());
    await engine.round();
    await writeHours(pool(), town, midnight, [160]);
    engine.clock.now = midnight + 2 * hourMs;
    const marks = 'select count(*)::integer as n from alert_marks';
    const before = await count(marks);
    await pool().query('alter table alert_told add constraint broken check (false) not valid');
    await expect(engine.round()).rejects.toThrow('broken');
    expect(await count(marks)).toBe(before);
    expect(await count('select count(*)::integer as n from alerts')).toBe(0);
    await pool().query('alter table alert_told drop constraint broken');
    await engine.round();
    expect((await readMessages(pool())).map(({ kind }) => kind)).toEqual(['firing']);
  });

  test('two rounds at once tell once', async () => {
    const engine = createEngine(pool());
    await saveRule(pool(), hourlyRule());
    await engine.round();
    await writeHours(pool(), town, midnight, [160]);
    engine.clock.now = midnight + 2 * hourMs;
    const done = await Promise.all([runRound(pool(), engine.options), runRound(pool(), engine.options)]);
    expect(done.reduce((sum, one) => sum + (one?.queued ?? 0), 0)).toBe(1);
    await engine.round();
    expect(await count('select count(*)::integer as n from alert_marks')).toBe(0);
    expect(await readMessages(pool())).toHaveLength(1);
    expect(await count(`select count(*)::integer as n from alert_told where channel_id = ${inbox}`)).toBe(1);
  });
});

describe('data of the past', () => {
  test('late data are told as late, corrected data as a correction and a withdrawal of the first message', async () => {
    const engine = createEngine(pool());
    await saveRule(pool(), hourlyRule());
    await engine.round();
    await writeHours(pool(), town, midnight, [80, 90, 160, 100, 90, 80]);
    engine.clock.now = midnight + 30 * hourMs;
    await engine.round();
    let messages = await readMessages(pool());
    expect(messages.map(({ kind }) => kind)).toEqual(['late']);
    // Graver than it was told.
    await writeHours(pool(), town, midnight + 2 * hourMs, [350]);
    await engine.round();
    messages = await readMessages(pool());
    expect(messages.map(({ kind }) => kind)).toEqual(['late', 'correction']);
    expect(messages[1]).toMatchObject({ severity: 'critical', earlier: { key: messages[0]!.key } });
    await writeHours(pool(), town, midnight + 2 * hourMs, [60]);
    await engine.round();
    messages = await readMessages(pool());
    expect(messages.map(({ kind }) => kind)).toEqual(['late', 'correction', 'withdrawal']);
    expect(messages[2]!.earlier?.key).toBe(messages[0]!.key);
    expect(
      await count(
        `select count(*)::integer as n from alert_transitions
          where withdrawn_at is null and reason in ('became-firing', 'severity-rose', 'resolved')`,
      ),
    ).toBe(0);
  });

  test('three years imported give one summary', async () => {
    const engine = createEngine(pool());
    await saveRule(pool(), hourlyRule());
    await engine.round();
    const first = '2022-05-01';
    const rows = Array.from({ length: 3 * 365 * 24 }, (_, index) => ({
      line: index + 2,
      ts: instantOfDay(first) + index * hourMs,
      siteId: town,
      values: [10, 20, 1, 60, index % 240 === 5 ? 200 : 80, 40],
    }));
    await writeRows(pool(), 'air_hour', rows);
    await drainMarks(pool());
    engine.clock.now = instantOfDay(addDays(first, 3 * 365)) + 10 * 24 * hourMs;
    await engine.round();
    const messages = await readMessages(pool());
    expect(messages.map(({ kind }) => kind)).toEqual(['summary']);
    expect(messages[0]!.alertCount).toBeGreaterThan(100);
  });

  test('while a flood is being derived the past waits, and these days do not', async () => {
    const engine = createEngine(pool());
    await saveRule(pool(), hourlyRule());
    await engine.round();
    await writeHours(pool(), town, instantOfDay('2025-03-01'), [80, 160, 80]);
    await writeHours(pool(), town, midnight, [80, 160]);
    engine.clock.now = midnight + 3 * hourMs;
    await runRound(pool(), { ...engine.options, marksSince: addDays(day, -2) });
    expect((await readMessages(pool())).map(({ kind }) => kind)).toEqual(['firing']);
    await engine.round();
    expect((await readMessages(pool())).map(({ kind }) => kind)).toEqual(['firing', 'late']);
    expect(await count('select count(*)::integer as n from alert_marks')).toBe(0);
  });

  test('a new rule tells only of what fires now', async () => {
    const engine = createEngine(pool());
    await writeHours(pool(), town, midnight, [200, 90, 200, 90, 200]);
    await engine.round();
    engine.clock.now = midnight + 6 * hourMs;
    await saveRule(pool(), hourlyRule());
    await engine.round();
    const messages = await readMessages(pool());
    expect(messages.map(({ kind }) => kind)).toEqual(['firing']);
    expect(messages[0]!.alerts[0]!.startsAt).toBe(midnight + 4 * hourMs);
  });
});

describe('rules', () => {
  test('an edited rule holds for new data only, one that is switched off ends its alerts', async () => {
    const engine = createEngine(pool());
    await saveRule(pool(), hourlyRule());
    await engine.round();
    await writeHours(pool(), town, midnight, [160]);
    engine.clock.now = midnight + 2 * hourMs;
    await engine.round();
    await saveRule(pool(), hourlyRule({ levels: [{ severity: 'critical', threshold: '100' }] }));
    await engine.round();
    expect((await readMessages(pool())).map(({ kind }) => kind)).toEqual(['firing']);
    await writeHours(pool(), town, midnight + hourMs, [110]);
    await engine.round();
    expect((await readMessages(pool())).map(({ kind, severity }) => [kind, severity])).toEqual([
      ['firing', 'warning'],
      ['severity-changed', 'critical'],
    ]);
    await saveRule(pool(), hourlyRule({ enabled: false }));
    await engine.round();
    expect((await readMessages(pool())).map(({ kind }) => kind).at(-1)).toBe('resolved');
    expect(
      await count(`select count(*)::integer as n from alert_transitions where reason = 'rule-ended'`),
    ).toBe(1);
  });

  test('a silenced alert is noted as withheld and told once nothing keeps it back', async () => {
    const engine = createEngine(pool());
    await saveRule(pool(), hourlyRule());
    await engine.round();
    engine.clock.now = midnight + 2 * hourMs;
    await pool().query(
      `insert into alert_silences (kind, matchers, reason, starts_at, ends_at, actor_name, actor_office)
       values ('silence', '[{"label":"site","op":"=","value":"air-town"}]', '检修', $1, $2, '张三', '分局')`,
      [new Date(midnight), new Date(midnight + 3 * hourMs)],
    );
    await writeHours(pool(), town, midnight, [160]);
    await engine.round();
    expect(await readMessages(pool())).toEqual([]);
    expect(await count(`select count(*)::integer as n from alert_withheld where why = 'silenced'`)).toBe(1);
    engine.clock.now = midnight + 4 * hourMs;
    expect(await runReminders(pool(), engine.options)).toBe(1);
    expect(await runReminders(pool(), engine.options)).toBe(0);
    expect((await readMessages(pool())).map(({ kind }) => kind)).toEqual(['firing']);
  });

  test('a channel that is not there is replaced by those of the root, and these by every inbox', async () => {
    const engine = createEngine(pool());
    await pool().query(`update channels set code = 'other'`);
    await saveRule(pool(), hourlyRule());
    await engine.round();
    await writeHours(pool(), town, midnight, [160]);
    engine.clock.now = midnight + 2 * hourMs;
    await engine.round();
    expect(await readMessages(pool())).toHaveLength(1);
    await pool().query('update channels set disabled = true');
    await writeHours(pool(), town, midnight + hourMs, [310]);
    await engine.round();
    expect(await readMessages(pool())).toHaveLength(1);
    expect(
      await count(`select count(*)::integer as n from alert_withheld where reason_zh like '渠道%'`),
    ).toBe(1);
  });
});

test('a silent source is reminded of, escalates by working days and ends when data come', async () => {
  const engine = createEngine(pool());
  // Friday.
  const friday = instantOfDay('2025-05-16');
  engine.clock.now = friday;
  await saveRule(
    pool(),
    alertRuleSchema.parse({
      kind: 'absence',
      code: 'silent',
      titleZh: '断数',
      offices: ['ecology'],
      source: '测试',
      scope: { sites: ['air-town'] },
      indicators: 'any',
      calendar: 'hourly',
      graceHours: 2,
      levels: [
        { severity: 'notice', afterHours: 3 },
        { severity: 'warning', afterWorkingDays: 2 },
      ],
    }),
  );
  await pool().query('update alert_rule_versions set recorded_at = $1', [new Date(friday - 24 * hourMs)]);
  await writeHours(pool(), town, friday, [80]);
  await engine.round();
  const kinds = async (hours: number) => {
    engine.clock.now = friday + hours * hourMs;
    await runLook(pool(), engine.options);
    return (await readMessages(pool())).map(({ kind, severity }) => `${kind} ${severity}`);
  };
  expect(await kinds(6)).toEqual([]);
  expect(await kinds(7)).toEqual(['reminder notice']);
  // Saturday and Sunday are no working days.
  expect(await kinds(3 * 24 + 8)).toEqual(['reminder notice']);
  expect(await kinds(4 * 24 + 23)).toEqual(['reminder notice']);
  expect(await kinds(5 * 24 + 1)).toEqual(['reminder notice', 'reminder warning']);
  await writeHours(pool(), town, friday + 5 * 24 * hourMs, [80]);
  expect(await kinds(5 * 24 + 2)).toEqual(['reminder notice', 'reminder warning', 'resolved warning']);
});

test('every seeded rule finds facts over a span of data', async () => {
  await writeHours(
    pool(),
    town,
    midnight,
    Array.from({ length: 24 }, () => 80),
  );
  const { default: seeds } = await import('../../seeds/alertRules.json', { with: { type: 'json' } });
  const context = await loadFactContext(pool(), { now: midnight + 24 * hourMs, dataDir: '/tmp' });
  const found: Record<string, number> = {};
  for (const seed of seeds as unknown[]) {
    const rule = alertRuleSchema.parse(seed);
    const facts = await loadRuleFacts(pool(), context, rule, { from: midnight, to: midnight + 24 * hourMs });
    found[rule.code] = facts.length;
  }
  // Of an alert that nobody has heard of nothing is asked where all is well.
  const jumps = alertRuleSchema.parse(
    (seeds as { code: string }[]).find(({ code }) => code === 'quality-jump'),
  );
  const days = {
    from: midnight,
    to: midnight + 24 * hourMs,
    subjects: [{ kind: 'site' as const, id: town }],
  };
  const facts = async (follows: (site: string, indicator: string | undefined) => boolean) =>
    (await loadRuleFacts(pool(), context, jumps, { ...days, follows })).length;
  const followed = [
    await facts(() => true),
    await facts((_, indicator) => indicator === 'pm10'),
    await facts(() => false),
  ];
  expect(followed).toEqual([6, 1, 0]);
  // The hours of ozone are all alike.
  await pool().query(`update value_flags set rule = rule || ',jump' where indicator = 'o3'`);
  expect(await facts(() => false)).toBe(1);
  expect(found).toMatchObject({
    'hourly-aqi': 2,
    'pm10-6h': 1,
    'absence-air-hourly': 50,
    'quality-inversion': 2,
    'quality-jump': 12,
    'heavy-pollution': 1,
    'service-disk-used-percent': 1,
  });
});
