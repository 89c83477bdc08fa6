import type { PoolClient } from 'pg';
import { countKindsOfTablesSql, countKindsSql } from './countKindsSql.js';
import type { KeyedTable } from './keyedTable.js';
import {
  anyNewsSql,
  anyStoredSql,
  clearFlagsSql,
  copyPriorRowsSql,
  dropReplacedOriginsSql,
  foldPartialRowsSql,
  followStageSql,
  insertAllRowsSql,
  insertNewRowsSql,
  keepOriginsSql,
  keepRevisionsSql,
  keysRepeatSql,
  listChangesSql,
  markPublishedDaysSql,
  setFlagsSql,
  takeContradictionsSql,
  takeRepetitionsSql,
  updateRowsSql,
} from './mergeSql.js';
import { noteStageForMirror } from './mirrorNotes.js';
import { unpackStretch } from './packedChunks.js';
import type { Queryable } from './pool.js';
import type { Stage, TableSurvey } from './stage.js';

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

// From so many rows on, sorting and joining in memory is worth asking for more of it.
const largeStage = 50_000;
const uniqueViolation = '23505';

/**
 * Takes out of the stage what the input itself contradicts or repeats, and counts the rest by kind. Changes nothing
 * that is stored.
 */
export async function judgeStage(
  client: PoolClient,
  stage: Stage,
): Promise<{ contradictions: Contradiction[]; counts: StageCounts }> {
  await stage.flush();
  if (stage.rowsAdded >= largeStage) await client.query(`set local work_mem = '64MB'; set local jit = off`);
  const { tables } = stage;
  const repeating = await findRepeating(client, stage);
  const byLine = new Map<number, Contradiction>();
  for (const table of repeating) {
    await client.query(`analyze stage_${table.name}`);
    // A line that went into several tables is named once.
    for (const found of await takeContradictions(client, table)) {
      if (!byLine.has(found.line)) byLine.set(found.line, found);
    }
  }
  const contradictions = [...byLine.values()].sort((a, b) => a.line - b.line);
  await dropLines(client, stage, [...byLine.keys()]);
  const duplicates = await takeRepetitions(client, tables, repeating);
  const stored = await findStored(client, stage);
  for (const table of stored)
    if (!repeating.includes(table)) await client.query(`analyze stage_${table.name}`);
  const kinds = await queryKinds(client, tables, stored);
  tables.forEach((table, i) => {
    const { rows, rows_absent, rows_altering, values_changed } = kinds.tables[i]!;
    stage.keepSurvey(table, {
      keysRepeat: repeating.includes(table),
      rows,
      rowsAbsent: rows_absent,
      rowsAltering: rows_altering,
      valuesChanged: values_changed,
    });
  });
  return { contradictions, counts: countsOf(tables, kinds, duplicates) };
}

/** The tables in whose stage a key occurs more than once. */
async function findRepeating(client: PoolClient, stage: Stage): Promise<KeyedTable[]> {
  const repeating: KeyedTable[] = [];
  for (const table of stage.tables) {
    if (stage.trackOf(table).distinct) continue;
    const { rows } = await client.query<{ found: boolean }>(keysRepeatSql(table));
    if (rows[0]!.found) repeating.push(table);
  }
  return repeating;
}

/** The tables that hold anything at all in the stretch of time that their stage spans. */
async function findStored(client: PoolClient, stage: Stage): Promise<KeyedTable[]> {
  const { tables } = stage;
  if (tables.length === 0) return [];
  const bounds = tables.flatMap((table) => {
    const { first, last } = stage.trackOf(table).range!;
    return [new Date(first), new Date(last)];
  });
  const { rows } = await client.query<Record<string, boolean>>(anyStoredSql(tables), bounds);
  return tables.filter(({ name }) => rows[0]![name]);
}

/** Takes out what only repeats, and counts the lines of which nothing measured is left. */
async function takeRepetitions(
  client: PoolClient,
  tables: readonly KeyedTable[],
  repeating: readonly KeyedTable[],
): Promise<number> {
  const lines = new Set<number>();
  for (const table of repeating) {
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
    if (stage.surveyOf(table)?.valuesChanged === 0) continue;
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
  // All of it was stored already when it was judged: as if this write had been the first of those of the same moment.
  if (!stage.hasNotes && stage.tables.every((table) => addsNothing(stage.surveyOf(table)))) return 0;
  let changed = 0;
  for (const table of stage.tables) {
    if (!(await insertAllRows(client, stage, table, writeId))) {
      changed += await mergeRows(client, stage, table, writeId);
    }
    if (stage.hasNotes) await client.query(setFlagsSql(table), [writeId]);
    if (!isMeasured(table)) await client.query(markPublishedDaysSql(table), [writeId]);
  }
  return changed;
}

function addsNothing(survey: TableSurvey | undefined): boolean {
  return survey !== undefined && survey.rowsAbsent === 0 && survey.rowsAltering === 0;
}

/** The short way where no key was stored. False: it is not open, or somebody has stored one of the keys meanwhile. */
async function insertAllRows(
  client: PoolClient,
  stage: Stage,
  table: KeyedTable,
  writeId: string,
): Promise<boolean> {
  const survey = stage.surveyOf(table);
  if (survey === undefined || survey.keysRepeat || survey.rowsAbsent < survey.rows) return false;
  await client.query('savepoint insert_all');
  try {
    await client.query(insertAllRowsSql(table, stage.trackOf(table).ordered), [writeId]);
  } catch (error) {
    if ((error as { code?: unknown }).code !== uniqueViolation) throw error;
    await client.query('rollback to savepoint insert_all');
    return false;
  }
  await client.query(followStageSql(table));
  await noteStageForMirror(client, table, writeId);
  return true;
}

async function mergeRows(
  client: PoolClient,
  stage: Stage,
  table: KeyedTable,
  writeId: string,
): Promise<number> {
  const survey = stage.surveyOf(table);
  if (survey?.keysRepeat !== false) await client.query(foldPartialRowsSql(table));
  const within = await unpackStretch(client, table.table, stage.trackOf(table).range);
  return mergeDistinctRows(client, table, writeId, { withNotes: stage.hasNotes, within });
}

/** Whether the staged rows of a table would add or change anything. */
export async function hasNews(client: PoolClient, table: KeyedTable): Promise<boolean> {
  const { rows } = await client.query<{ absent: boolean; altering: boolean }>(anyNewsSql(table));
  return rows[0]!.absent || rows[0]!.altering;
}

/**
 * Merges staged rows, no two of one key, into their table: inserts, fills, replaces and marks as `applyStage` does.
 *
 * @returns the number of stored values that were replaced
 */
async function mergeDistinctRows(
  client: PoolClient,
  table: KeyedTable,
  writeId: string,
  options: ReplaceOptions,
): Promise<number> {
  await noteStageForMirror(client, table, writeId);
  await client.query(insertNewRowsSql(table), [writeId]);
  return replaceRows(client, table, writeId, options);
}

/** How stored rows are replaced. */
export interface ReplaceOptions {
  /** Whether the stage of notes holds something about these rows, to be set as flags afterwards. */
  readonly withNotes: boolean;
  /** What `unpackStretch` said of the rows. */
  readonly within: string;
}

/**
 * Replaces and fills the stored rows that the stage would alter.
 *
 * @returns the number of stored values that were replaced
 */
export async function replaceRows(
  db: Queryable,
  table: KeyedTable,
  writeId: string,
  { withNotes, within }: ReplaceOptions,
): Promise<number> {
  const prior = await db.query(copyPriorRowsSql(table, within), [writeId]);
  if (prior.rowCount === 0) return 0;
  const revisions = await db.query(keepRevisionsSql(table), [writeId]);
  await db.query(dropReplacedOriginsSql(table));
  await db.query(keepOriginsSql(table));
  if (isMeasured(table)) await db.query(clearFlagsSql(table, withNotes), [writeId]);
  await db.query(updateRowsSql(table, within), [writeId]);
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
  rows: number;
  rows_absent: number;
  rows_altering: number;
  values_changed: number;
  values_new: number;
  values_all: number;
  first_ts: Date | null;
  last_ts: Date | null;
}

/** What was counted: of each table, and of the lines of all. */
interface Kinds {
  readonly tables: readonly KindRow[];
  readonly lines: Pick<KindRow, 'rows_new' | 'rows_changed' | 'rows_unchanged'>;
}

async function queryKinds(
  client: PoolClient,
  tables: readonly KeyedTable[],
  stored: readonly KeyedTable[],
): Promise<Kinds> {
  const counted = tables.map((table) => ({ table, mayBeStored: stored.includes(table) }));
  const [only] = counted;
  if (only === undefined) return { tables: [], lines: noKinds };
  if (counted.length === 1) {
    const { rows } = await client.query<KindRow>(countKindsSql(only));
    return { tables: rows, lines: rows[0]! };
  }
  const { rows } = await client.query<KindRow & { part: number | null }>(countKindsOfTablesSql(counted));
  const tableRows = tables.map((_, part) => rows.find((row) => row.part === part) ?? noKinds);
  return { tables: tableRows, lines: rows.find(({ part }) => part === null)! };
}

function countsOf(tables: readonly KeyedTable[], kinds: Kinds, duplicates: number): StageCounts {
  const measured = kinds.tables.filter((_, i) => isMeasured(tables[i]!));
  const sum = (rows: readonly KindRow[], pick: (row: KindRow) => number) =>
    rows.reduce((total, row) => total + pick(row), 0);
  const valuesNew = sum(measured, (row) => row.values_new);
  const changed = sum(measured, (row) => row.values_changed);
  const times = (pick: (row: KindRow) => Date | null) =>
    measured.map(pick).filter((ts) => ts !== null).sort((a, b) => a.getTime() - b.getTime()); // prettier-ignore
  return {
    // A row may hold published texts and no measurement: it is a row all the same.
    rowsNew: kinds.lines.rows_new,
    rowsChanged: kinds.lines.rows_changed,
    rowsUnchanged: kinds.lines.rows_unchanged,
    valuesNew,
    valuesChanged: sum(kinds.tables, (row) => row.values_changed),
    valuesUnchanged: sum(measured, (row) => row.values_all) - valuesNew - changed,
    duplicates,
    firstTs: times((row) => row.first_ts)[0] ?? null,
    lastTs: times((row) => row.last_ts).at(-1) ?? null,
  };
}

const noKinds: KindRow = {
  rows_changed: 0,
  rows_new: 0,
  rows_unchanged: 0,
  rows: 0,
  rows_absent: 0,
  rows_altering: 0,
  values_changed: 0,
  values_new: 0,
  values_all: 0,
  first_ts: null,
  last_ts: null,
};
