import type { KeyedTable } from './keyedTable.js';
import { stageTable } from './mergeSql.js';
import type { PoolClient, Queryable } from './pool.js';

// Smaller pieces would be many rows, larger ones much to do again after an outage.
const daysTogether = 1_000;

/**
 * Notes in the mirror's outbox where a merged stage has stored something; does nothing while there is no mirror. What
 * devices store past the stage is noted when their touches are spread (migration 0017).
 */
export async function noteStageForMirror(db: Queryable, table: KeyedTable, writeId: string): Promise<void> {
  if (table.name === 'published') return;
  await db.query(
    noteSql(
      table.name,
      '$1::bigint',
      `select site_id, beijing_day(ts) - date '1970-01-01' as day, count(*) as rows
         from ${stageTable(table)} group by 1, 2`,
    ),
    [writeId],
  );
}

/**
 * Notes what an undo has changed, of whatever write the rows are now, and counts the values that it removed: the mirror
 * keeps those, as line protocol cannot take a value back. To be called while the undo's temporary tables are there.
 */
export async function noteUndoForMirror(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ family: string; removed: string }>(
    `select family, count(*) filter (where back_value is null) as removed from undo_values
      where family <> 'published' and exists (select from mirror where enabled) group by family`,
  );
  for (const { family, removed } of rows) {
    await client.query(
      noteSql(
        family,
        'null::bigint',
        `select site_id, beijing_day(ts) - date '1970-01-01' as day, count(distinct ts) as rows
           from undo_values where family = '${family}' group by 1, 2`,
      ),
    );
    await client.query('update mirror set values_removed = values_removed + $1', [removed]);
  }
}

function noteSql(family: string, writeId: string, daysSql: string): string {
  return `insert into mirror_outbox (family, write_id, site_ids, days, row_count)
    select '${family}', ${writeId}, array_agg(site_id order by day, site_id), array_agg(day order by day, site_id),
           sum(rows)
      from (select d.*, (row_number() over (order by day, site_id) - 1) / ${daysTogether} as part
              from (${daysSql}) d) p
     where exists (select from mirror where enabled)
     group by part order by part`;
}
