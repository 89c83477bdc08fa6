import pg, { type Pool, type PoolClient } from 'pg';
import type { KeyedTable } from './keyedTable.js';
import {
  clearFlagsSql,
  copyPriorRowsSql,
  countKindsSql,
  dropReplacedOriginsSql,
  foldPartialRowsSql,
  insertNewRowsSql,
  keepOriginsSql,
  keepRevisionsSql,
  listChangesSql,
  setFlagsSql,
  takeContradictionsSql,
  takeRepetitionsSql,
  updateRowsSql,
} from './mergeSql.js';
import type { Stage } from './stage.js';

/** Two or more lines of one input that give different values for the same site and time. */
export interface Contradiction {
  readonly line: number;
  readonly lines: readonly number[];
  readonly siteId: number;
  readonly ts: Date;
}

/** How the staged rows and values compare with what is stored. */
export interface StageCounts {
  readonly rowsNew: number;
  readonly rowsChanged: number;
  readonly rowsUnchanged: number;
  readonly valuesNew: number;
  readonly valuesChanged: number;
  readonly valuesUnchanged: number;
  readonly duplicates: number;
  readonly firstTs: Date | null;
  readonly lastTs: Date | null;
}

/** A stored value that the input would replace. */
export interface ValueChange {
  readonly line: number;
  readonly ts: Date;
  readonly siteId: number;
  readonly indicator: string;
  readonly stored: string;
  readonly given: string;
}

/**
 * Takes out of the stage what the input itself contradicts or repeats, and counts the rest by kind. Changes nothing
 * that is stored.
 */
export async function judgeStage(
  client: PoolClient,
  stage: Stage,
): Promise<{ contradictions: Contradiction[]; counts: StageCounts }> {
  const byLine = new Map<number, Contradiction>();
  for (const table of stage.tables) {
    await client.query(`analyze stage_${table.name}`);
    // A line that went into several tables is named once.
    for (const found of await takeContradictions(client, table)) {
      if (!byLine.has(found.line)) byLine.set(found.line, found);
    }
  }
  const contradictions = [...byLine.values()].sort((a, b) => a.line - b.line);
  await dropLines(client, stage, [...byLine.keys()]);
  const duplicates = await takeRepetitions(client, stage.tables);
  return { contradictions, counts: await countKinds(client, stage.tables, duplicates) };
}

/** Takes out what only repeats, and counts the lines of which nothing measured is left. */
async function takeRepetitions(client: PoolClient, tables: readonly KeyedTable[]): Promise<number> {
  const lines = new Set<number>();
  for (const table of tables) {
    const { rows } = await client.query<{ line: number }>(takeRepetitionsSql(table));
    for (const { line } of rows) lines.add(line);
  }
  for (const table of tables.filter(isMeasured)) {
    if (lines.size === 0) break;
    const { rows } = await client.query<{ line: number }>(
      `select line from stage_${table.name} where line = any($1::integer[])`,
      [[...lines]],
    );
    for (const { line } of rows) lines.delete(line);
  }
  return lines.size;
}

// Published texts ride along with the rows they stand in: as values they count only where they would replace one.
const isMeasured = ({ name }: KeyedTable) => name !== 'published';

/** Takes every row of the given lines out of the stage: a line is stored whole or not at all. */
async function dropLines(client: PoolClient, stage: Stage, lines: readonly number[]): Promise<void> {
  if (lines.length === 0) return;
  for (const table of stage.tables) {
    await client.query(`delete from stage_${table.name} where line = any($1::integer[])`, [lines]);
  }
}

/** Up to `limit` stored values that the stage would replace, in line order. */
export async function listChanges(client: PoolClient, stage: Stage, limit: number): Promise<ValueChange[]> {
  const changes: ValueChange[] = [];
  for (const table of stage.tables) {
    const { rows } = await client.query<{
      line: number;
      ts: Date;
      site_id: number;
      indicator: string;
      stored: string | number;
      given: string | number;
    }>(listChangesSql(table), [limit]);
    for (const row of rows) {
      changes.push({
        line: row.line,
        ts: row.ts,
        siteId: row.site_id,
        indicator: row.indicator,
        stored: String(row.stored),
        given: String(row.given),
      });
    }
  }
  return changes.sort((a, b) => a.line - b.line).slice(0, limit);
}

/**
 * Merges the stage into the stored tables: new rows are inserted, missing columns filled, changed values replaced with
 * their revisions kept, flags set, days marked for recomputation. Rows of other writers of the same moment are waited
 * for and merged with, never overwritten blindly.
 *
 * @returns the number of stored values that were replaced
 */
export async function applyStage(client: PoolClient, stage: Stage, writeId: string): Promise<number> {
  let changed = 0;
  for (const table of stage.tables) {
    await client.query(foldPartialRowsSql(table));
    await client.query(insertNewRowsSql(table), [writeId]);
    const prior = await client.query(copyPriorRowsSql(table), [writeId]);
    if ((prior.rowCount ?? 0) > 0) changed += await replaceRows(client, table, writeId, stage.hasNotes);
    if (stage.hasNotes) await client.query(setFlagsSql(table), [writeId]);
  }
  return changed;
}

/**
 * Makes the partitions that the stage's times need, outside the caller's transaction. Where one is missing it takes a
 * connection beside the pool: writers that hold all of the pool's would wait for each other for ever.
 */
export async function ensurePartitions(pool: Pool, client: PoolClient, stage: Stage): Promise<void> {
  const missing: [table: string, first: Date, last: Date][] = [];
  for (const table of stage.tables) {
    const { rows } = await client.query<{ first_ts: Date; last_ts: Date }>(
      `select r.first_ts, r.last_ts
         from (select min(ts) as first_ts, max(ts) as last_ts from stage_${table.name}) r
        where (select relkind from pg_class where oid = $1::regclass) = 'p'
          and exists (
            select from generate_series(extract(year from beijing_day(r.first_ts))::integer,
                                        extract(year from beijing_day(r.last_ts))::integer) as y
             where to_regclass($1 || '_' || y) is null)`,
      [table.table],
    );
    for (const { first_ts, last_ts } of rows) missing.push([table.table, first_ts, last_ts]);
  }
  if (missing.length === 0) return;
  const maker = new pg.Client(pool.options);
  // Without a listener, losing the database would end the process; the query under way fails anyhow.
  maker.on('error', () => undefined);
  await maker.connect();
  try {
    for (const range of missing) await maker.query('select ensure_partitions($1, $2, $3)', range);
  } finally {
    await maker.end();
  }
}

async function replaceRows(
  client: PoolClient,
  table: KeyedTable,
  writeId: string,
  withNotes: boolean,
): Promise<number> {
  const revisions = await client.query(keepRevisionsSql(table), [writeId]);
  await client.query(dropReplacedOriginsSql(table));
  await client.query(keepOriginsSql(table));
  if (table.extraKeys.length === 0) await client.query(clearFlagsSql(table, withNotes), [writeId]);
  await client.query(updateRowsSql(table), [writeId]);
  return revisions.rowCount ?? 0;
}

async function takeContradictions(client: PoolClient, table: KeyedTable): Promise<Contradiction[]> {
  const { rows } = await client.query<{ line: number; lines: number[]; ts: Date; site_id: number }>(
    takeContradictionsSql(table),
  );
  return rows.map((row) => ({ line: row.line, lines: row.lines, siteId: row.site_id, ts: row.ts }));
}

interface KindRow {
  rows_changed: number;
  rows_new: number;
  rows_unchanged: number;
  values_changed: number;
  values_new: number;
  values_all: number;
  first_ts: Date | null;
  last_ts: Date | null;
}

async function countKinds(
  client: PoolClient,
  tables: readonly KeyedTable[],
  duplicates: number,
): Promise<StageCounts> {
  const texts = await queryKinds(
    client,
    tables.filter((table) => !isMeasured(table)),
  );
  const kinds = await queryKinds(client, tables.filter(isMeasured));
  // A row may hold published texts and no measurement: it is a row all the same.
  const rows = await queryKinds(client, tables);
  return {
    rowsNew: rows.rows_new,
    rowsChanged: rows.rows_changed,
    rowsUnchanged: rows.rows_unchanged,
    valuesNew: kinds.values_new,
    valuesChanged: kinds.values_changed + texts.values_changed,
    valuesUnchanged: kinds.values_all - kinds.values_new - kinds.values_changed,
    duplicates,
    firstTs: kinds.first_ts,
    lastTs: kinds.last_ts,
  };
}

async function queryKinds(client: PoolClient, tables: readonly KeyedTable[]): Promise<KindRow> {
  if (tables.length === 0) return noKinds;
  const { rows } = await client.query<KindRow>(countKindsSql(tables));
  return rows[0]!;
}

const noKinds: KindRow = {
  rows_changed: 0,
  rows_new: 0,
  rows_unchanged: 0,
  values_changed: 0,
  values_new: 0,
  values_all: 0,
  first_ts: null,
  last_ts: null,
};
