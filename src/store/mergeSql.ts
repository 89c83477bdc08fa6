import type { KeyedTable } from './keyedTable.js';

/**
 * The statements that merge a stage into its table. `s` is the stage, `f` the stored table, `p` the rows as they were
 * before this write changed them, with what it gives. A stage's null never erases a stored value.
 */
export const noteTable = 'stage_notes';

/** Quotes an identifier; several item codes (`do`, `as`) are reserved words. */
export function quote(identifier: string): string {
  return `"${identifier}"`;
}

/** The temporary table that receives a table's rows. */
export function stageTable(table: KeyedTable): string {
  return `stage_${table.name}`;
}

/** The temporary table that holds the rows about to be changed, as they were, and beside them what is given. */
export function priorTable(table: KeyedTable): string {
  return `prior_${table.name}`;
}

/** The column of the prior rows that holds what is given, quoted. */
export function givenColumn(column: string): string {
  return quote(`given_${column}`);
}

/**
 * Makes a table's stage, and the table of its prior rows, where they are missing. Kept for the life of the connection and
 * emptied by every commit and rollback: making them anew for each request would fill the system catalogue.
 */
export function createStageSql(table: KeyedTable): string {
  const keyColumns = table.extraKeys.map((key) => `${key.name} ${key.type},`).join(' ');
  const typed = (names: readonly string[]) => names.map((name) => `${name} ${table.columnType}`).join(', ');
  const columns = table.columns.map(quote);
  const given = table.columns.map(givenColumn);
  return `create temporary table if not exists ${stageTable(table)}
            (line integer, ts timestamptz, site_id integer, ${keyColumns} ${typed(columns)}) on commit delete rows;
          create temporary table if not exists ${priorTable(table)}
            (ts timestamptz, site_id integer, ${keyColumns} write_id bigint, ${typed([...columns, ...given])})
            on commit delete rows`;
}

function keys(table: KeyedTable): string[] {
  return ['ts', 'site_id', ...table.extraKeys.map((key) => key.name)];
}

/** The condition under which two rows have one key. */
export function sameKey(table: KeyedTable, left: string, right: string): string {
  return keys(table)
    .map((key) => `${left}.${key} = ${right}.${key}`)
    .join(' and ');
}

function keyList(table: KeyedTable, alias: string): string {
  return keys(table)
    .map((key) => `${alias}.${key}`)
    .join(', ');
}

/** True where the condition holds for any column. */
export function anyColumn(table: KeyedTable, condition: (column: string) => string): string {
  return `(${table.columns.map((column) => condition(quote(column))).join(' or ')})`;
}

function everyColumn(table: KeyedTable, condition: (column: string) => string): string {
  return `(${table.columns.map((column) => condition(quote(column))).join(' and ')})`;
}

/** The stage gives another value than is stored. */
export const differs = (stage: string, stored: string) => (column: string) =>
  `(${stage}.${column} is not null and ${stored}.${column} is not null and ${stage}.${column} <> ${stored}.${column})`;

/** The stage gives a value where none is stored. */
export const adds = (stage: string, stored: string) => (column: string) =>
  `(${stage}.${column} is not null and ${stored}.${column} is null)`;

/** The indicator and span by which side tables know a value, given the column's name as SQL text. */
function sideKey(table: KeyedTable, alias: string): { indicator: string; span: string } {
  return table.extraKeys.length > 0
    ? { indicator: `${alias}.indicator`, span: `${alias}.span` }
    : { indicator: 'v.indicator', span: `''` };
}

/** Removes rows whose key occurs again with another value: returns the lines, each group's lines together. */
export function takeContradictionsSql(table: KeyedTable): string {
  const conflict = anyColumn(table, (column) => `min(g.${column}) <> max(g.${column})`);
  return `with groups as (
      select ${keyList(table, 'g')}, array_agg(g.line order by g.line) as lines
        from ${stageTable(table)} g group by ${keyList(table, 'g')}
      having count(*) > 1 and ${conflict})
    delete from ${stageTable(table)} s using groups where ${sameKey(table, 's', 'groups')}
    returning s.line, groups.lines, s.ts, s.site_id`;
}

/** Removes rows that only repeat an earlier row of the same key: returns their lines. */
export function takeRepetitionsSql(table: KeyedTable): string {
  const repeats = everyColumn(table, (column) => `(s.${column} is null or s.${column} = e.${column})`);
  return `with groups as (
      select ${keyList(table, 'g')} from ${stageTable(table)} g group by ${keyList(table, 'g')} having count(*) > 1)
    delete from ${stageTable(table)} s
     using groups, ${stageTable(table)} e
     where ${sameKey(table, 's', 'groups')} and ${sameKey(table, 'e', 's')}
       and (e.line < s.line or (e.line = s.line and e.ctid < s.ctid)) and ${repeats}
    returning s.line`;
}

/** Whether any key occurs more than once in the stage. */
export function keysRepeatSql(table: KeyedTable): string {
  return `select exists (
      select from ${stageTable(table)} g group by ${keyList(table, 'g')} having count(*) > 1) as found`;
}

/** Whether anything is stored between two times, for each of several tables: $1, $2 for the first, $3, $4 … */
export function anyStoredSql(tables: readonly KeyedTable[]): string {
  // The order makes it a look into the index, whatever the planner believes about the number of rows.
  const found = tables.map(
    ({ name, table }, i) =>
      `exists (select from (select ts from ${table} where ts between $${2 * i + 1} and $${2 * i + 2}
                order by ts limit 1) f) as ${quote(name)}`,
  );
  return `select ${found.join(', ')}`;
}

/** Whether any staged row is not stored, and whether any would alter the stored one. */
export function anyNewsSql(table: KeyedTable): string {
  return `select coalesce(bool_or(f.ts is null), false) as absent,
      coalesce(bool_or(f.ts is not null
        and (${anyColumn(table, differs('s', 'f'))} or ${anyColumn(table, adds('s', 'f'))})), false) as altering
    from ${stageTable(table)} s left join ${table.table} f on ${sameKey(table, 'f', 's')}`;
}

/** Removes staged rows that would alter nothing: `rowCount` is their number. */
export function takeKnownRowsSql(table: KeyedTable): string {
  return `delete from ${stageTable(table)} s using ${table.table} f
    where ${sameKey(table, 'f', 's')}
      and not ${anyColumn(table, differs('s', 'f'))} and not ${anyColumn(table, adds('s', 'f'))}`;
}

/** Removes staged rows that this write has inserted: `f` is theirs. $1 is the write. */
export function takeInsertedRowsSql(table: KeyedTable): string {
  return `delete from ${stageTable(table)} s using ${table.table} f
    where ${sameKey(table, 'f', 's')} and f.write_id = $1::bigint`;
}

/** Lists values that differ from the stored ones, in line order; $1 bounds the list. */
export function listChangesSql(table: KeyedTable): string {
  const key = sideKey(table, 's');
  return `select s.line, s.ts, s.site_id, ${key.indicator} as indicator, v.stored, v.given
    from ${stageTable(table)} s join ${table.table} f on ${sameKey(table, 'f', 's')}
    cross join lateral (values ${unpivot(table, 'f', 's')}) as v (indicator, stored, given)
    where ${anyColumn(table, differs('s', 'f'))}
      and v.stored is not null and v.given is not null and v.stored <> v.given
    order by s.line limit $1`;
}

function unpivot(table: KeyedTable, stored: string, given: string): string {
  return table.columns
    .map((column) => `('${column}', ${stored}.${quote(column)}, ${given}.${quote(column)})`)
    .join(', ');
}

/** Folds rows of one key that complete each other (PM2.5 in one, PM10 in the next) into one. */
export function foldPartialRowsSql(table: KeyedTable): string {
  const stage = stageTable(table);
  return `with groups as (
      select ${keyList(table, 'g')} from ${stage} g group by ${keyList(table, 'g')} having count(*) > 1),
    taken as (delete from ${stage} s using groups where ${sameKey(table, 's', 'groups')} returning s.*)
    insert into ${stage} (line, ${keys(table).join(', ')}, ${table.columns.map(quote).join(', ')})
    select min(t.line), ${keyList(table, 't')}, ${table.columns.map((column) => `max(t.${quote(column)})`).join(', ')}
      from taken t group by ${keyList(table, 't')}`;
}

/**
 * Inserts rows whose key is new, and in the same statement marks their days and latest times; $1 is the write.
 * Rows are taken in key order so that concurrent writers wait for each other instead of deadlocking.
 */
export function insertNewRowsSql(table: KeyedTable): string {
  return `with inserted as (${insertSql(table, false)}
      on conflict do nothing returning ts, site_id)${followUps(table, 'inserted')}
    select count(*)::integer as rows from inserted`;
}

/**
 * Inserts all staged rows, which is a good deal faster than inserting what is new; fails when a key is stored. `ordered`
 * says that they were staged in key order. $1 is the write. To be followed by `followStageSql`.
 */
export function insertAllRowsSql(table: KeyedTable, ordered: boolean): string {
  return insertSql(table, ordered);
}

/** Marks the days and latest times of all staged rows. */
export function followStageSql(table: KeyedTable): string {
  return `with s as (select ts, site_id from ${stageTable(table)})${followUps(table, 's')} select`;
}

function insertSql(table: KeyedTable, ordered: boolean): string {
  const columns = table.columns.map(quote).join(', ');
  return `insert into ${table.table} (${keys(table).join(', ')}, write_id, ${columns})
      select ${keyList(table, 's')}, $1::bigint, ${table.columns.map((column) => `s.${quote(column)}`).join(', ')}
        from ${stageTable(table)} s ${ordered ? '' : `order by ${keyList(table, 's')}`}`;
}

/**
 * Locks and copies the stored rows that the stage would alter, with what it gives; $1 is the write.
 *
 * @param within what `unpackStretch` said, here and below
 */
export function copyPriorRowsSql(table: KeyedTable, within: string): string {
  const columns = table.columns.map(quote);
  const given = table.columns.map(givenColumn);
  return `insert into ${priorTable(table)} (${keys(table).join(', ')}, write_id, ${columns.join(', ')}, ${given.join(', ')})
    select ${keyList(table, 'f')}, f.write_id, ${columns.map((column) => `f.${column}`).join(', ')},
           ${columns.map((column) => `s.${column}`).join(', ')}
      from ${table.table} f join ${stageTable(table)} s on ${sameKey(table, 'f', 's')}
     where f.write_id <> $1::bigint ${within}
       and (${anyColumn(table, differs('s', 'f'))} or ${anyColumn(table, adds('s', 'f'))})
     order by ${keyList(table, 'f')} for update of f`;
}

/** The prior rows, a line for each column: its name, the value that is stored, and the one that is given. */
export function priorValues(table: KeyedTable, source: string): string {
  const values = table.columns.map((column) => `('${column}', p.${quote(column)}, p.${givenColumn(column)})`);
  return `${source} p cross join lateral (values ${values.join(', ')}) as v (indicator, stored, given)`;
}

/** Keeps every value that is about to be replaced; $1 is the write. `rowCount` is the number of changed values. */
export function keepRevisionsSql(table: KeyedTable): string {
  const key = sideKey(table, 'p');
  return `insert into revisions
      (family, ts, site_id, indicator, span, old_value, new_value, old_write_id, new_write_id)
    select '${table.name}', p.ts, p.site_id, ${key.indicator}, ${key.span}, v.stored::text, v.given::text,
           coalesce(o.write_id, p.write_id), $1::bigint
      from ${priorValues(table, priorTable(table))}
      left join value_origins o on o.family = '${table.name}' and o.ts = p.ts and o.site_id = p.site_id
        and o.indicator = ${key.indicator} and o.span = ${key.span}
     where v.stored is not null and v.given is not null and v.stored <> v.given`;
}

/** Forgets the separate origin of values that this write sets: the row's own write_id speaks for them from now on. */
export function dropReplacedOriginsSql(table: KeyedTable): string {
  return `delete from value_origins o using ${priorValues(table, priorTable(table))} where ${replacesOrigin(table)}`;
}

/** Whether the origin `o` is that of a value which a prior row says is replaced, and `v` which value. */
export function replacesOrigin(table: KeyedTable): string {
  const key = sideKey(table, 'p');
  return `o.family = '${table.name}' and o.ts = p.ts and o.site_id = p.site_id
       and o.indicator = ${key.indicator} and o.span = ${key.span}
       and v.given is not null and v.stored is distinct from v.given`;
}

/** Records the write behind the values of a changed row that this write leaves as they were. */
export function keepOriginsSql(table: KeyedTable, source = priorTable(table)): string {
  const key = sideKey(table, 'p');
  return `insert into value_origins (family, ts, site_id, indicator, span, write_id)
    select '${table.name}', p.ts, p.site_id, ${key.indicator}, ${key.span}, p.write_id
      from ${priorValues(table, source)}
     where v.stored is not null and (v.given is null or v.given = v.stored)
    on conflict do nothing`;
}

/** Writes the altered rows, and marks their days and latest times; $1 is the write. */
export function updateRowsSql(table: KeyedTable, within: string): string {
  return `with updated as (${updateSql(table, priorTable(table), within)})${followUps(table, 'updated')}
    select count(*)::integer as rows from updated`;
}

/** Writes the altered rows and returns their keys; $1 is the write. */
export function updateSql(table: KeyedTable, source: string, within: string): string {
  const assignments = table.columns
    .map((column) => `${quote(column)} = coalesce(p.${givenColumn(column)}, f.${quote(column)})`)
    .join(', ');
  return `update ${table.table} f set ${assignments}, write_id = $1::bigint
        from ${source} p where ${sameKey(table, 'f', 'p')} ${within}
      returning f.ts, f.site_id`;
}

/** A row for each Beijing day of a site comes first: a day has many rows, and a mark and a latest time need one. */
function followUps(table: KeyedTable, source: string): string {
  const latest = `,
    days as materialized (
      select site_id, date_bin('1 day', ts, ${beijingMidnight}) as day, max(ts) as ts from ${source} group by 1, 2),
    latest as (
      insert into latest_rows (family, site_id, ts)
      select '${table.name}', site_id, max(ts) from days group by site_id order by site_id
      on conflict (family, site_id) do update set ts = excluded.ts where latest_rows.ts < excluded.ts)`;
  return table.medium === undefined
    ? latest
    : `${latest},
    marks as (${markDaysSql(table.medium, 'days')})`;
}

const beijingMidnight = `timestamptz '2000-01-01 00:00:00+08'`;

/** Marks the Beijing days of the rows of a source as out of date. */
export function markDaysSql(medium: 'air' | 'water', source: string): string {
  return `insert into pending_days (medium, site_id, day)
      select distinct '${medium}', site_id, beijing_day(ts) as day from ${source} order by site_id, day
      on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at`;
}

/** Marks the days whose published figures this write has set: they are compared anew; $1 is the write. */
export function markPublishedDaysSql(table: KeyedTable): string {
  return markComparedDaysSql(`(
    select s.ts, s.site_id, s.indicator
      from ${stageTable(table)} s join ${table.table} f on ${sameKey(table, 'f', 's')}
     where f.write_id = $1::bigint)`);
}

/** Marks the days of published figures, rows of a source, to be compared anew. */
export function markComparedDaysSql(source: string): string {
  return `insert into pending_days (medium, site_id, day)
    select distinct case when s.indicator = 'water_class' then 'water' else 'air' end as medium, s.site_id,
           beijing_day(s.ts) as day
      from ${source} s order by medium, site_id, day
    on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at`;
}

/**
 * Clears automatic flags of values that this write replaced and whose new cell does not carry them, and `no-flow` of
 * rows that now have values; a review (`valid`) ends with the value, or the row, that was looked at. $1 is the write. A
 * row's `maintenance` stays: other columns arriving later do not end it.
 */
export function clearFlagsSql(table: KeyedTable, withNotes: boolean): string {
  return `with cleared as (${takeFlagsSql(table, priorTable(table), withNotes)}) ${noteClearedSql}`;
}

/** Keeps the flags that `cleared` lists as history; $1 is the write. */
export const noteClearedSql = `insert into flag_history
      (family, ts, site_id, indicator, flag, change, raw, detection_limit, reason, rule, write_id)
    select family, ts, site_id, indicator, flag, 'cleared', raw, detection_limit, reason, rule, $1::bigint from cleared`;

/** Takes the flags that `clearFlagsSql` clears, and returns them. */
function takeFlagsSql(table: KeyedTable, source: string, withNotes: boolean): string {
  const still = withNotes
    ? `and not exists (select from ${noteTable} n where n.family = '${table.name}' and n.ts = vf.ts
         and n.site_id = vf.site_id and n.indicator = vf.indicator and n.flag = vf.flag)`
    : '';
  return `delete from value_flags vf
       using ${source} p
       where ${clearsFlag(table)} ${still}
      returning vf.*`;
}

/** Whether the flag `vf` is one that goes when the values of a prior row `p` are replaced. */
export function clearsFlag(table: KeyedTable): string {
  const replaced = table.columns
    .map((column) => {
      const [name, given] = [quote(column), givenColumn(column)];
      const indicator = table.extraKeys.length > 0 ? 'p.indicator' : `'${column}'`;
      return `(vf.indicator = ${indicator} and p.${given} is not null and p.${given} is distinct from p.${name})`;
    })
    .join(' or ');
  return `vf.family = '${table.name}' and vf.ts = p.ts and vf.site_id = p.site_id and vf.flag <> 'invalid'
         and ((vf.indicator = '*' and vf.flag in ('no-flow', 'valid')) or ${replaced})`;
}

/** Sets the flags of the staged notes, keeping history, and marks the days of flags that changed; $1 is the write. */
export function setFlagsSql(table: KeyedTable): string {
  const marks = table.medium === undefined ? '' : `, marks as (${markDaysSql(table.medium, 'kept')})`;
  return `with kept as (
      insert into value_flags (family, ts, site_id, indicator, flag, raw, detection_limit, rule, write_id)
      select distinct on (n.ts, n.site_id, n.indicator, n.flag)
             n.family, n.ts, n.site_id, n.indicator, n.flag, n.raw, n.detection_limit, n.rule, $1::bigint
        from ${noteTable} n
        join ${table.table} f on f.ts = n.ts and f.site_id = n.site_id
       where n.family = '${table.name}'
         -- A person has looked at the value; \`clearFlagsSql\` has ended the \`valid\` of what was replaced.
         and not (n.flag = 'suspect' and exists (
           select from value_flags r where r.family = n.family and r.ts = n.ts and r.site_id = n.site_id
              and r.indicator = n.indicator and r.flag in ('valid', 'invalid')))
       order by n.ts, n.site_id, n.indicator, n.flag
      on conflict (family, ts, site_id, indicator, flag) do update
        set raw = excluded.raw, detection_limit = excluded.detection_limit, rule = excluded.rule,
            write_id = excluded.write_id
        where (value_flags.raw, value_flags.detection_limit)
          is distinct from (excluded.raw, excluded.detection_limit)
      returning *)${marks}
    insert into flag_history (family, ts, site_id, indicator, flag, change, raw, detection_limit, rule, write_id)
    select family, ts, site_id, indicator, flag, 'set', raw, detection_limit, rule, $1::bigint from kept`;
}
