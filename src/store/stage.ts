import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { wholeRow } from '../domain/flag.js';
import type { CellNote } from '../domain/reading.js';
import { CopyEncoder, copyHeader, copyTrailer } from './copyEncoder.js';
import { keyedTables, type KeyedTable, type KeyedTableName, type StagedRow } from './keyedTable.js';
import { KeyTrack } from './keyTrack.js';
import { createStageSql, noteTable, stageTable } from './mergeSql.js';

const sendBytes = 1 << 20;
const sendNotes = 5_000;

/** A note about a cell, with the key of the row it belongs to. */
export interface StagedNote extends CellNote {
  readonly ts: number;
  readonly siteId: number;
}

/** How the staged rows of a table compared with the stored ones when they were judged. */
export interface TableSurvey {
  /** Some key stands in more than one row. */
  readonly keysRepeat: boolean;
  readonly rows: number;
  /** Rows whose key was not stored. */
  readonly rowsAbsent: number;
  /** Rows whose key was stored and that change or add a value. */
  readonly rowsAltering: number;
  readonly valuesChanged: number;
}

/** A table's stage on the client's side: what is known of its rows, and rows on their way. */
interface Feed {
  readonly table: KeyedTable;
  readonly track: KeyTrack;
  readonly encoder: CopyEncoder;
  survey: TableSurvey | undefined;
}

/** A COPY under way. */
interface OpenCopy {
  readonly feed: Feed;
  readonly stream: Writable;
  readonly done: Promise<void>;
  /** Settles when the last piece has been handed to the operating system. */
  sent: Promise<void>;
}

/**
 * The staging area of one transaction: temporary tables, filled by binary COPY, that vanish with it. `add` and
 * `addNotes` have stored what they were given when they return. A reader of a long input calls `append` and
 * `appendNotes`, which go on while the database takes what it was sent before; between them and `flush` nothing else may
 * be asked of the connection.
 */
export class Stage {
  readonly #client: PoolClient;
  readonly #feeds = new Map<KeyedTable, Feed>();
  readonly #notes = new Map<KeyedTableName, StagedNote[]>();
  #noteCount = 0;
  #notesTable = false;
  #open: OpenCopy | undefined;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  /** Tables that received rows. */
  get tables(): KeyedTable[] {
    return [...this.#feeds.keys()];
  }

  get hasNotes(): boolean {
    return this.#noteCount > 0;
  }

  /** Rows that were added to all tables. */
  get rowsAdded(): number {
    let sum = 0;
    for (const { track } of this.#feeds.values()) sum += track.rows;
    return sum;
  }

  /** What is known of the keys of the rows that were added to a table, without asking the database. */
  trackOf(table: KeyedTable): KeyTrack {
    return this.#feeds.get(table)?.track ?? new KeyTrack(table);
  }

  /** What judging found out about a table's rows; `undefined` when they were not judged. */
  surveyOf(table: KeyedTable): TableSurvey | undefined {
    return this.#feeds.get(table)?.survey;
  }

  /** Keeps what judging found out; rows that are added later make it void. */
  keepSurvey(table: KeyedTable, survey: TableSurvey): void {
    const feed = this.#feeds.get(table);
    if (feed !== undefined) feed.survey = survey;
  }

  /** Adds rows to a table's stage. */
  async add(name: KeyedTableName, rows: readonly StagedRow[]): Promise<void> {
    await this.append(name, rows);
    await this.flush();
  }

  /** Adds notes about cells of staged rows of a table. */
  async addNotes(name: KeyedTableName, notes: readonly StagedNote[]): Promise<void> {
    await this.appendNotes(name, notes);
    await this.flush();
  }

  /** As `add`, but returns while rows are still on their way. */
  async append(name: KeyedTableName, rows: readonly StagedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const feed = await this.#feedOf(keyedTables[name]);
    feed.survey = undefined;
    const { table, track, encoder } = feed;
    const text = table.columnType === 'text';
    for (const row of rows) {
      track.add(row);
      encodeRow(encoder, table, row, text);
      if (encoder.size >= sendBytes) await this.#send(feed);
    }
  }

  /** As `addNotes`, but keeps some back. */
  async appendNotes(name: KeyedTableName, notes: readonly StagedNote[]): Promise<void> {
    if (notes.length === 0) return;
    let kept = this.#notes.get(name);
    if (kept === undefined) this.#notes.set(name, (kept = []));
    for (const note of notes) kept.push(note);
    this.#noteCount += notes.length;
    if (kept.length >= sendNotes) await this.flush();
  }

  /** Returns when everything that was appended is in the database, and the connection is free. */
  async flush(): Promise<void> {
    for (const feed of this.#feeds.values()) if (feed.encoder.size > 0) await this.#send(feed);
    await this.#close();
    for (const [name, notes] of this.#notes) await this.#storeNotes(name, notes);
    this.#notes.clear();
  }

  /** Frees the connection after a failure; the transaction can only be rolled back. */
  async abandon(): Promise<void> {
    await this.#close().catch(() => undefined);
  }

  async #feedOf(table: KeyedTable): Promise<Feed> {
    const present = this.#feeds.get(table);
    if (present !== undefined) return present;
    await this.#close();
    await this.#client.query(createStageSql(table));
    const feed: Feed = { table, track: new KeyTrack(table), encoder: new CopyEncoder(), survey: undefined };
    this.#feeds.set(table, feed);
    return feed;
  }

  /** Hands a piece to the connection once the piece before has left: no more than two are ever in memory. */
  async #send(feed: Feed): Promise<void> {
    if (this.#open?.feed !== feed) {
      await this.#close();
      this.#open = this.#start(feed);
    }
    const open = this.#open;
    // A lost connection never says that it has sent something.
    await Promise.race([open.sent, open.done]);
    const { encoder } = feed;
    open.sent = new Promise((resolve, reject) => {
      open.stream.write(encoder.take(), (error) => {
        encoder.giveBack();
        if (error) reject(error);
        else resolve();
      });
    });
    open.sent.catch(() => undefined);
  }

  #start(feed: Feed): OpenCopy {
    const sql = `copy ${stageTable(feed.table)} from stdin (format binary)`;
    const stream = this.#client.query(copyFrom(sql));
    const done = finished(stream);
    // Awaited later; the handler keeps an early failure from counting as unhandled meanwhile.
    done.catch(() => undefined);
    stream.write(copyHeader);
    return { feed, stream, done, sent: Promise.resolve() };
  }

  async #close(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.stream.end(copyTrailer);
    await open.done;
  }

  async #storeNotes(name: KeyedTableName, notes: readonly StagedNote[]): Promise<void> {
    if (!this.#notesTable) await this.#client.query(createNotesSql);
    this.#notesTable = true;
    await insertNotes(this.#client, name, notes);
  }
}

/** Stores notes of one table in the stage of notes. */
export async function insertNotes(
  client: PoolClient,
  name: KeyedTableName,
  notes: readonly StagedNote[],
): Promise<void> {
  await client.query(
    `insert into ${noteTable} (family, ts, site_id, indicator, flag, raw, detection_limit, rule)
     select $1, to_timestamp(n.ts / 1000), n.site_id, n.indicator, n.flag, n.raw, n.detection_limit, n.rule
       from unnest($2::double precision[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::double precision[],
                   $8::text[]) as n (ts, site_id, indicator, flag, raw, detection_limit, rule)`,
    [
      name,
      notes.map((note) => note.ts),
      notes.map((note) => note.siteId),
      notes.map((note) => note.indicator),
      notes.map((note) => note.flag),
      notes.map((note) => note.raw),
      notes.map((note) => note.detectionLimit ?? null),
      notes.map(ruleOf),
    ],
  );
}

// What decoding alone finds suspicious about a cell is its range, about a row the state of its station.
function ruleOf({ flag, indicator, rule }: CellNote): string {
  if (flag !== 'suspect') return '';
  return rule ?? (indicator === wholeRow ? 'station-state' : 'range');
}

function encodeRow(encoder: CopyEncoder, table: KeyedTable, row: StagedRow, text: boolean): void {
  encoder.row(3 + table.extraKeys.length + table.columns.length);
  encoder.int4(row.line);
  encoder.timestamptz(row.ts);
  encoder.int4(row.siteId);
  for (const key of row.keys ?? []) encoder.text(key);
  for (const value of row.values) {
    if (value === null) encoder.null();
    else if (text) encoder.text(value as string);
    else encoder.float8(value as number);
  }
}

/** Makes the stage of notes where it is missing. */
export const createNotesSql = `create temporary table if not exists ${noteTable}
  (family text, ts timestamptz, site_id integer, indicator text, flag text, raw text,
   detection_limit double precision, rule text) on commit delete rows`;
