import type { PoolClient } from 'pg';
import { originWords } from './originWords.js';
import type { Queryable } from './pool.js';
import type { SiteWindow } from './suspectChecks.js';

/** A figure as its source published it. */
export interface PublishedRow {
  readonly siteId: number;
  readonly ts: number;
  readonly span: string;
  readonly indicator: string;
  readonly text: string;
}

interface DifferenceKey {
  readonly ts: number;
  readonly siteId: number;
  readonly span: string;
  readonly indicator: string;
}

/** A published figure that is not the computed one. */
export interface DifferenceRecord extends DifferenceKey {
  readonly published: string;
  readonly computed: string;
  readonly rule: string;
  readonly cause: string;
}

/** The same with what stored the published figure: `upload 12`, `device …`. */
export interface StoredDifference extends DifferenceRecord {
  readonly origin: string;
}

/** Which differences; times are half-open, `after` is the last key of the page before. */
export interface DifferenceQuery {
  readonly siteId: number | null;
  readonly from: Date;
  readonly to: Date;
  readonly indicator: string | null;
  readonly cause: string | null;
  readonly upload: string | null;
  readonly after: DifferenceKey | null;
  readonly limit: number;
}

const windowList =
  'unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) as m (site_id, first_ts, end_ts)';

function windowParams(windows: readonly SiteWindow[]): unknown[] {
  return [
    windows.map(({ siteId }) => siteId),
    windows.map(({ from }) => new Date(from)),
    windows.map(({ to }) => new Date(to)),
  ];
}

/** The published texts of windows that do not overlap, in order of time. */
export async function listPublishedTexts(
  db: Queryable,
  windows: readonly SiteWindow[],
): Promise<PublishedRow[]> {
  const { rows } = await db.query<{
    site_id: number;
    ts: Date;
    span: string;
    indicator: string;
    value: string;
  }>(
    `select f.site_id, f.ts, f.span, f.indicator, f.value
       from ${windowList}
       cross join lateral (
         select * from published_texts t
          where t.site_id = m.site_id and t.ts >= m.first_ts and t.ts < m.end_ts and t.value is not null offset 0) f
      order by f.ts`,
    windowParams(windows),
  );
  return rows.map((row) => ({
    siteId: row.site_id,
    ts: row.ts.getTime(),
    span: row.span,
    indicator: row.indicator,
    text: row.value,
  }));
}

/** Stores the differences of windows in place of those found before; equal ones are left as they are. */
export async function saveDifferences(
  client: PoolClient,
  windows: readonly SiteWindow[],
  indicators: readonly string[],
  spans: readonly string[],
  differences: readonly DifferenceRecord[],
): Promise<void> {
  const params = [
    differences.map(({ siteId }) => siteId),
    differences.map(({ ts }) => new Date(ts)),
    differences.map(({ span }) => span),
    differences.map(({ indicator }) => indicator),
  ];
  await client.query(
    `delete from published_differences d using ${windowList}
      where d.site_id = m.site_id and d.ts >= m.first_ts and d.ts < m.end_ts
        and d.indicator = any ($4::text[]) and d.span = any ($5::text[])
        and not exists (
          select from unnest($6::integer[], $7::timestamptz[], $8::text[], $9::text[]) as k (site_id, ts, span, indicator)
           where k.site_id = d.site_id and k.ts = d.ts and k.span = d.span and k.indicator = d.indicator)`,
    [...windowParams(windows), indicators, spans, ...params],
  );
  if (differences.length === 0) return;
  await client.query(
    `insert into published_differences as d (site_id, ts, span, indicator, published, computed, rule, cause)
     select * from unnest($1::integer[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                          $8::text[])
     on conflict (ts, site_id, span, indicator) do update
       set published = excluded.published, computed = excluded.computed, rule = excluded.rule, cause = excluded.cause,
           computed_at = now()
       where (d.published, d.computed, d.rule, d.cause)
         is distinct from (excluded.published, excluded.computed, excluded.rule, excluded.cause)`,
    [
      ...params,
      differences.map(({ published }) => published),
      differences.map(({ computed }) => computed),
      differences.map(({ rule }) => rule),
      differences.map(({ cause }) => cause),
    ],
  );
}

const joins = `left join published_texts p on p.ts = d.ts and p.site_id = d.site_id and p.span = d.span
    and p.indicator = d.indicator
  left join writes w on w.id = p.write_id`;

/** Lists differences in order of time, site, span and indicator, at most `limit`. */
export async function listDifferences(db: Queryable, query: DifferenceQuery): Promise<StoredDifference[]> {
  const { rows } = await db.query<
    Omit<StoredDifference, 'ts' | 'origin'> & {
      ts: Date;
      kind: string | null;
      uploadId: string | null;
      source: string | null;
    }
  >(
    `select d.ts, d.site_id as "siteId", d.span, d.indicator, d.published, d.computed, d.rule, d.cause, w.kind,
            w.upload_id as "uploadId", w.source
       from published_differences d ${joins}
      where d.ts >= $1::timestamptz and d.ts < $2::timestamptz
        and ($3::integer is null or d.site_id = $3::integer)
        and ($4::text is null or d.indicator = $4::text)
        and ($5::text is null or d.cause = $5::text)
        and ($6::bigint is null or w.upload_id = $6::bigint)
        and ($7::timestamptz is null
             or (d.ts, d.site_id, d.span collate "C", d.indicator collate "C")
                > ($7::timestamptz, $8::integer, $9::text collate "C", $10::text collate "C"))
      order by d.ts, d.site_id, d.span collate "C", d.indicator collate "C" limit $11::integer`,
    [
      query.from,
      query.to,
      query.siteId,
      query.indicator,
      query.cause,
      query.upload,
      query.after === null ? null : new Date(query.after.ts),
      query.after?.siteId ?? null,
      query.after?.span ?? null,
      query.after?.indicator ?? null,
      query.limit,
    ],
  );
  return rows.map(({ ts, kind, uploadId, source, ...row }) => ({
    ...row,
    ts: ts.getTime(),
    origin: originWords({ uploadId, kind, source }),
  }));
}

/** How many published figures of an upload differ from the computed ones. */
export async function countDifferences(db: Queryable, upload: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from published_differences d ${joins} where w.upload_id = $1::bigint`,
    [upload],
  );
  return rows[0]!.n;
}
