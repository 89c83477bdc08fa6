import type { Queryable } from './pool.js';
import type { NoticeCause } from './publishedFigures.js';

/** Where to look for what changed a figure. Instants; [from, to) half-open. */
export interface CauseSearch {
  /** Only what took effect after it. */
  readonly since: Date;
  readonly siteIds: readonly number[];
  readonly families: readonly string[];
  readonly from: Date;
  readonly to: Date;
  /** Whether declared dust periods take part. */
  readonly dust: boolean;
  /** A reported indicator. */
  readonly indicator?: string;
  /** The group whose members count. */
  readonly group?: string;
}

const mostCauses = 50;

/**
 * The writes that touched what a figure rests on, and changes of its group's members, in the order in which they took
 * effect. Automatic checks change no figure and are left out.
 */
export async function listCauses(db: Queryable, search: CauseSearch): Promise<NoticeCause[]> {
  const touched = ['air_hour', 'air_day', 'water_sample', 'water_month']
    .map(
      (table) =>
        `select write_id from ${table}
          where '${table}' = any ($2::text[]) and site_id = any ($3::integer[]) and ts >= $4 and ts < $5`,
    )
    .join(' union ');
  const keyed = 'family = any ($2::text[]) and site_id = any ($3::integer[]) and ts >= $4 and ts < $5';
  const { rows } = await db.query<NoticeCause & { moment: Date }>(
    `select w.id as "writeId", w.kind, w.actor_name as by, w.actor_office as office, w.at as moment, w.reason,
            w.upload_id as "uploadId"
       from writes w
      where w.at > $1 and w.kind <> 'check' and w.id in (
        ${touched}
        union select write_id from value_origins where ${keyed}
        union select new_write_id from revisions where ${keyed}
        union select write_id from flag_history where ${keyed}
        union select r.write_id from dust_period_revisions r
               cross join lateral (values (r.old_row), (r.new_row)) as v (state)
               where $6 and (v.state ->> 'starts_at')::timestamptz < $5 and (v.state ->> 'ends_at')::timestamptz > $4
        union select write_id from period_reports where indicator = $7
        union select new_write_id from period_report_revisions
               where coalesce(new_row, old_row) ->> 'indicator' = $7)
     union all
     select null, 'members', recorded_by, recorded_office, recorded_at, '', null
       from site_group_member_history where group_code = $8 and recorded_at > $1
     order by moment limit ${mostCauses}`,
    [
      search.since,
      search.families,
      search.siteIds,
      search.from,
      search.to,
      search.dust,
      search.indicator ?? null,
      search.group ?? null,
    ],
  );
  return rows.map(({ moment, ...cause }) => ({ ...cause, at: moment.toISOString() }));
}
