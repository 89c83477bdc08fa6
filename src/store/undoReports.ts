import type { PoolClient } from 'pg';

const reportKey = ['indicator', 'site_id', 'period_kind', 'period_start', 'period_end'] as const;

/** Whether two figures are of the same indicator, site and period. */
export function sameReport(left: string, right: string): string {
  return reportKey.map((key) => `${left}.${key} = ${right}.${key}`).join(' and ');
}

/** An old state kept as JSON, as a row of the table. */
export function reportOf(json: string): string {
  return `jsonb_populate_record(null::period_reports, ${json})`;
}

const createSql = `
  create temporary table undo_reports (id bigint, back jsonb) on commit drop;
  create temporary table undo_kept_reports (id bigint, given text) on commit drop;`;

/**
 * Finds the figures whose present state is the write's, with the state they go back to, and those that later writes
 * have changed since. A figure is taken back whole: with its numerator, denominator and evidence.
 */
export async function collectReports(client: PoolClient, writeId: string): Promise<void> {
  await client.query(createSql);
  await client.query(
    `insert into undo_reports (id, back)
     select p.id, r.old_row from period_reports p
       left join lateral (
         select r.old_row from period_report_revisions r
          where r.report_id = p.id and r.new_write_id = $1::bigint order by r.id limit 1) r on true
      where p.write_id = $1::bigint`,
    [writeId],
  );
  await client.query(
    `insert into undo_kept_reports (id, given)
     select p.id, (array_agg(o.value::text order by r.id desc))[1]
       from period_report_revisions r
       cross join lateral ${reportOf('r.old_row')} o
       join period_reports p on ${sameReport('p', 'o')}
      where o.write_id = $1::bigint and p.write_id <> $1::bigint group by p.id`,
    [writeId],
  );
  while (((await client.query(skipUndoneSql)).rowCount ?? 0) > 0);
}

const skipUndoneSql = `
  update undo_reports u set back = r.old_row
    from undo_reports x join write_undos n on n.write_id = (x.back ->> 'write_id')::bigint
    left join lateral (
      select r.old_row from period_report_revisions r
       where r.report_id = x.id and r.new_write_id = n.write_id order by r.id limit 1) r on true
   where u.id = x.id`;

/** Stores the collected figures as they were; each change is kept, a removed figure's last state too. */
export async function undoReports(client: PoolClient, undoWriteId: string): Promise<void> {
  await client.query(
    `with gone as (
       delete from period_reports p using undo_reports u where p.id = u.id and u.back is null returning p.*)
     insert into period_report_revisions (report_id, old_row, new_row, new_write_id)
     select gone.id, to_jsonb(gone), null, $1::bigint from gone`,
    [undoWriteId],
  );
  await client.query(
    `with old as (select p.* from period_reports p join undo_reports u on u.id = p.id),
     changed as (
       update period_reports p
          set value = b.value, numerator = b.numerator, denominator = b.denominator, evidence = b.evidence,
              write_id = b.write_id
         from undo_reports u cross join lateral ${reportOf('u.back')} b
        where p.id = u.id and u.back is not null returning p.*)
     insert into period_report_revisions (report_id, old_row, new_row, new_write_id)
     select changed.id, to_jsonb(old), to_jsonb(changed), $1::bigint from old join changed on changed.id = old.id`,
    [undoWriteId],
  );
}
