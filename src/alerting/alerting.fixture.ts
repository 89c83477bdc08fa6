import { drainMarks, writeRows } from '../assessment/database.fixture.js';
import { alertRuleSchema, type AlertRule } from '../domain/alertRule.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import type { Notification } from '../domain/notification.js';
import { createLogger } from '../log.js';
import type { Pool } from '../store/pool.js';
import { runRound } from './round.js';
import { RuleBook } from './ruleBook.js';

/** A rule of hourly PM10 over 150 and 300 at one station; parts can be replaced. */
export function hourlyRule(change: Record<string, unknown> = {}): AlertRule {
  return alertRuleSchema.parse({
    kind: 'threshold',
    code: 'pm10-hour',
    titleZh: 'PM10 小时值偏高',
    offices: ['ecology'],
    source: '测试',
    scope: { sites: ['air-town'] },
    measure: { of: 'value', interval: 'hour', indicator: 'pm10' },
    op: 'above',
    levels: [
      { severity: 'warning', threshold: '150', clear: '140' },
      { severity: 'critical', threshold: '300' },
    ],
    ...change,
  });
}

/** Stores a rule, or a new version of it. */
export async function saveRule(pool: Pool, rule: AlertRule): Promise<void> {
  await pool.query(
    `with saved as (
       insert into alert_rules (code, kind, document) values ($1, $2, $3)
       on conflict (code) do update set version = alert_rules.version + 1, document = excluded.document
       returning version)
     insert into alert_rule_versions (code, version, document, actor_name, actor_office)
     select $1, version, $3, '测试', '分局' from saved`,
    [rule.code, rule.kind, JSON.stringify(rule)],
  );
}

/** An inbox by the code that routes name. */
export async function addInbox(pool: Pool, code: string): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    `insert into channels (code, name, type, settings) values ($1, $1, 'inbox', '{"type":"inbox"}') returning id`,
    [code],
  );
  await pool.query('insert into channel_turns (channel_id) values ($1)', [rows[0]!.id]);
  return rows[0]!.id;
}

/** Empties everything that alerts rest on, but for the seeds. */
export async function clearAlerting(pool: Pool): Promise<void> {
  await pool.query(
    `truncate air_hour, air_day, water_sample, water_month, water_site_months, value_flags, value_origins, pending_days,
              air_site_days, air_group_days, latest_rows, flag_history, revisions, touches, alert_rules,
              alert_rule_versions, alert_marks, alerts, alert_transitions, alert_told, alert_withheld, outbox,
              delivery_attempts, channels, alert_silences, alert_links, alert_acknowledgements, verdict_marks,
              dust_periods, published_differences cascade`,
  );
}

/** Stores PM10 of consecutive hours of a station and derives what follows. */
export async function writeHours(
  pool: Pool,
  siteId: number,
  first: number,
  pm10: readonly (number | null)[],
): Promise<void> {
  await writeRows(
    pool,
    'air_hour',
    pm10.map((value, index) => ({
      line: index + 2,
      ts: first + index * hourMs,
      siteId,
      values: [10, 20, 1, 60, value, value === null ? null : value / 2],
    })),
  );
  await drainMarks(pool);
}

/** An alerting whose clock the test sets. */
export function createEngine(pool: Pool) {
  const logger = createLogger('silent');
  const clock = { now: instantOfDay('2025-05-12') };
  const options = { logger, rules: new RuleBook(logger), now: () => clock.now };
  return {
    clock,
    options,
    round: () => runRound(pool, options),
  };
}

/** What was put into the outbox, oldest first; not what stands there in the place of several. */
export async function readMessages(pool: Pool): Promise<Notification[]> {
  const { rows } = await pool.query<{ notification: Notification }>(
    `select notification from outbox o
      where not exists (select from outbox m where m.merged_into = o.id) order by id`,
  );
  return rows.map(({ notification }) => notification);
}
