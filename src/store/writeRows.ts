import { finished } from 'node:stream/promises';
import type { Pool, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { families, type FamilyName } from '../domain/family.js';
import { floatArray, integerArray } from './arrayBytes.js';
import { divide, divideByStored, type DividedBatch } from './divideRows.js';
import { encodeStagedRows, encodeStoredRows } from './encodeRows.js';
import { fillRows } from './fillRows.js';
import { keyedTables, type KeyedTable } from './keyedTable.js';
import {
  createStageSql,
  insertNewRowsSql,
  noteTable,
  priorTable,
  quote,
  setFlagsSql,
  stageTable,
  takeInsertedRowsSql,
  takeKnownRowsSql,
} from './mergeSql.js';
import { replaceRows } from './mergeValues.js';
import { noteStageForMirror } from './mirrorNotes.js';
import {
  insertTouches,
  insertTouchesSql,
  openedSql,
  openWrites,
  touchColumns,
  writeColumns,
  type DeviceWrite,
} from './openWrites.js';
import { unpackStretch } from './packedChunks.js';
import { inTransaction, type Queryable } from './pool.js';
import type { RowBatch } from './rowBatch.js';
import { createNotesSql, insertNotes, type StagedNote } from './stage.js';

/** Rows of several senders that become one transaction. Owners of rows and notes are numbers into `writes`. */
export interface DeviceRows {
  readonly writes: readonly DeviceWrite[];
  readonly batches: readonly RowBatch[];
  readonly notes: readonly OwnedNotes[];
}

/** What is unusual about values of one owner in one family. */
export interface OwnedNotes {
  readonly family: FamilyName;
  readonly owner: number;
  readonly notes: readonly StagedNote[];
}

export type { DeviceWrite } from './openWrites.js';

/** How the rows met the tables: none was stored, some were, or most were. */
export type Met = 'none' | 'some' | 'most';

export interface WriteRowsOptions {
  /** What is expected; it decides what is tried first, and nothing else. Default: `none`. */
  readonly guess?: Met;
  /** Rows of which the caller knows that their keys may be stored: they are merged in any case. */
  readonly mayBeStored?: (batch: RowBatch, row: number) => boolean;
  /** Stored in the same transaction. */
  readonly alongside?: (client: PoolClient) => Promise<void>;
}

const uniqueViolation = '23505';
// Up to so many, one statement with arrays is quicker than a transaction around a COPY.
const fewRows = 250;
// Up to so many, one statement with arrays is quicker than a stage.
const fewMet = 1_000;
// Nothing is known of rows that came a moment ago: joining by anything but the key would read whole tables. And a plan made
// anew for each of the statements takes longer than a few rows do.
const mergeSettings = `set local enable_hashjoin = off; set local enable_mergejoin = off;
  set local enable_seqscan = off; set local plan_cache_mode = force_generic_plan`;
const familyOrder = Object.keys(families);

/**
 * Stores rows of devices in one transaction with their writes, revisions, flags and marks, and whatever `alongside`
 * stores. When it returns, everything is committed; when it throws, nothing is.
 *
 * Rows with new keys go straight into their tables, others are merged as those of an upload are. Which is which, the
 * caller may know; otherwise a key that is met undoes the attempt, and the stored keys are looked up.
 *
 * @returns how many of the rows were stored before, as the guess for the next ones; those of which the caller knew do not count
 */
export async function writeRows(
  pool: Pool,
  rows: DeviceRows,
  { guess = 'none', mayBeStored, alongside }: WriteRowsOptions = {},
): Promise<Met> {
  const ordered = [...rows.batches].sort(
    (a, b) => familyOrder.indexOf(a.family) - familyOrder.indexOf(b.family),
  );
  const isExpected = (met: RowBatch) => {
    const batch = ordered.find(({ family }) => family === met.family)!;
    const rows = Array.from({ length: met.size }, (_, row) => batch.findRow(met.tsAt(row), met.siteAt(row)));
    return rows.every((row) => mayBeStored?.(batch, row) === true);
  };
  const store = (divide: Divide, settings = '') =>
    inTransaction(
      pool,
      async (client) => {
        const divided = await divide(client, ordered);
        if (settings === '' && meetsAny(divided)) await client.query(mergeSettings);
        const met = await storeDivided(client, rows, divided, { isExpected, isKnown: settings !== '' });
        await alongside?.(client);
        return met;
      },
      settings,
    );
  const lookUp: Divide = async (client) => {
    const divided = [];
    for (const batch of ordered) divided.push(await divideByStored(client, batch));
    return divided;
  };
  const attempts: (() => Promise<Met>)[] = [];
  if (guess === 'none') {
    const divided = ordered.map((batch) => divide(batch, mayBeStored));
    const [only] = divided;
    const isFew = divided.length === 1 && only!.met.size === 0 && only!.fresh.size <= fewRows;
    if (isFew && rows.notes.length === 0 && alongside === undefined) {
      attempts.push(async () => {
        await insertFewRows(pool, rows.writes, only!.fresh);
        return 'none';
      });
    } else attempts.push(() => store(() => Promise.resolve(divided), meetsAny(divided) ? mergeSettings : ''));
  }
  if (guess !== 'most') attempts.push(() => store(lookUp));
  for (const attempt of attempts) {
    try {
      return await attempt();
    } catch (error) {
      if ((error as { code?: unknown }).code !== uniqueViolation) throw error;
    }
  }
  return store(() => Promise.resolve(ordered.map((batch) => divide(batch, () => true))));
}

type Divide = (client: PoolClient, batches: readonly RowBatch[]) => Promise<readonly DividedBatch[]>;

interface Expectations {
  readonly isExpected: (met: RowBatch) => boolean;
  /** Whether the caller knew which rows are met. */
  readonly isKnown: boolean;
}

async function storeDivided(
  client: PoolClient,
  rows: DeviceRows,
  divided: readonly DividedBatch[],
  { isExpected, isKnown }: Expectations,
): Promise<Met> {
  // Rows that are met may turn out to be stored as they are, and then touch nothing; of those that the caller knew, most change.
  const touched = divided.flatMap(({ fresh, met }) => (isKnown ? [fresh, met] : [fresh]));
  const isTouchedFirst = divided.length === 1 && (isKnown || !meetsAny(divided));
  const writeIds = await openWrites(client, rows.writes, isTouchedFirst ? touched : []);
  for (const { fresh } of divided) if (fresh.size > 0) await copyRows(client, fresh, writeIds);
  let inserted = divided.reduce((sum, { fresh }) => sum + fresh.size, 0);
  const flagged = new Set<OwnedNotes>();
  for (const { met } of divided) {
    const within = await unpackStretch(client, met.table.table, met.range);
    for (const owner of met.owners()) {
      const owned = rows.notes.find((each) => each.owner === owner && each.family === met.family);
      let rest = met;
      if (owned === undefined && met.countRows(owner) <= fewMet) {
        const done = await fillRows(client, met, met.rowsOf(owner), writeIds[owner]!, within);
        const parts = met.split((row) => done.has(row));
        if (!isKnown) touched.push(parts.picked);
        rest = parts.rest;
      } else if (owned !== undefined) flagged.add(owned);
      if (rest.countRows(owner) > 0)
        inserted += await mergeOwned(client, rest, {
          owner,
          writeId: String(writeIds[owner]),
          owned,
          within,
        });
    }
  }
  for (const owned of rows.notes) if (!flagged.has(owned)) await setFlags(client, owned, writeIds);
  if (!isTouchedFirst) await insertTouches(client, touched, writeIds);
  const total = divided.reduce((sum, { fresh, met }) => sum + fresh.size + met.size, 0);
  if (inserted === total || divided.every(({ met }) => isExpected(met))) return 'none';
  return inserted * 2 < total ? 'most' : 'some';
}

function meetsAny(divided: readonly DividedBatch[]): boolean {
  return divided.some(({ met }) => met.size > 0);
}

async function copyRows(client: PoolClient, batch: RowBatch, writeIds: readonly number[]): Promise<void> {
  const { table } = batch;
  const columns = ['ts', 'write_id', 'site_id', ...table.columns.map(quote)].join(', ');
  await copyIn(
    client,
    `copy ${table.table} (${columns}) from stdin (format binary)`,
    encodeStoredRows(batch, writeIds),
  );
}

async function copyIn(client: PoolClient, sql: string, bytes: Buffer): Promise<void> {
  const stream = client.query(copyFrom(sql));
  const done = finished(stream);
  stream.end(bytes);
  await done;
}

async function setFlags(client: PoolClient, owned: OwnedNotes, writeIds: readonly number[]): Promise<void> {
  const table = await stageNotes(client, owned);
  await client.query(setFlagsSql(table), [String(writeIds[owned.owner])]);
}

async function stageNotes(client: PoolClient, { family, notes }: OwnedNotes): Promise<KeyedTable> {
  await client.query(createNotesSql);
  await client.query(`delete from ${noteTable}`);
  await insertNotes(client, family, notes);
  return keyedTables[family];
}

interface OwnedRows {
  readonly owner: number;
  readonly writeId: string;
  readonly owned: OwnedNotes | undefined;
  /** What `unpackStretch` said of the rows. */
  readonly within: string;
}

/** Merges the rows of one owner; the number of those whose keys were new. */
async function mergeOwned(
  client: PoolClient,
  batch: RowBatch,
  { owner, writeId, owned, within }: OwnedRows,
): Promise<number> {
  const { table } = batch;
  await client.query(createStageSql(table));
  await client.query(`delete from ${stageTable(table)}; delete from ${priorTable(table)}`);
  const columns = ['line', 'ts', 'site_id', ...table.columns.map(quote)].join(', ');
  await copyIn(
    client,
    `copy ${stageTable(table)} (${columns}) from stdin (format binary)`,
    encodeStagedRows(batch, owner),
  );
  // Conditions on times differ from one to the next: nothing is gained by keeping their plans.
  const db = within === '' ? preparing(client) : client;
  const known = await db.query(takeKnownRowsSql(table));
  if (owned !== undefined) await stageNotes(client, owned);
  let inserted = 0;
  if ((known.rowCount ?? 0) < batch.countRows(owner)) {
    await noteStageForMirror(db, table, writeId);
    const { rows } = await db.query<{ rows: number }>(insertNewRowsSql(table), [writeId]);
    inserted = rows[0]!.rows;
    if (inserted > 0) await db.query(takeInsertedRowsSql(table), [writeId]);
    await replaceRows(db, table, writeId, { withNotes: owned !== undefined, within });
  }
  if (owned !== undefined) await client.query(setFlagsSql(table), [writeId]);
  return inserted;
}

const statementNames = new Map<string, string>();

/**
 * Statements planned once for each connection: for a few rows the planning takes longer than the work. Only for plans
 * that suit any number of rows.
 */
function preparing(client: PoolClient): Queryable {
  return {
    query(text: string, values?: unknown[]) {
      let name = statementNames.get(text);
      if (name === undefined) statementNames.set(text, (name = `merge-${statementNames.size}`));
      return client.query({ name, text, values });
    },
  } as Queryable;
}

/** Stores new rows of one family in one statement: a transaction of its own, and one way to the database and back. */
async function insertFewRows(pool: Pool, writes: readonly DeviceWrite[], batch: RowBatch): Promise<void> {
  const order = batch.order();
  const floats = (pick: (row: number) => number) => floatArray(Float64Array.from(order, pick));
  const { table } = batch;
  await pool.query({
    name: `insert-few-${batch.family}`,
    text: fewRowsSql(table),
    values: [
      ...writeColumns(writes),
      floats((row) => batch.tsAt(row) / 1000),
      integerArray(order.map((row) => batch.siteAt(row))),
      integerArray(order.map((row) => batch.ownerAt(row))),
      ...table.columns.map((_, column) => floats((row) => batch.valueAt(row, column))),
      ...touchColumns([batch], writes.length),
    ],
  });
}

function fewRowsSql(table: KeyedTable): string {
  const columns = table.columns.map(quote);
  const firstValue = 11;
  const firstTouch = firstValue + columns.length;
  const arrays = columns.map((_, index) => `$${firstValue + index}::double precision[]`).join(', ');
  return `with ${openedSql},
    stored as (
      insert into ${table.table} (ts, write_id, site_id, ${columns.join(', ')})
      select to_timestamp(r.ts), n.id, r.site_id, ${columns.map((column) => `r.${column}`).join(', ')}
        from unnest($8::double precision[], $9::integer[], $10::integer[], ${arrays})
          as r (ts, site_id, owner, ${columns.join(', ')})
        join numbered n on n.owner = r.owner order by r.ts, r.site_id)
    ${insertTouchesSql(table, firstTouch)}`;
}
