import type { PoolClient } from 'pg';
import { noteUndoForMirror } from './mirrorNotes.js';
import { undoFlags } from './undoFlags.js';
import { collectReports, undoReports } from './undoReports.js';
import {
  collectRows,
  collectUndo,
  keepUndoneSql,
  listStretches,
  storeRows,
  type UndoStretch,
} from './undoValues.js';

/** What an undo takes back, and what it leaves because later writes changed it. */
export interface UndoFindings {
  readonly stretches: readonly UndoStretch[];
  /** Values and figures that are removed, go back to an earlier one, or stay as later writes made them. */
  readonly values: { readonly removed: number; readonly restored: number; readonly kept: number };
  readonly reports: { readonly removed: number; readonly restored: number; readonly kept: number };
  /** Later `invalid` marks on values that would be removed, and so would go with them. */
  readonly laterMarks: number;
}

/** Something that a later write did to what an undo is about. */
export interface LaterChange {
  readonly kind: 'value' | 'report' | 'invalid-mark';
  readonly family: string;
  readonly siteId: number;
  /** Start of the interval, or of a figure's period. */
  readonly time: Date;
  readonly indicator: string;
  readonly given: string;
  /** What is stored now; of a mark, its reason. */
  readonly stored: string;
  readonly uploadId: string | null;
  readonly writeKind: string;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly at: Date;
}

/**
 * Finds what a write's undo comes to, and keeps other writers of the same tables waiting until the transaction ends;
 * readers are not held up. Stores nothing but temporary tables.
 */
export async function findUndo(client: PoolClient, writeId: string): Promise<UndoFindings> {
  const stretches = await listStretches(client, writeId);
  const tables = [...stretches.map(({ table }) => table.table), 'period_reports', 'value_flags'];
  await client.query(`lock table ${tables.join(', ')} in share row exclusive mode`);
  await collectUndo(client, writeId, stretches);
  await collectReports(client, writeId);
  const { rows } = await client.query<Record<string, number>>(
    `select (select count(*) from undo_values where back_value is null)::integer as "valuesRemoved",
            (select count(*) from undo_values where back_value is not null)::integer as "valuesRestored",
            (select count(*) from undo_kept)::integer as "valuesKept",
            (select count(*) from undo_reports where back is null)::integer as "reportsRemoved",
            (select count(*) from undo_reports where back is not null)::integer as "reportsRestored",
            (select count(*) from undo_kept_reports)::integer as "reportsKept",
            (select count(*) from (${laterMarksSql}) m)::integer as "laterMarks"`,
    [writeId],
  );
  const found = rows[0]!;
  return {
    stretches,
    values: {
      removed: found['valuesRemoved']!,
      restored: found['valuesRestored']!,
      kept: found['valuesKept']!,
    },
    reports: {
      removed: found['reportsRemoved']!,
      restored: found['reportsRestored']!,
      kept: found['reportsKept']!,
    },
    laterMarks: found['laterMarks']!,
  };
}

const laterMarksSql = `select vf.family, vf.ts, vf.site_id, vf.indicator, u.value, vf.reason, vf.write_id
    from undo_values u join value_flags vf on vf.family = u.family and vf.ts = u.ts and vf.site_id = u.site_id
     and vf.indicator = u.indicator
   where vf.flag = 'invalid' and vf.write_id <> $1::bigint and u.back_value is null`;

/** Up to `limit` later changes of what `findUndo` has found, oldest times first. */
export async function listLaterChanges(
  client: PoolClient,
  writeId: string,
  limit: number,
): Promise<LaterChange[]> {
  const { rows } = await client.query<LaterChange>(
    `select c.kind, c.family, c.site_id as "siteId", c.time, c.indicator, c.given, c.stored, w.kind as "writeKind",
            w.upload_id as "uploadId", w.actor_name as "actorName", w.actor_office as "actorOffice", w.at
       from ((select 'value' as kind, family, site_id, ts as time, indicator, given, stored, write_id
                from undo_kept order by ts, site_id, indicator limit $2)
             union all
             (select 'invalid-mark', m.family, m.site_id, m.ts, m.indicator, m.value, m.reason, m.write_id
                from (${laterMarksSql}) m order by m.ts, m.site_id, m.indicator limit $2)
             union all
             (select 'report', 'period_reports', p.site_id, (p.period_start::timestamp - interval '8 hours') at time zone 'UTC', p.indicator,
                     k.given, p.value::text, p.write_id
                from undo_kept_reports k join period_reports p on p.id = k.id
               order by p.period_start, p.site_id, p.indicator limit $2)) c
       join writes w on w.id = c.write_id
      order by c.time, c.site_id, c.indicator limit $2`,
    [writeId, limit],
  );
  return rows;
}

/**
 * Takes back what `findUndo` has found. Values, figures and flags that later writes changed stay as they are. Rows and
 * origins name the earlier writes of what they hold from now on; what was taken back stays in the revisions.
 */
export async function applyUndo(
  client: PoolClient,
  findings: UndoFindings,
  writeId: string,
  undoWriteId: string,
): Promise<{ rowsRemoved: number; flagsSet: number; flagsCleared: number }> {
  const tally = { rowsRemoved: 0, flagsSet: 0, flagsCleared: 0 };
  await client.query(keepUndoneSql, [writeId, undoWriteId]);
  for (const stretch of findings.stretches) {
    await collectRows(client, writeId, stretch);
    const flags = await undoFlags(client, stretch, writeId, undoWriteId);
    tally.flagsSet += flags.set;
    tally.flagsCleared += flags.cleared;
    tally.rowsRemoved += await storeRows(client, stretch, writeId, undoWriteId);
  }
  await undoReports(client, undoWriteId);
  return tally;
}

/** Marks an upload's write as undone: values it once stored never come back as what another write had replaced. */
export async function recordUndo(
  client: PoolClient,
  uploadId: string,
  writeId: string,
  undoWriteId: string,
): Promise<void> {
  await client.query(`insert into write_undos (write_id, upload_id, undo_write_id) values ($1, $2, $3)`, [
    writeId,
    uploadId,
    undoWriteId,
  ]);
  await noteUndoForMirror(client);
}

/**
 * Uploads that stand, came later and held values equal to those stored by then, in the same stretches of the same
 * tables: a value they only repeated has no trace of them, and goes with the write that stored it. At most 20, newest
 * first.
 */
export async function listRepeatingUploads(client: PoolClient, writeId: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select u.id from uploads u join writes w on w.id = u.write_id
      where w.at > (select at from writes where id = $1::bigint)
        and (u.report -> 'values' ->> 'unchanged')::integer > 0
        and not exists (select from write_undos n where n.write_id = w.id)
        and exists (select from write_extents a join write_extents b on a.family = b.family
                     and a.first_ts <= b.last_ts and b.first_ts <= a.last_ts
                    where a.write_id = $1::bigint and b.write_id = w.id)
      order by u.id desc limit 20`,
    [writeId],
  );
  return rows.map(({ id }) => id);
}
