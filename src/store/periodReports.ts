import type { PoolClient } from 'pg';
import type { PeriodReport, ReportPeriodKind } from '../domain/reading.js';
import type { Queryable } from './pool.js';
import { reportsAtSql } from './valuesAt.js';

/** How one reported figure compares with what is stored. */
export type ReportKind = 'new' | 'unchanged' | 'changed';

/** A stored figure with the site it is about. */
export interface StoredReport {
  readonly indicator: string;
  readonly siteId: number;
  readonly periodKind: ReportPeriodKind;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly value: string;
  readonly numerator: string | null;
  readonly denominator: string | null;
  readonly evidence: string | null;
}

const columns = `id, indicator, site_id as "siteId", period_kind as "periodKind", period_start::text as "periodStart",
  period_end::text as "periodEnd", value::text, numerator::text, denominator::text, evidence`;

/** Lists figures of the given indicators whose period ended by a day (exclusive end at most `endsBy`), oldest first. */
export async function listReports(
  db: Queryable,
  indicators: readonly string[],
  endsBy: string,
): Promise<StoredReport[]> {
  const { rows } = await db.query<StoredReport>(
    `select ${columns} from period_reports
      where indicator = any ($1::text[]) and period_end <= $2::date order by period_end, period_start, site_id`,
    [indicators, endsBy],
  );
  return rows;
}

/** `listReports` as it would have answered at an instant, with the write behind each figure. */
export async function listReportsAt(
  db: Queryable,
  indicators: readonly string[],
  endsBy: string,
  at: Date | string,
): Promise<(StoredReport & { readonly writeId: string })[]> {
  const { rows } = await db.query<StoredReport & { writeId: string }>(
    `select ${columns}, write_id::text as "writeId" from ${reportsAtSql('$3')} p
      where indicator = any ($1::text[]) and period_end <= $2::date order by period_end, period_start, site_id`,
    [indicators, endsBy, at],
  );
  return rows;
}

/** Compares a figure with the stored one of the same indicator, site and period, locking that row. */
export async function judgeReport(
  client: PoolClient,
  report: PeriodReport,
): Promise<{ kind: ReportKind; stored: (StoredReport & { id: string }) | undefined }> {
  const { rows } = await client.query<StoredReport & { id: string; same: boolean }>(
    `select ${columns},
            value = $6::numeric
              and ($7::numeric is null or numerator is not distinct from $7::numeric)
              and ($8::numeric is null or denominator is not distinct from $8::numeric)
              and ($9::text is null or evidence is not distinct from $9::text) as same
       from period_reports
      where indicator = $1 and site_id = $2 and period_kind = $3 and period_start = $4 and period_end = $5
        for update`,
    [...keyOf(report), ...valuesOf(report)],
  );
  const stored = rows[0];
  if (stored === undefined) return { kind: 'new', stored: undefined };
  return { kind: stored.same ? 'unchanged' : 'changed', stored };
}

/** Stores a figure; one that replaces another keeps the old row as a revision. */
export async function saveReport(
  client: PoolClient,
  report: PeriodReport,
  writeId: string,
): Promise<ReportKind> {
  const { kind, stored } = await judgeReport(client, report);
  if (kind === 'new') {
    const { rowCount } = await client.query(
      `insert into period_reports (indicator, site_id, period_kind, period_start, period_end,
                                   value, numerator, denominator, evidence, write_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
      [...keyOf(report), ...valuesOf(report), writeId],
    );
    // Another upload stored the same figure in the meantime: compare with that one.
    if (rowCount === 0) return saveReport(client, report, writeId);
  } else if (kind === 'changed') {
    await client.query(
      `with old as (select * from period_reports where id = $1),
       changed as (
         update period_reports set value = $2, numerator = coalesce($3, numerator),
                denominator = coalesce($4, denominator), evidence = coalesce($5, evidence), write_id = $6
          where id = $1 returning *)
       insert into period_report_revisions (report_id, old_row, new_row, new_write_id)
       select changed.id, to_jsonb(old), to_jsonb(changed), $6 from old, changed`,
      [stored!.id, ...valuesOf(report), writeId],
    );
  }
  return kind;
}

function keyOf(report: PeriodReport): unknown[] {
  return [report.indicator, report.siteId, report.periodKind, report.periodStart, report.periodEnd];
}

function valuesOf(report: PeriodReport): unknown[] {
  return [report.value, report.numerator ?? null, report.denominator ?? null, report.evidence ?? null];
}

/** One stored figure as lists show it: last day included, exact texts, and the write behind it. */
export interface ListedReport {
  readonly id: string;
  readonly indicator: string;
  readonly site: string;
  readonly siteName: string;
  readonly periodKind: ReportPeriodKind;
  readonly from: string;
  readonly to: string;
  readonly value: string;
  readonly numerator: string | null;
  readonly denominator: string | null;
  readonly unit: string;
  readonly evidence: string | null;
  readonly origin: string;
}

/** Lists figures in order of their record, after `afterId` when given; days are inclusive. */
export async function listReportPage(
  db: Queryable,
  filter: { indicator?: string; site?: string; from?: string; to?: string; afterId?: string; limit: number },
): Promise<ListedReport[]> {
  const { rows } = await db.query<ListedReport>(
    `select r.id, r.indicator, s.code as site, s.name as "siteName", r.period_kind as "periodKind",
            r.period_start::text as "from", (r.period_end - 1)::text as "to", r.value::text, r.numerator::text,
            r.denominator::text, i.unit, r.evidence,
            case when w.upload_id is null then w.kind else 'upload ' || w.upload_id end as origin
       from period_reports r
       join sites s on s.id = r.site_id
       join indicators i on i.code = r.indicator
       join writes w on w.id = r.write_id
      where ($1::text is null or r.indicator = $1) and ($2::text is null or s.code = $2)
        and ($3::date is null or r.period_end > $3::date) and ($4::date is null or r.period_start <= $4::date)
        and ($5::bigint is null or r.id > $5::bigint)
      order by r.id limit $6`,
    [
      filter.indicator ?? null,
      filter.site ?? null,
      filter.from ?? null,
      filter.to ?? null,
      filter.afterId ?? null,
      filter.limit,
    ],
  );
  return rows;
}
