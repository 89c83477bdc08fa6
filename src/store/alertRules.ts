import { alertRuleSchema, type AlertRule } from '../domain/alertRule.js';
import type { Actor } from '../domain/role.js';
import type { PoolClient, Queryable } from './pool.js';

/** A rule as it is now. */
export interface AlertRuleRow {
  readonly code: string;
  readonly version: number;
  readonly rule: AlertRule;
  /** As the seeds have it: no person has changed it. */
  readonly seeded: boolean;
}

/** One change of a rule. */
export interface AlertRuleVersion {
  readonly version: number;
  readonly rule: AlertRule;
  readonly removed: boolean;
  readonly recordedAt: Date;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly reason: string;
}

type Stored<T> = Omit<T, 'rule'> & { readonly document: unknown };

const columns = 'code, version, document, seeded';

/** Rules that were not removed (also those that are switched off), by code. */
export async function listAlertRules(db: Queryable): Promise<AlertRuleRow[]> {
  const { rows } = await db.query<Stored<AlertRuleRow>>(
    `select ${columns} from alert_rules where removed_at is null order by code collate "C"`,
  );
  return rows.map(parse);
}

/** A rule that was not removed. */
export async function findAlertRule(db: Queryable, code: string): Promise<AlertRuleRow | undefined> {
  const { rows } = await db.query<Stored<AlertRuleRow>>(
    `select ${columns} from alert_rules where code = $1 and removed_at is null`,
    [code],
  );
  return rows[0] === undefined ? undefined : parse(rows[0]);
}

/** The same, locked until the transaction ends. */
export async function lockAlertRule(client: PoolClient, code: string): Promise<AlertRuleRow | undefined> {
  const { rows } = await client.query<Stored<AlertRuleRow>>(
    `select ${columns} from alert_rules where code = $1 and removed_at is null for update`,
    [code],
  );
  return rows[0] === undefined ? undefined : parse(rows[0]);
}

/** Every version of a rule, the newest first; of removed ones too. */
export async function listAlertRuleVersions(db: Queryable, code: string): Promise<AlertRuleVersion[]> {
  const { rows } = await db.query<Stored<AlertRuleVersion>>(
    `select version, document, removed, recorded_at as "recordedAt", actor_name as "actorName",
            actor_office as "actorOffice", reason
       from alert_rule_versions where code = $1 order by version desc`,
    [code],
  );
  return rows.map(parse);
}

/** Who changes a rule and why; `seeded` is for the seeds alone. */
export interface AlertRuleChange {
  readonly actor: Actor;
  readonly reason: string;
  readonly seeded?: boolean;
}

/** Saves a rule as the next version of its code, also of one that was removed. Returns the version. */
export async function saveAlertRule(
  client: PoolClient,
  rule: AlertRule,
  change: AlertRuleChange,
): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `insert into alert_rules (code, kind, document, seeded) values ($1, $2, $3, $4)
     on conflict (code) do update
       set version = alert_rules.version + 1, kind = excluded.kind, document = excluded.document,
           seeded = excluded.seeded, removed_at = null
     returning version`,
    [rule.code, rule.kind, JSON.stringify(rule), change.seeded ?? false],
  );
  await insertVersion(client, rule.code, false, change);
  return rows[0]!.version;
}

/** Removes a rule; its versions and alerts stay. Says whether there was one. */
export async function removeAlertRule(
  client: PoolClient,
  code: string,
  change: AlertRuleChange,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `update alert_rules set version = version + 1, seeded = false, removed_at = clock_timestamp()
      where code = $1 and removed_at is null`,
    [code],
  );
  if (rowCount !== 1) return false;
  await insertVersion(client, code, true, change);
  return true;
}

/** Saves a rule of the seeds unless a person has changed or removed the one of its code. Says whether it did. */
export async function seedAlertRule(client: PoolClient, rule: AlertRule, actor: Actor): Promise<boolean> {
  const { rows } = await client.query<{ seeded: boolean }>(
    'select seeded from alert_rules where code = $1 for update',
    [rule.code],
  );
  if (rows[0]?.seeded === false) return false;
  await saveAlertRule(client, rule, { actor, reason: '', seeded: true });
  return true;
}

async function insertVersion(
  client: PoolClient,
  code: string,
  removed: boolean,
  { actor, reason }: AlertRuleChange,
): Promise<void> {
  await client.query(
    `insert into alert_rule_versions (code, version, document, removed, token_id, actor_name, actor_office, reason)
     select code, version, document, $2, $3, $4, $5, $6 from alert_rules where code = $1`,
    [code, removed, actor.tokenId, actor.name, actor.office, reason],
  );
}

function parse<T extends { readonly document: unknown }>({
  document,
  ...rest
}: T): Omit<T, 'document'> & { rule: AlertRule } {
  return { ...rest, rule: alertRuleSchema.parse(document) };
}
