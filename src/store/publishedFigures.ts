import type { PoolClient } from 'pg';
import { DomainError } from '../domain/domainError.js';
import type { Actor } from '../domain/role.js';
import type { Queryable } from './pool.js';

export const figureKinds = ['target', 'group-mean', 'section-class'] as const;
export type FigureKind = (typeof figureKinds)[number];

/** A figure as it was made public, with what is computed for it. Values are decimal texts; days half-open. */
export interface PublishedFigure {
  readonly id: string;
  readonly kind: FigureKind;
  /** Number of a target, `<group>/<statistic>`, or code of a section. */
  readonly subject: string;
  /** `2025` or `2025-03`. */
  readonly period: string;
  readonly firstDay: string;
  readonly endDay: string;
  readonly publishedValue: string;
  /** What was computed when it was marked. */
  readonly computedValue: string | null;
  /** What is computed now. */
  readonly currentValue: string | null;
  readonly document: string;
  readonly publishedOn: string;
  readonly note: string;
  readonly markedAt: Date;
  readonly markedBy: string;
  readonly markedOffice: string;
  /** The mark that took its place, when the figure was published anew. */
  readonly replacedBy: string | null;
}

/** A write, or a change of a group's members, behind a changed figure. */
export interface NoticeCause {
  readonly writeId: string | null;
  readonly kind: string;
  readonly by: string;
  readonly office: string;
  readonly at: string;
  readonly reason: string;
  readonly uploadId: string | null;
}

/** 已公布数据变更: what is computed for a published figure has become another. */
export interface FigureNotice {
  readonly id: string;
  readonly figure: PublishedFigure;
  readonly raisedAt: Date;
  readonly oldValue: string | null;
  readonly newValue: string | null;
  readonly causes: readonly NoticeCause[];
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedOffice: string | null;
  readonly acknowledgedWords: string | null;
}

const columns = `id, kind, subject, period, first_day::text as "firstDay", end_day::text as "endDay",
  published_value as "publishedValue", computed_value as "computedValue", current_value as "currentValue", document,
  published_on::text as "publishedOn", note, marked_at as "markedAt", marked_by as "markedBy",
  marked_office as "markedOffice", replaced_by as "replacedBy"`;

/** Lists marks, newest first; those that a newer mark replaced only when asked for. */
export async function listPublishedFigures(
  db: Queryable,
  filter: { readonly kind?: FigureKind; readonly subject?: string; readonly replaced?: boolean } = {},
): Promise<PublishedFigure[]> {
  const { rows } = await db.query<PublishedFigure>(
    `select ${columns} from published_figures
      where ($1::text is null or kind = $1) and ($2::text is null or subject = $2) and ($3 or replaced_by is null)
      order by id desc`,
    [filter.kind ?? null, filter.subject ?? null, filter.replaced ?? false],
  );
  return rows;
}

/** Standing marks of some kinds whose period touches the days [from, to], both inclusive, locked. */
export async function lockFiguresIn(
  client: PoolClient,
  kinds: readonly FigureKind[],
  from: string,
  to: string,
): Promise<PublishedFigure[]> {
  const { rows } = await client.query<PublishedFigure>(
    `select ${columns} from published_figures
      where replaced_by is null and kind = any ($1::text[]) and first_day <= $3::date and end_day > $2::date
      order by id for update`,
    [kinds, from, to],
  );
  return rows;
}

/** Adds a mark; one of the same figure and period that stood until now is replaced and stays readable. */
export async function insertPublishedFigure(
  client: PoolClient,
  actor: Actor,
  figure: Pick<
    PublishedFigure,
    | 'kind'
    | 'subject'
    | 'period'
    | 'firstDay'
    | 'endDay'
    | 'publishedValue'
    | 'computedValue'
    | 'document'
    | 'publishedOn'
    | 'note'
  >,
): Promise<PublishedFigure> {
  await client.query(`select pg_advisory_xact_lock(hashtext('published figures'))`);
  // The key of standing marks is unique: the old one steps aside before the new one is there to be named.
  const { rows: replaced } = await client.query<{ id: string }>(
    `update published_figures set replaced_by = id
      where kind = $1 and subject = $2 and period = $3 and replaced_by is null returning id`,
    [figure.kind, figure.subject, figure.period],
  );
  const { rows } = await client.query<PublishedFigure>(
    `insert into published_figures (kind, subject, period, first_day, end_day, published_value, computed_value,
                                    current_value, document, published_on, note, marked_by, marked_office)
     values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12) returning ${columns}`,
    [
      figure.kind,
      figure.subject,
      figure.period,
      figure.firstDay,
      figure.endDay,
      figure.publishedValue,
      figure.computedValue,
      figure.document,
      figure.publishedOn,
      figure.note,
      actor.name,
      actor.office,
    ],
  );
  const added = rows[0]!;
  await client.query('update published_figures set replaced_by = $2 where id = any ($1::bigint[])', [
    replaced.map(({ id }) => id),
    added.id,
  ]);
  return added;
}

/** Raises a notice that a figure is computed otherwise now. */
export async function insertNotice(
  client: PoolClient,
  figure: Pick<PublishedFigure, 'id' | 'currentValue'>,
  newValue: string | null,
  causes: readonly NoticeCause[],
): Promise<void> {
  await client.query(
    `with changed as (update published_figures set current_value = $3 where id = $1),
     marked as (
       insert into alert_marks (subject, subject_id, day)
       values ('published', $1::bigint::integer, beijing_day(clock_timestamp())))
     insert into figure_notices (figure_id, old_value, new_value, causes) values ($1, $2, $3, $4)`,
    [figure.id, figure.currentValue, newValue, JSON.stringify(causes)],
  );
}

/** Since when changes may be behind the next notice of a figure: its latest notice, or its mark. */
export async function noticedUntil(client: PoolClient, figureId: string): Promise<Date> {
  const { rows } = await client.query<{ since: Date }>(
    `select greatest(f.marked_at, (select max(n.raised_at) from figure_notices n where n.figure_id = f.id)) as since
       from published_figures f where f.id = $1`,
    [figureId],
  );
  return rows[0]!.since;
}

interface NoticeRow extends Omit<FigureNotice, 'figure'> {
  readonly figureId: string;
}

const noticeColumns = `id, figure_id as "figureId", raised_at as "raisedAt", old_value as "oldValue",
  new_value as "newValue", causes, acknowledged_at as "acknowledgedAt", acknowledged_by as "acknowledgedBy",
  acknowledged_office as "acknowledgedOffice", acknowledged_words as "acknowledgedWords"`;

/** Lists notices, newest first. */
export async function listNotices(
  db: Queryable,
  filter: { readonly open?: boolean; readonly ids?: readonly string[]; readonly limit: number },
): Promise<FigureNotice[]> {
  const { rows } = await db.query<NoticeRow>(
    `select ${noticeColumns} from figure_notices
      where ($1::boolean is null or (acknowledged_at is null) = $1) and ($2::bigint[] is null or id = any ($2))
      order by figure_notices.id desc limit $3`,
    [filter.open ?? null, filter.ids ?? null, filter.limit],
  );
  const { rows: figures } = await db.query<PublishedFigure>(
    `select ${columns} from published_figures where id = any ($1::bigint[])`,
    [rows.map(({ figureId }) => figureId)],
  );
  const byId = new Map(figures.map((figure) => [figure.id, figure]));
  return rows.map(({ figureId, ...notice }) => ({ ...notice, figure: byId.get(figureId)! }));
}

/** Acknowledges a notice with words. Throws DomainError `not-found`, `conflict` when somebody has already. */
export async function acknowledgeNotice(
  client: PoolClient,
  actor: Actor,
  id: string,
  words: string,
): Promise<void> {
  const { rows } = await client.query<{ done: boolean }>(
    'select acknowledged_at is not null as done from figure_notices where id = $1 for update',
    [id],
  );
  if (rows[0] === undefined) throw new DomainError('not-found', { what: `notice ${id}` });
  if (rows[0].done) throw new DomainError('conflict', { detail: `notice ${id}` });
  await client.query(
    `update figure_notices set acknowledged_at = clock_timestamp(), acknowledged_by = $2, acknowledged_office = $3,
            acknowledged_words = $4 where id = $1`,
    [id, actor.name, actor.office, words],
  );
}
