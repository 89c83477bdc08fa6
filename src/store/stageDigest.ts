import type { PoolClient } from 'pg';
import type { PeriodReport } from '../domain/reading.js';
import type { KeyedTable } from './keyedTable.js';
import { noteTable, quote, stageTable } from './mergeSql.js';
import { unpackStretch } from './packedChunks.js';
import type { Stage } from './stage.js';
import { rowKeys, sameRow } from './undoSql.js';

/** Digests, as texts, of what an input would store and of what is stored under exactly the same keys. */
export interface StageDigest {
  readonly staged: string;
  readonly stored: string;
}

/**
 * Digests a judged stage and figures of periods with the values stored under their keys: of a wide row only the columns
 * that the input gives. Sums of 64-bit hashes per row: one pass, no sort, whatever order rows arrive in. Sites count by
 * name, since a site made for the input has another number each time.
 */
export async function digestStage(
  client: PoolClient,
  stage: { readonly tables: readonly KeyedTable[]; readonly hasNotes: boolean },
  reports: readonly PeriodReport[],
): Promise<StageDigest> {
  const staged: string[] = [];
  const stored: string[] = [];
  const add = async (label: string, sql: string, params: unknown[] = []) => {
    const { rows } = await client.query<{ n: string; staged: string; stored: string }>(sql, params);
    const { n, ...sums } = rows[0]!;
    staged.push(`${label} ${n} ${sums.staged}`);
    stored.push(`${label} ${n} ${sums.stored}`);
  };
  for (const table of [...stage.tables].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    await add(table.name, digestSql(table));
  }
  if (stage.hasNotes) await add('notes', notesSql);
  if (reports.length > 0) {
    const column = (pick: (report: PeriodReport) => unknown) => reports.map((report) => pick(report) ?? null);
    await add('reports', reportsSql, [
      column(({ indicator }) => indicator),
      column(({ siteId }) => siteId),
      column(({ periodKind }) => periodKind),
      column(({ periodStart }) => periodStart),
      column(({ periodEnd }) => periodEnd),
      column(({ value }) => value),
      column(({ numerator }) => numerator),
      column(({ denominator }) => denominator),
      column(({ evidence }) => evidence),
    ]);
  }
  return { staged: staged.join('\n'), stored: stored.join('\n') };
}

/**
 * Locks the stored rows that the stage would alter, until the transaction ends: a digest taken afterwards still holds
 * when the stage is merged.
 */
export async function lockAltered(
  client: PoolClient,
  stage: Pick<Stage, 'tables' | 'trackOf'>,
): Promise<void> {
  for (const table of stage.tables) {
    const within = await unpackStretch(client, table.table, stage.trackOf(table).range);
    const altered = table.columns.map(
      (column) =>
        `(s.${quote(column)} is not null and s.${quote(column)} is distinct from f.${quote(column)})`,
    );
    await client.query(
      `select count(*) from (
         select from ${table.table} f join ${stageTable(table)} s on ${sameRow(table, 'f', 's')}
          where (${altered.join(' or ')}) ${within} order by ${rowKeys(table)
            .map((key) => `f.${key}`)
            .join(', ')} for update of f) locked`,
    );
  }
}

const siteName = `coalesce(n.name || ' ' || n.kind, s.site_id::text)`;
const sum = (row: string) => `coalesce(sum(hash_record_extended(row(${row}), 0)), 0)::text`;

function digestSql(table: KeyedTable): string {
  const extra = table.extraKeys.map(({ name }) => `s.${name}`);
  const keys = ['s.ts', siteName, ...extra].join(', ');
  const given = table.columns.map((column) => `s.${quote(column)}`).join(', ');
  const held = table.columns
    .map((column) => `case when s.${quote(column)} is not null then f.${quote(column)} end`)
    .join(', ');
  return `select count(*)::text as n, ${sum(`${keys}, ${given}`)} as staged, ${sum(`${keys}, ${held}`)} as stored
      from ${stageTable(table)} s left join sites n on n.id = s.site_id
      left join ${table.table} f on ${sameRow(table, 'f', 's')}`;
}

const notesSql = `select count(*)::text as n, '' as stored,
    ${sum(`s.family, s.ts, ${siteName}, s.indicator, s.flag, s.raw, s.detection_limit`)} as staged
  from ${noteTable} s left join sites n on n.id = s.site_id`;

const reportsSql = `select count(*)::text as n,
    ${sum(`s.indicator, ${siteName}, s.kind, s.first, s.after, s.value, s.numerator, s.denominator, s.evidence`)} as staged,
    ${sum(`s.indicator, ${siteName}, s.kind, s.first, s.after, p.value, p.numerator, p.denominator, p.evidence`)} as stored
  from unnest($1::text[], $2::integer[], $3::text[], $4::date[], $5::date[], $6::numeric[], $7::numeric[], $8::numeric[],
              $9::text[])
    as s (indicator, site_id, kind, first, after, value, numerator, denominator, evidence)
  left join sites n on n.id = s.site_id
  left join period_reports p on p.indicator = s.indicator and p.site_id = s.site_id and p.period_kind = s.kind
    and p.period_start = s.first and p.period_end = s.after`;
