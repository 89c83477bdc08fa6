import type { Queryable } from './pool.js';
import type { FigureKind, NoticeCause } from './publishedFigures.js';

/** A mark of a published figure as it stood at an instant, with the notices raised about it by then. */
export interface PublicationAt {
  readonly kind: FigureKind;
  readonly subject: string;
  readonly period: string;
  readonly publishedValue: string;
  /** What was computed when it was marked. */
  readonly computedValue: string | null;
  readonly document: string;
  readonly publishedOn: string;
  readonly note: string;
  readonly markedAt: string;
  readonly markedBy: string;
  readonly markedOffice: string;
  /** A later mark had taken its place by then. */
  readonly replaced: boolean;
  readonly notices: readonly {
    readonly raisedAt: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
    readonly causes: readonly NoticeCause[];
  }[];
}

/** The newest notices of a figure that are told; the others are at `/api/v1/notices`. */
const mostNotices = 20;

/**
 * Lists marks of figures as they stood at an instant, oldest first.
 *
 * @param figure a figure is told by its kind, one of several subjects, and the exclusive end of its period; `period`
 *   (`2025`, `2025-03`) tells it further
 */
export async function listPublicationsAt(
  db: Queryable,
  figure: {
    readonly kind: FigureKind;
    readonly subjects: readonly string[];
    readonly endDay: string;
    readonly period?: string;
  },
  at: Date | string,
): Promise<PublicationAt[]> {
  const { rows } = await db.query<PublicationAt>(
    `select f.kind, f.subject, f.period, f.published_value as "publishedValue", f.computed_value as "computedValue",
            f.document, f.published_on::text as "publishedOn", f.note, to_jsonb(f.marked_at) #>> '{}' as "markedAt",
            f.marked_by as "markedBy", f.marked_office as "markedOffice",
            exists (select from published_figures l where l.id = f.replaced_by and l.marked_at <= $5) as replaced,
            array(select jsonb_build_object('raisedAt', n.raised_at, 'oldValue', n.old_value, 'newValue', n.new_value,
                                            'causes', n.causes)
                    from figure_notices n where n.figure_id = f.id and n.raised_at <= $5
                   order by n.id desc limit ${mostNotices}) as notices
       from published_figures f
      where f.kind = $1 and f.subject = any ($2::text[]) and f.end_day = $3::date and ($4::text is null or f.period = $4)
        and f.marked_at <= $5
      order by f.id`,
    [figure.kind, figure.subjects, figure.endDay, figure.period ?? null, at],
  );
  return rows;
}
