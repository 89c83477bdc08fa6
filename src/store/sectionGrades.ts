import type { Queryable } from './pool.js';

/**
 * The class that each section is to reach: of the section targets whose group it belongs to, each in its latest
 * version, the strictest. Sections without such a target are absent.
 */
export async function listSectionGrades(db: Queryable): Promise<Map<number, number>> {
  const { rows } = await db.query<{ site_id: number; grade: number }>(
    `select m.site_id, min((t.definition ->> 'limit')::integer) as grade
       from (select distinct on (target_id) definition from target_versions
              order by target_id, effective desc, version desc) t
       join site_group_members m on m.group_code = t.definition ->> 'siteGroup'
      where t.definition ->> 'kind' = 'section-grade' group by m.site_id`,
  );
  return new Map(rows.map(({ site_id, grade }) => [site_id, grade]));
}
