import { keyedTables, type KeyedTableName } from './keyedTable.js';
import type { Queryable } from './pool.js';
import { joinOrigin, spanOf, unpivotRow } from './undoSql.js';

/** The key of one value; `span` null means all spans of a narrow table. */
export interface ValueKey {
  readonly table: KeyedTableName;
  readonly ts: Date;
  readonly siteId: number;
  readonly indicator: string;
  readonly span: string | null;
}

/** Something that happened to a value, with the write that did it. */
export interface ValueEvent {
  readonly change: 'set' | 'replaced' | 'removed' | 'flag-set' | 'flag-cleared';
  readonly span: string | null;
  readonly value: string | null;
  readonly before: string | null;
  readonly flag: string | null;
  readonly raw: string | null;
  readonly flagReason: string | null;
  readonly at: Date;
  readonly kind: string;
  readonly uploadId: string | null;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly reason: string;
}

/** What is stored of a value now. */
export interface CurrentValue {
  readonly span: string | null;
  readonly value: string;
  readonly kind: string;
  readonly uploadId: string | null;
}

const currentSql = (name: KeyedTableName): string => {
  const table = keyedTables[name];
  return `select ${spanOf(table, 'f')} as span, v.value::text as value, coalesce(o.write_id, f.write_id) as write_id
    from ${table.table} f ${unpivotRow(table, 'f')} ${joinOrigin(table)}
   where f.ts = $2::timestamptz and f.site_id = $3::integer and v.indicator = $4::text and v.value is not null
     and ${table.extraKeys.length > 0 ? `($5::text is null or f.span = $5::text)` : '($5::text is null or true)'}`;
};

/**
 * Everything that ever happened to one value, in the order of the writes. Revisions name what replaced or removed it;
 * that it was set where there was nothing shows as an origin that no revision brought in.
 */
export async function listValueEvents(db: Queryable, key: ValueKey): Promise<ValueEvent[]> {
  const { rows } = await db.query<ValueEvent>(
    `with r as (
       select * from revisions
        where family = $1 and ts = $2::timestamptz and site_id = $3::integer and indicator = $4::text
          and ($5::text is null or span = $5::text or span = '')),
     origins as (
       select distinct on (span, write_id) span, write_id, value from (
         select span, old_write_id as write_id, old_value as value from r
         union all select span, write_id, value from (${currentSql(key.table)}) now) x
       order by span, write_id),
     events as (
       select case when r.new_value is null then 'removed' when r.old_value is null then 'set' else 'replaced' end as change,
              r.span, r.new_value as value, r.old_value as before, null::text as flag, null::text as raw,
              null::text as flag_reason, r.new_write_id as write_id, r.id, 1 as part
         from r
       union all
       select 'set', o.span, o.value, null, null, null, null, o.write_id, 0, 0 from origins o
        where not exists (select from r where r.span = o.span and r.new_write_id = o.write_id)
       union all
       select case h.change when 'set' then 'flag-set' else 'flag-cleared' end, '', null, null, h.flag, h.raw, h.reason,
              h.write_id, h.id, 2
         from flag_history h
        where h.family = $1 and h.ts = $2::timestamptz and h.site_id = $3::integer and h.indicator in ($4::text, '*'))
     select e.change, nullif(e.span, '') as span, e.value, e.before, e.flag, e.raw, e.flag_reason as "flagReason",
            w.at, w.kind, w.upload_id as "uploadId", w.actor_name as "actorName", w.actor_office as "actorOffice", w.reason
       from events e join writes w on w.id = e.write_id order by w.at, w.id, e.part, e.id`,
    parametersOf(key),
  );
  return rows;
}

/** What is stored of a value now, by span. */
export async function listCurrentValues(db: Queryable, key: ValueKey): Promise<CurrentValue[]> {
  const { rows } = await db.query<CurrentValue>(
    `select nullif(n.span, '') as span, n.value, w.kind, w.upload_id as "uploadId"
       from (${currentSql(key.table)}) n join writes w on w.id = n.write_id
      where $1::text is not null order by n.span`,
    parametersOf(key),
  );
  return rows;
}

function parametersOf({ table, ts, siteId, indicator, span }: ValueKey): unknown[] {
  return [table, ts, siteId, indicator, span];
}
