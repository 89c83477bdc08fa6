import type { PoolClient } from 'pg';
import { DomainError } from '../domain/domainError.js';
import type { Plan, Target } from '../domain/target.js';
import type { Queryable } from './pool.js';
import { changingGrades } from './ruleMarks.js';

/** A target in the version in force, with that version's number and document. */
export interface TargetVersion {
  readonly target: Target;
  readonly version: number;
  readonly effective: string;
  readonly document: string;
}

/** Lists all plans in order of their effective date. */
export async function listPlans(db: Queryable): Promise<Plan[]> {
  const { rows } = await db.query<Plan>(
    `select id, document, title_zh as "titleZh", issued::text, effective::text, due::text from plans
      order by effective, id`,
  );
  return rows;
}

/** Adds a plan. Throws DomainError `conflict` when the id is taken. */
export async function insertPlan(client: PoolClient, plan: Plan): Promise<void> {
  const { rowCount } = await client.query(
    `insert into plans (id, document, title_zh, issued, effective, due, edited_at)
     values ($1, $2, $3, $4, $5, $6, now()) on conflict (id) do nothing`,
    [plan.id, plan.document, plan.titleZh, plan.issued, plan.effective, plan.due],
  );
  if (rowCount === 0) throw new DomainError('conflict', { detail: `plan ${plan.id}` });
}

/**
 * Lists every target in the version that is in force on a day: of the versions effective by then, the latest. Targets
 * of plans that were not yet in force are absent.
 *
 * @param recordedBy leaves out versions that were recorded after this instant; default: none
 */
export async function listTargets(
  db: Queryable,
  asOf: string,
  recordedBy: Date | string | null = null,
): Promise<TargetVersion[]> {
  const { rows } = await db.query<{
    target_id: number;
    version: number;
    effective: string;
    document: string;
    definition: Omit<Target, 'id'>;
  }>(
    `select distinct on (target_id) target_id, version, effective::text, document, definition
       from target_versions
      where effective <= $1::date and ($2::timestamptz is null or recorded_at <= $2::timestamptz)
      order by target_id, effective desc, version desc`,
    [asOf, recordedBy],
  );
  return rows.map((row) => ({
    target: { id: row.target_id, ...row.definition },
    version: row.version,
    effective: row.effective,
    document: row.document,
  }));
}

/**
 * Adds a target, or with an id a new version of an existing one.
 *
 * @returns the target's id
 */
export async function insertTargetVersion(
  client: PoolClient,
  input: { id?: number; effective: string; document: string; definition: Omit<Target, 'id'>; by: string },
): Promise<number> {
  const id = input.id ?? (await insertTarget(client, input.definition.planId));
  const { rowCount } = await client.query('select from targets where id = $1 for update', [id]);
  if (rowCount === 0) throw new DomainError('not-found', { what: `target ${id}` });
  await changingGrades(client, () =>
    client.query(
      `insert into target_versions (target_id, version, effective, document, definition, recorded_by)
       select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5 from target_versions where target_id = $1`,
      [id, input.effective, input.document, JSON.stringify(input.definition), input.by],
    ),
  );
  return id;
}

async function insertTarget(client: PoolClient, planId: string): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into targets (id, plan_id)
     select nextval('target_ids'), p.id from plans p where p.id = $1 returning id`,
    [planId],
  );
  if (rows[0] === undefined) throw new DomainError('not-found', { what: `plan ${planId}` });
  return rows[0].id;
}

/** Lists every version of every target, in the order in which they take effect. */
export async function listAllVersions(db: Queryable): Promise<TargetVersion[]> {
  const { rows } = await db.query<{
    target_id: number;
    version: number;
    effective: string;
    document: string;
    definition: Omit<Target, 'id'>;
  }>(
    `select target_id, version, effective::text, document, definition
       from target_versions order by target_id, target_versions.effective, version`,
  );
  return rows.map((row) => ({
    target: { id: row.target_id, ...row.definition },
    version: row.version,
    effective: row.effective,
    document: row.document,
  }));
}
