import type { PoolClient } from 'pg';
import { DomainError } from '../domain/domainError.js';
import { checkDustPeriod } from '../domain/dustPeriod.js';
import type { Queryable } from './pool.js';

/** A declared dust period: half-open instants in epoch milliseconds, with the document behind it. */
export interface StoredDustPeriod {
  readonly start: number;
  readonly end: number;
  readonly document: string;
  readonly note: string;
}

/** A dust period with its record number and the write that last changed it. */
export interface DustPeriodRecord extends StoredDustPeriod {
  readonly id: number;
  readonly writeId: string;
}

/** One change of a dust period; `before` is null for a new one, `after` for one that was deleted. */
export interface DustPeriodRevision {
  readonly periodId: number;
  readonly before: StoredDustPeriod | null;
  readonly after: StoredDustPeriod | null;
  readonly at: Date;
  readonly by: string;
  readonly office: string;
  readonly reason: string;
  readonly writeId: string;
  readonly uploadId: string | null;
}

/** As `to_jsonb` gives a row of the table. */
interface DustRow {
  id: number;
  starts_at: string | Date;
  ends_at: string | Date;
  document: string;
  note: string;
  write_id: string | number;
}

function toPeriod({
  starts_at,
  ends_at,
  document,
  note,
}: Omit<DustRow, 'id' | 'write_id'>): StoredDustPeriod {
  return { start: new Date(starts_at).getTime(), end: new Date(ends_at).getTime(), document, note };
}

function toRecord(row: DustRow): DustPeriodRecord {
  return { id: row.id, ...toPeriod(row), writeId: String(row.write_id) };
}

/** Keeps others from changing dust periods until the caller's transaction ends; reading goes on. */
export async function lockDustPeriods(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('dust periods'))`);
}

/** Dust periods that overlap [from, to), epoch milliseconds, in order of start. */
export async function listDustPeriods(db: Queryable, from: number, to: number): Promise<DustPeriodRecord[]> {
  const { rows } = await db.query<DustRow>(
    `select id, starts_at, ends_at, document, note, write_id from dust_periods
      where starts_at < $2 and ends_at > $1 order by starts_at, ends_at, id`,
    [new Date(from), new Date(to)],
  );
  return rows.map(toRecord);
}

/** Dust periods that overlap [from, to) as the service knew them at an instant, in order of start. */
export async function listDustPeriodsAt(
  db: Queryable,
  instant: Date | string,
  from: number,
  to: number,
): Promise<DustPeriodRecord[]> {
  const { rows } = await db.query<{ row: DustRow }>(
    `select new_row as row from (
       select distinct on (r.period_id) r.new_row from dust_period_revisions r join writes w on w.id = r.write_id
        where w.at <= $1 order by r.period_id, r.id desc) as last
      where (new_row ->> 'starts_at')::timestamptz < $3 and (new_row ->> 'ends_at')::timestamptz > $2
      order by (new_row ->> 'starts_at')::timestamptz, (new_row ->> 'ends_at')::timestamptz, (new_row ->> 'id')::integer`,
    [instant, new Date(from), new Date(to)],
  );
  return rows.map(({ row }) => toRecord(row));
}

/** A dust period that is in force, or `undefined`. */
export async function findDustPeriod(db: Queryable, id: number): Promise<DustPeriodRecord | undefined> {
  const { rows } = await db.query<DustRow>(
    'select id, starts_at, ends_at, document, note, write_id from dust_periods where id = $1',
    [id],
  );
  return rows[0] && toRecord(rows[0]);
}

/** Every change of the given periods (of all without), those since deleted among them, oldest first. */
export async function listDustRevisions(
  db: Queryable,
  filter: { readonly ids?: readonly number[]; readonly deletedOnly?: boolean } = {},
): Promise<DustPeriodRevision[]> {
  const { rows } = await db.query<{
    period_id: number;
    old_row: DustRow | null;
    new_row: DustRow | null;
    at: Date;
    actor_name: string;
    actor_office: string;
    reason: string;
    write_id: string;
    upload_id: string | null;
  }>(
    `select r.period_id, r.old_row, r.new_row, w.at, w.actor_name, w.actor_office, w.reason, r.write_id, w.upload_id
       from dust_period_revisions r join writes w on w.id = r.write_id
      where ($1::integer[] is null or r.period_id = any ($1::integer[]))
        and (not $2::boolean or not exists (select from dust_periods p where p.id = r.period_id))
      order by r.id`,
    [filter.ids ?? null, filter.deletedOnly ?? false],
  );
  return rows.map((row) => ({
    periodId: row.period_id,
    before: row.old_row && toPeriod(row.old_row),
    after: row.new_row && toPeriod(row.new_row),
    at: row.at,
    by: row.actor_name,
    office: row.actor_office,
    reason: row.reason,
    writeId: row.write_id,
    uploadId: row.upload_id,
  }));
}

/** Adds dust periods and marks the days of every air station they touch; periods that are stored already stay. */
export async function insertDustPeriods(
  client: PoolClient,
  periods: readonly StoredDustPeriod[],
  writeId: string,
): Promise<void> {
  await lockDustPeriods(client);
  for (const period of periods) await addPeriod(client, period, writeId);
}

/**
 * Adds one dust period, marking the days it touches.
 *
 * @throws DomainError `conflict` when the same document declares exactly this period already, `invalid-request` for a
 *   period that is reversed or too long
 */
export async function insertDustPeriod(
  client: PoolClient,
  period: StoredDustPeriod,
  writeId: string,
): Promise<DustPeriodRecord> {
  checkDustPeriod(period);
  await lockDustPeriods(client);
  const added = await addPeriod(client, period, writeId);
  if (added === undefined) throw takenError(period);
  return added;
}

async function addPeriod(
  client: PoolClient,
  period: StoredDustPeriod,
  writeId: string,
): Promise<DustPeriodRecord | undefined> {
  const { rows } = await client.query<DustRow>(
    `with added as (
       insert into dust_periods (starts_at, ends_at, document, note, write_id)
       values ($1, $2, $3, $4, $5) on conflict do nothing returning *),
     kept as (
       insert into dust_period_revisions (period_id, new_row, write_id)
       select id, to_jsonb(added), $5 from added)
     select * from added`,
    [new Date(period.start), new Date(period.end), period.document, period.note, writeId],
  );
  if (rows[0] === undefined) return undefined;
  await markDustDays(client, [period]);
  return toRecord(rows[0]);
}

/**
 * Changes a dust period, keeping the old one, and marks the days that either touches.
 *
 * @throws DomainError `not-found`, `conflict` as for a new one
 */
export async function updateDustPeriod(
  client: PoolClient,
  id: number,
  change: Partial<StoredDustPeriod>,
  writeId: string,
): Promise<DustPeriodRecord> {
  await lockDustPeriods(client);
  const before = await findDustPeriod(client, id);
  if (before === undefined) throw new DomainError('not-found', { what: `dust period ${id}` });
  const after = { ...toPlain(before), ...change };
  if (isSamePeriod(before, after)) return before;
  checkDustPeriod(after);
  await refuseTaken(client, id, after);
  await client.query(
    `with old as (select * from dust_periods where id = $1),
     changed as (
       update dust_periods set starts_at = $2, ends_at = $3, document = $4, note = $5, write_id = $6
        where id = $1 returning *)
     insert into dust_period_revisions (period_id, old_row, new_row, write_id)
     select changed.id, to_jsonb(old), to_jsonb(changed), $6 from old, changed`,
    [id, new Date(after.start), new Date(after.end), after.document, after.note, writeId],
  );
  // A note moves no hour.
  if (before.start !== after.start || before.end !== after.end) await markDustDays(client, [before, after]);
  return { id, ...after, writeId };
}

/** Deletes a dust period; it stays readable in its revisions. Throws DomainError `not-found`. */
export async function deleteDustPeriod(client: PoolClient, id: number, writeId: string): Promise<void> {
  await lockDustPeriods(client);
  const { rows } = await client.query<DustRow>(
    `with gone as (delete from dust_periods where id = $1 returning *),
     kept as (
       insert into dust_period_revisions (period_id, old_row, write_id)
       select id, to_jsonb(gone), $2 from gone)
     select * from gone`,
    [id, writeId],
  );
  if (rows[0] === undefined) throw new DomainError('not-found', { what: `dust period ${id}` });
  await markDustDays(client, [toRecord(rows[0])]);
}

/** Puts a deleted period back under its own number. */
async function restoreDustPeriod(
  client: PoolClient,
  id: number,
  period: StoredDustPeriod,
  writeId: string,
): Promise<void> {
  await refuseTaken(client, id, period);
  await client.query(
    `with added as (
       insert into dust_periods (id, starts_at, ends_at, document, note, write_id) overriding system value
       values ($1, $2, $3, $4, $5, $6) returning *)
     insert into dust_period_revisions (period_id, new_row, write_id) select id, to_jsonb(added), $6 from added`,
    [id, new Date(period.start), new Date(period.end), period.document, period.note, writeId],
  );
  await markDustDays(client, [period]);
}

/**
 * Takes back what a write did to dust periods, as changes of a new write: periods that it added are deleted, those it
 * changed or deleted are as before. Periods that a later write changed are left alone and listed in `overtaken`.
 */
export async function undoDustPeriodsOf(
  client: PoolClient,
  writeId: string,
  newWriteId: string,
): Promise<{ undone: number[]; overtaken: number[] }> {
  await lockDustPeriods(client);
  const { rows } = await client.query<{ period_id: number; first_old: DustRow | null; last_write: string }>(
    `select r.period_id, (array_agg(r.old_row order by r.id))[1] as first_old,
            (select l.write_id from dust_period_revisions l where l.period_id = r.period_id order by l.id desc limit 1)
              as last_write
       from dust_period_revisions r where r.write_id = $1 group by r.period_id order by r.period_id`,
    [writeId],
  );
  const mine = rows.filter(({ last_write }) => last_write === writeId);
  // What it added goes first: an earlier state may need the place.
  for (const { period_id, first_old } of mine)
    if (first_old === null && (await findDustPeriod(client, period_id)) !== undefined)
      await deleteDustPeriod(client, period_id, newWriteId);
  for (const { period_id, first_old } of mine) {
    if (first_old === null) continue;
    const period = toPeriod(first_old);
    if ((await findDustPeriod(client, period_id)) === undefined)
      await restoreDustPeriod(client, period_id, period, newWriteId);
    else await updateDustPeriod(client, period_id, period, newWriteId);
  }
  return {
    undone: mine.map(({ period_id }) => period_id),
    overtaken: rows.filter(({ last_write }) => last_write !== writeId).map(({ period_id }) => period_id),
  };
}

/**
 * Marks the Beijing days that periods touch, for every site that may hold air readings: also where none are stored
 * yet, since a file that is being stored at this moment cannot be seen from here.
 */
async function markDustDays(client: PoolClient, periods: readonly StoredDustPeriod[]): Promise<void> {
  await client.query(
    `insert into pending_days (medium, site_id, day)
     select distinct 'air', s.id, beijing_day(p.starts_at) + d.n as day
       from unnest($1::timestamptz[], $2::timestamptz[]) as p (starts_at, ends_at)
      cross join lateral generate_series(
        0, beijing_day(p.ends_at - interval '1 microsecond') - beijing_day(p.starts_at)) as d (n)
      cross join sites s
      where s.kind in ('air-station', 'other', 'county')
         or exists (select from latest_rows l where l.site_id = s.id and l.family in ('air_hour', 'air_day'))
      order by 2, 3
     on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at`,
    [periods.map(({ start }) => new Date(start)), periods.map(({ end }) => new Date(end))],
  );
}

async function refuseTaken(client: PoolClient, id: number, period: StoredDustPeriod): Promise<void> {
  const { rowCount } = await client.query(
    'select from dust_periods where starts_at = $1 and ends_at = $2 and document = $3 and id <> $4',
    [new Date(period.start), new Date(period.end), period.document, id],
  );
  if ((rowCount ?? 0) > 0) throw takenError(period);
}

function takenError({ start, end, document }: StoredDustPeriod): DomainError {
  const span = `${new Date(start).toISOString()} – ${new Date(end).toISOString()}`;
  return new DomainError('conflict', { detail: `dust period ${span} ${document}` });
}

function toPlain({ start, end, document, note }: StoredDustPeriod): StoredDustPeriod {
  return { start, end, document, note };
}

function isSamePeriod(a: StoredDustPeriod, b: StoredDustPeriod): boolean {
  return a.start === b.start && a.end === b.end && a.document === b.document && a.note === b.note;
}
