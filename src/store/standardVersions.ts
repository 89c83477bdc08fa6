import type { Plan } from '../domain/target.js';
import type { Queryable } from './pool.js';

/** Standard documents by their key, as they stood at an instant, as they are stored (unchecked). */
export async function listStandardDocumentsAt(
  db: Queryable,
  at: Date | string,
): Promise<Record<string, unknown>> {
  const { rows } = await db.query<{ standard_id: string; document: unknown }>(
    `select standard_id, document from (
       select distinct on (standard_id) standard_id, document from standard_versions
        where recorded_at <= $1 order by standard_id, id desc) last
      where document is not null order by standard_id`,
    [at],
  );
  return Object.fromEntries(rows.map((row) => [row.standard_id, row.document]));
}

/** Whether any standard has changed since an instant. */
export async function haveStandardsChangedSince(db: Queryable, at: Date | string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from standard_versions v where v.recorded_at > $1
        and v.document is distinct from (
          select o.document from standard_versions o where o.standard_id = v.standard_id and o.recorded_at <= $1
           order by o.id desc limit 1) limit 1`,
    [at],
  );
  return (rowCount ?? 0) > 0;
}

/** Plans as they stood at an instant, in order of their effective date. */
export async function listPlansAt(db: Queryable, at: Date | string): Promise<Plan[]> {
  const { rows } = await db.query<Plan>(
    `select plan ->> 'id' as id, plan ->> 'document' as document, plan ->> 'title_zh' as "titleZh",
            plan ->> 'issued' as issued, plan ->> 'effective' as effective, plan ->> 'due' as due
       from (select distinct on (plan_id) plan from plan_versions
              where recorded_at <= $1 order by plan_id, id desc) last
      where plan is not null order by effective, id`,
    [at],
  );
  return rows;
}
