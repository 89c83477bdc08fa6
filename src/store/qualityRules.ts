import type { PoolClient } from 'pg';
import { qualityRuleKey, type QualityRule, type QualityRuleName } from '../domain/qualityRule.js';
import type { Actor } from '../domain/role.js';
import { lockMembership } from './membershipLock.js';
import type { Queryable } from './pool.js';

/** One edit of a rule; version 1 is what the seeds said. */
export interface QualityRuleVersion {
  readonly indicator: string;
  readonly version: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly recordedAt: Date;
  readonly recordedBy: string;
  readonly reason: string;
}

/** Every rule, or those of one name, by name and indicator. */
export async function listQualityRules(db: Queryable, rule?: string): Promise<QualityRule[]> {
  const { rows } = await db.query<QualityRule>(
    `select rule, indicator, parameters, title_zh as "titleZh", title_en as "titleEn",
            explanation_zh as "explanationZh", explanation_en as "explanationEn", version
       from quality_rules where $1::text is null or rule = $1 order by rule, indicator`,
    [rule ?? null],
  );
  return rows;
}

/** The edits of a rule, newest first. */
export async function listQualityRuleVersions(db: Queryable, rule: string): Promise<QualityRuleVersion[]> {
  const { rows } = await db.query<QualityRuleVersion>(
    `select r.indicator, v.version, v.parameters, v.recorded_at as "recordedAt", v.recorded_by as "recordedBy", v.reason
       from quality_rule_versions v join quality_rules r using (key)
      where r.rule = $1 order by v.recorded_at desc, v.version desc, r.indicator`,
    [rule],
  );
  return rows;
}

/**
 * Sets the parameters of a rule for an indicator, keeping what they were, and marks the days that are to be checked
 * anew. Says whether there is such a rule; the same parameters change nothing.
 */
export async function saveQualityRule(
  client: PoolClient,
  actor: Actor,
  change: { rule: QualityRuleName; indicator: string; parameters: object; reason: string },
): Promise<boolean> {
  const key = qualityRuleKey(change);
  const parameters = JSON.stringify(change.parameters);
  const { rows } = await client.query<{ same: boolean }>(
    `select parameters = $2::jsonb as same from quality_rules where key = $1 for update`,
    [key, parameters],
  );
  if (rows[0] === undefined) return false;
  if (rows[0].same) return true;
  await client.query(
    `insert into quality_rule_versions (key, version, parameters, recorded_by, reason)
     select key, version, parameters, 'seeds', '' from quality_rules where key = $1 on conflict do nothing`,
    [key],
  );
  await client.query(
    `with changed as (
       update quality_rules set parameters = $2, version = version + 1, edited_at = now() where key = $1
       returning key, version, parameters)
     insert into quality_rule_versions (key, version, parameters, recorded_at, recorded_by, reason)
     select key, version, parameters, clock_timestamp(), $3, $4 from changed`,
    [key, parameters, `${actor.name}（${actor.office}）`, change.reason],
  );
  await markCheckedDays(client, change.rule);
  return true;
}

/** Marks every stored day that a rule looks at, so that the recomputation checks it again. */
export async function markCheckedDays(client: PoolClient, rule: QualityRuleName): Promise<void> {
  await lockMembership(client);
  const air = ['air_hour', ...(rule === 'range' || rule === 'inversion' ? ['air_day', 'air_month'] : [])];
  const water = ['water_sample', 'water_month'];
  const tables = rule === 'range' ? [...air, ...water] : rule === 'detection-limit' ? water : air;
  for (const table of tables) {
    await client.query(
      `insert into pending_days (medium, site_id, day)
       select distinct $1, site_id, beijing_day(ts) as day from ${table} order by site_id, day
       on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at`,
      [air.includes(table) ? 'air' : 'water'],
    );
  }
}
