import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { CellNote } from '../domain/reading.js';
import { CopyEncoder } from './copyEncoder.js';
import { keyedTables, type KeyedTable, type KeyedTableName, type StagedRow } from './keyedTable.js';
import { noteTable, priorTable, quote, stageTable } from './mergeSql.js';

const flushBytes = 1 << 18;

/** A note about a cell, with the key of the row it belongs to. */
export interface StagedNote extends CellNote {
  readonly ts: number;
  readonly siteId: number;
}

/**
 * The staging area of one transaction: temporary tables, filled by binary COPY, that vanish with it. One table is
 * filled at a time; `openCopy` per table keeps the connection busy until it is closed, so callers hand over batches.
 */
export class Stage {
  readonly #client: PoolClient;
  readonly #used = new Set<KeyedTableName>();
  #notes = 0;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  /** Tables that received rows. */
  get tables(): KeyedTable[] {
    return [...this.#used].map((name) => keyedTables[name]);
  }

  get hasNotes(): boolean {
    return this.#notes > 0;
  }

  /** Appends rows to a table's stage. */
  async add(name: KeyedTableName, rows: readonly StagedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const table = keyedTables[name];
    if (!this.#used.has(name)) {
      await this.#client.query(createStageSql(table));
      this.#used.add(name);
    }
    const stream = this.#client.query(copyFrom(`copy ${stageTable(table)} from stdin (format binary)`));
    const done = finished(stream);
    // Awaited below; the handler keeps an early failure from counting as unhandled meanwhile.
    done.catch(() => undefined);
    const encoder = new CopyEncoder();
    const text = table.columnType === 'text';
    for (const row of rows) {
      encodeRow(encoder, table, row, text);
      if (encoder.size >= flushBytes && !stream.write(encoder.take())) {
        await Promise.race([once(stream, 'drain'), done]);
      }
    }
    stream.end(encoder.finish());
    await done;
  }

  /** Appends notes about cells of staged rows of a table. */
  async addNotes(name: KeyedTableName, notes: readonly StagedNote[]): Promise<void> {
    if (notes.length === 0) return;
    if (this.#notes === 0) await this.#client.query(createNotesSql);
    this.#notes += notes.length;
    await this.#client.query(
      `insert into ${noteTable} (family, ts, site_id, indicator, flag, raw, detection_limit)
       select $1, to_timestamp(n.ts / 1000), n.site_id, n.indicator, n.flag, n.raw, n.detection_limit
         from unnest($2::double precision[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::double precision[])
           as n (ts, site_id, indicator, flag, raw, detection_limit)`,
      [
        name,
        notes.map((note) => note.ts),
        notes.map((note) => note.siteId),
        notes.map((note) => note.indicator),
        notes.map((note) => note.flag),
        notes.map((note) => note.raw),
        notes.map((note) => note.detectionLimit ?? null),
      ],
    );
  }
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

// Kept for the life of the connection and emptied by every commit and rollback: making them anew for each request
// would fill the system catalogue.
function createStageSql(table: KeyedTable): string {
  const keys = table.extraKeys.map((key) => `${key.name} ${key.type},`).join(' ');
  const columns = table.columns.map((column) => `${quote(column)} ${table.columnType}`).join(', ');
  return `create temporary table if not exists ${stageTable(table)}
            (line integer, ts timestamptz, site_id integer, ${keys} ${columns}) on commit delete rows;
          create temporary table if not exists ${priorTable(table)}
            (like ${table.table}) on commit delete rows`;
}

const createNotesSql = `create temporary table if not exists ${noteTable}
  (family text, ts timestamptz, site_id integer, indicator text, flag text, raw text,
   detection_limit double precision) on commit delete rows`;
