import { finished } from 'node:stream/promises';
import type { Pool, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { dayMs } from '../domain/calendar.js';
import { families, type FamilyName } from '../domain/family.js';
import type { Actor } from '../domain/role.js';
import { arrayText } from './arrayText.js';
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
import { unpackStretch } from './packedChunks.js';
import { inTransaction, type Queryable } from './pool.js';
import type { RowBatch } from './rowBatch.js';
import { createNotesSql, insertNotes, type StagedNote } from './stage.js';

/** What one sender gives in one transaction; several senders share a transaction. */
export interface DeviceWrite {
  readonly actor: Actor;
  /** Code of the source by whose definition the lines were read. */
  readonly source: string;
  readonly lines: number;
  readonly rows: number;
  readonly values: number;
}

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
const fewRows = 1_000;
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
  const store = (divide: Divide) =>
    inTransaction(pool, async (client) => {
      const met = await storeDivided(client, rows, await divide(client, ordered), isExpected);
      await alongside?.(client);
      return met;
    });
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
    } else attempts.push(() => store(() => Promise.resolve(divided)));
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

async function storeDivided(
  client: PoolClient,
  rows: DeviceRows,
  divided: readonly DividedBatch[],
  isExpected: (met: RowBatch) => boolean,
): Promise<Met> {
  const writeIds = await openWrites(client, rows.writes);
  for (const { fresh } of divided) if (fresh.size > 0) await copyRows(client, fresh, writeIds);
  let inserted = divided.reduce((sum, { fresh }) => sum + fresh.size, 0);
  const flagged = new Set<OwnedNotes>();
  const filled: RowBatch[] = [];
  // Nothing is known of rows that came a moment ago; joining by anything but the key would read whole tables.
  if (divided.some(({ met }) => met.size > 0))
    await client.query('set local enable_hashjoin = off; set local enable_mergejoin = off');
  for (const { met } of divided) {
    const within = await unpackStretch(client, met.table.table, met.range);
    for (const owner of met.owners()) {
      const owned = rows.notes.find((each) => each.owner === owner && each.family === met.family);
      let rest = met;
      if (owned === undefined && met.countRows(owner) <= fewRows) {
        const done = await fillRows(client, met, met.rowsOf(owner), writeIds[owner]!, within);
        const parts = met.split((row) => done.has(row));
        filled.push(parts.picked);
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
  await insertTouches(client, [...divided.map(({ fresh }) => fresh), ...filled], writeIds);
  const total = divided.reduce((sum, { fresh, met }) => sum + fresh.size + met.size, 0);
  if (inserted === total || divided.every(({ met }) => isExpected(met))) return 'none';
  return inserted * 2 < total ? 'most' : 'some';
}

const openWritesSql = `insert into writes (kind, source, token_id, actor_name, actor_office, lines, row_count, value_count)
  select 'device', source, token_id, actor_name, actor_office, lines, row_count, value_count
    from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::integer[])
      with ordinality as w (source, token_id, actor_name, actor_office, lines, row_count, value_count, place)
   order by place
  returning id`;

function writeColumns(writes: readonly DeviceWrite[]): unknown[][] {
  const column = (pick: (write: DeviceWrite) => unknown) => writes.map(pick);
  return [
    column(({ source }) => source),
    column(({ actor }) => actor.tokenId),
    column(({ actor }) => actor.name),
    column(({ actor }) => actor.office),
    column(({ lines }) => lines),
    column((write) => write.rows),
    column(({ values }) => values),
  ];
}

/** Ids of the writes, in their order. */
async function openWrites(client: PoolClient, writes: readonly DeviceWrite[]): Promise<number[]> {
  const { rows } = await client.query<{ id: string }>(openWritesSql, writeColumns(writes));
  return rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
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
  const rowColumn = (pick: (row: number) => number) => arrayText(Array.from(order, pick));
  const { table } = batch;
  const touches = [...touchesOf([batch])].flatMap(([owner, { sites, days, lasts }]) =>
    sites.map((siteId, index) => [owner, siteId, days[index]!, lasts[index]!] as const),
  );
  await pool.query({
    name: `insert-few-${batch.family}`,
    text: fewRowsSql(table),
    values: [
      ...writeColumns(writes),
      rowColumn((row) => batch.tsAt(row) / 1000),
      rowColumn((row) => batch.siteAt(row)),
      rowColumn((row) => batch.ownerAt(row)),
      ...table.columns.map((_, column) => rowColumn((row) => batch.valueAt(row, column))),
      arrayText(touches.map(([owner]) => owner)),
      arrayText(touches.map(([, siteId]) => siteId)),
      arrayText(touches.map(([, , day]) => day)),
      arrayText(touches.map(([, , , last]) => last)),
    ],
  });
}

function fewRowsSql(table: KeyedTable): string {
  const columns = table.columns.map(quote);
  const firstValue = 11;
  const firstTouch = firstValue + columns.length;
  const arrays = columns.map((_, index) => `$${firstValue + index}::double precision[]`).join(', ');
  return `with opened as (${openWritesSql}),
    numbered as (select id, row_number() over (order by id) - 1 as owner from opened),
    stored as (
      insert into ${table.table} (ts, write_id, site_id, ${columns.join(', ')})
      select to_timestamp(r.ts), n.id, r.site_id, ${columns.map((column) => `r.${column}`).join(', ')}
        from unnest($8::double precision[], $9::integer[], $10::integer[], ${arrays})
          as r (ts, site_id, owner, ${columns.join(', ')})
        join numbered n on n.owner = r.owner order by r.ts, r.site_id)
    insert into touches (write_id, family, medium, site_ids, days, last_times)
    select n.id, '${table.name}', '${table.medium}', array_agg(u.site_id), array_agg(u.day), array_agg(u.last_time)
      from unnest($${firstTouch}::integer[], $${firstTouch + 1}::integer[], $${firstTouch + 2}::integer[],
                  $${firstTouch + 3}::double precision[]) as u (owner, site_id, day, last_time)
      join numbered n on n.owner = u.owner group by n.id`;
}

/** Appends which sites and days the rows touch, and the last time of each. */
async function insertTouches(
  client: PoolClient,
  batches: readonly RowBatch[],
  writeIds: readonly number[],
): Promise<void> {
  for (const family of new Set(batches.map((batch) => batch.family))) {
    const { medium } = keyedTables[family];
    if (medium === undefined) continue;
    // One row for each write and family, however its rows were stored.
    const touches = touchesOf(batches.filter((batch) => batch.family === family));
    for (const [owner, { sites, days, lasts }] of touches) {
      await client.query(
        `insert into touches (write_id, family, medium, site_ids, days, last_times)
         values ($1, $2, $3, $4, $5, $6)`,
        [String(writeIds[owner]), family, medium, arrayText(sites), arrayText(days), arrayText(lasts)],
      );
    }
  }
}

interface Touches {
  readonly sites: number[];
  /** Beijing days as numbers since 1970-01-01. */
  readonly days: number[];
  /** Seconds since 1970. */
  readonly lasts: number[];
}

const beijingOffsetMs = 8 * 3_600_000;

function touchesOf(batches: readonly RowBatch[]): Map<number, Touches> {
  const byOwner = new Map<number, Touches & { places: Map<number, number> }>();
  for (const batch of batches)
    for (let row = 0; row < batch.size; row += 1) {
      const owner = batch.ownerAt(row);
      let touches = byOwner.get(owner);
      if (touches === undefined) {
        touches = { sites: [], days: [], lasts: [], places: new Map() };
        byOwner.set(owner, touches);
      }
      const ts = batch.tsAt(row);
      const day = Math.floor((ts + beijingOffsetMs) / dayMs);
      const siteId = batch.siteAt(row);
      const key = day * 0x8000_0000 + siteId;
      const place = touches.places.get(key);
      if (place === undefined) {
        touches.places.set(key, touches.sites.length);
        touches.sites.push(siteId);
        touches.days.push(day);
        touches.lasts.push(ts / 1000);
      } else if (touches.lasts[place]! * 1000 < ts) {
        touches.lasts[place] = ts / 1000;
      }
    }
  return byOwner;
}
