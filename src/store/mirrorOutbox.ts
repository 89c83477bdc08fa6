import type { Family } from '../domain/family.js';
import { families } from '../domain/family.js';
import { keyedTables, type KeyedTable, type KeyedTableName } from './keyedTable.js';
import { spreadTouches } from './pendingDays.js';
import type { Queryable } from './pool.js';

/** One stored row to be mirrored: the values that it has now. */
export interface MirrorRow {
  readonly family: KeyedTableName;
  readonly site: string;
  /** Of narrow tables, what the value speaks for; empty for the others, whose family says it. */
  readonly span: string;
  /** Start of the interval. */
  readonly ts: Date;
  readonly values: readonly (readonly [indicator: string, value: number])[];
}

/** What is to be sent next, and what the outbox becomes once it is. */
export interface MirrorBatch {
  readonly rows: readonly MirrorRow[];
  readonly finished: readonly string[];
  readonly advanced: { readonly id: string; readonly done: number; readonly afterKey: unknown } | undefined;
}

/** What the mirror has done and what waits. Rows that wait are at most so many: some may have changed since. */
export interface MirrorCounts {
  readonly enabled: boolean;
  readonly target: string;
  readonly waitingWrites: number;
  readonly waitingRows: number;
  readonly oldestAt: Date | null;
  readonly rowsSent: number;
  readonly sentAt: Date | null;
  readonly linesRefused: number;
  readonly refusal: string | null;
  readonly refusedAt: Date | null;
  readonly valuesRemoved: number;
}

const lockName = `hashtext('mirror')`;
const entriesTogether = 200;
const rowsTogether = 5_000;
// Keys looked up for one batch: a day of hours is 24, one of minutes 1,440.
const keysTogether = 12_000;
const daySeconds = 86_400;
const beijingOffsetSeconds = 8 * 3_600;

const mirroredNames = Object.keys(keyedTables).filter((name) => name !== 'published');
const everyFamilySql = (names: string) =>
  `select family from unnest(${names}::text[]) with ordinality as u (family, place) order by place`;

const stepSeconds: Partial<Record<Family['interval'], number>> = {
  minute: 60,
  minute5: 300,
  hour: 3_600,
  day: daySeconds,
  month: daySeconds,
};

/** Becomes the one process that mirrors, for as long as the session lives; false when another one is. */
export async function lockMirror(session: Queryable): Promise<boolean> {
  const { rows } = await session.query<{ locked: boolean }>(
    `select pg_try_advisory_lock(${lockName}) as locked`,
  );
  return rows[0]!.locked;
}

/**
 * Turns the mirror on. A target that is not the one of the last time is sent everything that is stored, and so is any
 * after the mirror was off.
 *
 * @returns whether everything is sent
 */
export async function enableMirror(session: Queryable, target: string): Promise<boolean> {
  const { rows } = await session.query('select from mirror where enabled and target = $1', [target]);
  if (rows.length > 0) return false;
  // One statement: a mirror that is on and was not sent everything must never be.
  await session.query(
    `with turned as (
       update mirror set enabled = true, target = $1, rows_sent = 0, sent_at = null, lines_refused = 0, refusal = null,
                         refused_at = null, values_removed = 0),
          gone as (delete from mirror_outbox)
     insert into mirror_outbox (family) ${everyFamilySql('$2')}`,
    [target, mirroredNames],
  );
  return true;
}

/** Turns the mirror off: nothing is noted any more, and what waited is forgotten. */
export async function disableMirror(session: Queryable): Promise<boolean> {
  const { rowCount } = await session.query(`update mirror set enabled = false, target = '' where enabled`);
  await session.query('delete from mirror_outbox');
  return (rowCount ?? 0) > 0;
}

/** Has everything that is stored sent again. */
export async function noteEverything(db: Queryable): Promise<void> {
  await db.query(
    `insert into mirror_outbox (family)
     select family from (${everyFamilySql('$1')}) f where exists (select from mirror where enabled)`,
    [mirroredNames],
  );
}

/**
 * A point that transactions under way now come before: once `isPast` says so of it, all that began before the mirror
 * was enabled, and so noted nothing, have ended and can be read.
 */
export async function currentHorizon(session: Queryable): Promise<string> {
  const { rows } = await session.query<{ horizon: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as horizon',
  );
  return rows[0]!.horizon;
}

/** Whether everything before a horizon has ended. */
export async function isPast(session: Queryable, horizon: string): Promise<boolean> {
  const { rows } = await session.query<{ past: boolean }>(
    'select pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 as past',
    [horizon],
  );
  return rows[0]!.past;
}

interface Entry {
  readonly id: string;
  readonly family: KeyedTableName;
  readonly write_id: string | null;
  readonly site_ids: readonly number[] | null;
  readonly days: readonly number[] | null;
  readonly done: number;
  readonly after_key: readonly (string | number)[] | null;
}

/** The next rows in the order of the outbox; `undefined` when nothing waits. */
export async function readMirrorBatch(session: Queryable): Promise<MirrorBatch | undefined> {
  let entries = await readEntries(session);
  if (entries.length === 0) {
    await spreadTouches(session);
    entries = await readEntries(session);
  }
  const [first] = entries;
  if (first === undefined) return undefined;
  return first.days === null ? readEverything(session, first) : readDays(session, entries);
}

async function readEntries(session: Queryable): Promise<Entry[]> {
  const { rows } = await session.query<Entry>(
    `select id, family, write_id, site_ids, days, done, after_key from mirror_outbox order by id limit $1`,
    [entriesTogether],
  );
  return rows;
}

async function readEverything(session: Queryable, entry: Entry): Promise<MirrorBatch> {
  const table = keyedTables[entry.family];
  const keys = ['ts', 'site_id', ...table.extraKeys.map(({ name }) => name)];
  const types = ['timestamptz', 'integer', ...table.extraKeys.map(({ type }) => type)];
  const after = entry.after_key ?? ['-infinity', 0, ...table.extraKeys.map(() => '')];
  const { rows } = await session.query<StoredRow & { key: (string | number)[] }>(
    `select s.code as site, f.*, jsonb_build_array(f.ts::text, ${keys.slice(1).map((key) => `f.${key}`).join(', ')}) as key
       from (select * from ${table.table} f
              where (${keys.map((key) => `f.${key}`).join(', ')})
                  > (${types.map((type, i) => `$${i + 1}::${type}`).join(', ')})
              order by ${keys.join(', ')} limit ${rowsTogether}) f
       join sites s on s.id = f.site_id order by ${keys.map((key) => `f.${key}`).join(', ')}`,
    [...after],
  ); // prettier-ignore
  const last = rows.at(-1);
  if (last === undefined) return { rows: [], finished: [entry.id], advanced: undefined };
  return {
    rows: rows.map((row) => toMirrorRow(table, row)),
    finished: [],
    advanced: { id: entry.id, done: 0, afterKey: JSON.stringify(last.key) },
  };
}

async function readDays(session: Queryable, entries: readonly Entry[]): Promise<MirrorBatch> {
  const wanted = new Map<KeyedTableName, Days>();
  const finished: string[] = [];
  let advanced: MirrorBatch['advanced'];
  let keys = 0;
  for (const { id, family, write_id, site_ids, days, done } of entries) {
    // What has no days is everything: a batch of its own.
    if (days === null || site_ids === null || keys >= keysTogether) break;
    const of = wanted.get(family) ?? { siteIds: [], days: [], writeIds: [] };
    wanted.set(family, of);
    let place = done;
    for (; place < days.length && keys < keysTogether; place += 1) {
      of.siteIds.push(site_ids[place]!);
      of.days.push(days[place]!);
      of.writeIds.push(write_id);
      keys += keysOfDay(family);
    }
    if (place < days.length) {
      advanced = { id, done: place, afterKey: null };
      break;
    }
    finished.push(id);
  }
  const rows: MirrorRow[] = [];
  for (const [family, days] of wanted) rows.push(...(await readFamilyDays(session, family, days)));
  return { rows, finished, advanced };
}

interface Days {
  readonly siteIds: number[];
  readonly days: number[];
  readonly writeIds: (string | null)[];
}

function stepOf(family: KeyedTableName): number | undefined {
  return family in families ? stepSeconds[families[family as Family['name']].interval] : undefined;
}

function keysOfDay(family: KeyedTableName): number {
  return daySeconds / (stepOf(family) ?? 3_600);
}

async function readFamilyDays(session: Queryable, family: KeyedTableName, days: Days): Promise<MirrorRow[]> {
  const table = keyedTables[family];
  const step = stepOf(family);
  const start = `k.day * ${daySeconds}.0 - ${beijingOffsetSeconds}`;
  // Where the times of a day are known, each is one look into the key; a range would read all other sites' rows too.
  const [times, within] =
    step === undefined
      ? ['', `f.ts >= to_timestamp(${start}) and f.ts < to_timestamp(${start} + ${daySeconds})`]
      : [
          `cross join generate_series(0, ${daySeconds / step - 1}) as i`,
          `f.ts = to_timestamp(${start} + i * ${step})`,
        ];
  const { rows } = await session.query<StoredRow>(
    `select s.code as site, f.*
       from unnest($1::integer[], $2::integer[], $3::bigint[]) as k (site_id, day, write_id) ${times}
      cross join lateral (
        select * from ${table.table} f
         where ${within} and f.site_id = k.site_id and (k.write_id is null or f.write_id = k.write_id) offset 0) f
       join sites s on s.id = f.site_id
      order by f.ts, f.site_id`,
    [days.siteIds, days.days, days.writeIds],
  );
  return rows.map((row) => toMirrorRow(table, row));
}

interface StoredRow {
  readonly site: string;
  readonly ts: Date;
  readonly [column: string]: unknown;
}

function toMirrorRow(table: KeyedTable, row: StoredRow): MirrorRow {
  const narrow = table.extraKeys.length > 0;
  const values = table.columns.flatMap((column): [string, number][] => {
    const value = row[column];
    return typeof value === 'number' ? [[narrow ? String(row['indicator']) : column, value]] : [];
  });
  return { family: table.name as KeyedTableName, site: row.site, span: narrow ? String(row['span']) : '', ts: row.ts, values };
} // prettier-ignore

/** Takes out of the outbox what was sent, and counts it; `refused`: lines that the target refuses for good. */
export async function settleMirrorBatch(
  session: Queryable,
  { rows, finished, advanced }: MirrorBatch,
  refused: readonly { readonly line: string; readonly reason: string }[],
): Promise<void> {
  const last = refused.at(-1);
  await session.query(
    `with gone as (delete from mirror_outbox where id = any ($1::bigint[])),
          moved as (update mirror_outbox set done = $3, after_key = $4::jsonb where id = $2::bigint)
     update mirror set rows_sent = rows_sent + $5, sent_at = case when $5 > 0 then clock_timestamp() else sent_at end,
                       lines_refused = lines_refused + $6, refusal = coalesce($7, refusal),
                       refused_at = case when $7 is null then refused_at else clock_timestamp() end`,
    [
      finished,
      advanced?.id ?? null,
      advanced?.done ?? 0,
      advanced?.afterKey ?? null,
      rows.length - refused.length,
      refused.length,
      last === undefined ? null : `${last.reason}: ${last.line}`.slice(0, 1_000),
    ],
  );
}

/** What waits and what was done, by what is committed. */
export async function countMirror(db: Queryable): Promise<MirrorCounts> {
  const { rows } = await db.query<MirrorCounts>(
    `select m.enabled, m.target, w.writes as "waitingWrites", w.rows as "waitingRows", w.oldest as "oldestAt",
            m.rows_sent::float8 as "rowsSent", m.sent_at as "sentAt", m.lines_refused::float8 as "linesRefused",
            m.refusal, m.refused_at as "refusedAt", m.values_removed::float8 as "valuesRemoved"
       from mirror m
      cross join lateral (
        select count(*)::integer as writes, coalesce(sum(x.rows), 0)::float8 as rows, min(x.at) as oldest
          from (select at, row_count as rows from mirror_outbox
                union all
                select w.at, w.row_count from touches t join writes w on w.id = t.write_id) x
         where m.enabled) w`,
  );
  return rows[0]!;
}
