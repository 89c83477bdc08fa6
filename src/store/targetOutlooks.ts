import type { PoolClient } from 'pg';

/** What was found beside the verdict of a target as of a day; figures are decimal texts. Kept for boards. */
export interface OutlookDay {
  readonly targetId: number;
  readonly asOf: string;
  readonly certainSince: string | null;
  readonly otherLedgerValue: string | null;
  readonly allowedKind: string | null;
  /** 剩余控制浓度, bad days left, gap or room; `null` where the kind has no one figure. */
  readonly allowed: string | null;
  readonly allowedIfMissingStay: string | null;
  readonly allowedInAll: number | null;
  readonly allowedSoFar: number | null;
  readonly daysLeft: number | null;
  readonly allowedZh: string | null;
  readonly projectionMethod: string | null;
  readonly projection: string | null;
  readonly projectionLow: string | null;
  readonly projectionHigh: string | null;
  readonly projectionLevel: number | null;
  readonly keptPercent: number | null;
  readonly projectionZh: string | null;
  /** First and last day of the window of the year before. */
  readonly beforeFrom: string | null;
  readonly beforeThrough: string | null;
  readonly beforeValue: string | null;
  readonly difference: string | null;
  readonly changePercent: string | null;
  readonly yearOnYearZh: string | null;
}

const columns = {
  targetId: 'integer',
  asOf: 'date',
  certainSince: 'date',
  otherLedgerValue: 'text',
  allowedKind: 'text',
  allowed: 'text',
  allowedIfMissingStay: 'text',
  allowedInAll: 'integer',
  allowedSoFar: 'integer',
  daysLeft: 'integer',
  allowedZh: 'text',
  projectionMethod: 'text',
  projection: 'text',
  projectionLow: 'text',
  projectionHigh: 'text',
  projectionLevel: 'double precision',
  keptPercent: 'double precision',
  projectionZh: 'text',
  beforeFrom: 'date',
  beforeThrough: 'date',
  beforeValue: 'text',
  difference: 'text',
  changePercent: 'text',
  yearOnYearZh: 'text',
} as const satisfies Record<keyof OutlookDay, string>;

const names = Object.keys(columns) as (keyof OutlookDay)[];
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const own = names.map(snake);
const others = own.slice(2);

const statement = `
  with r as materialized (
    select ${names.map((name) => `"${name}" as ${snake(name)}`).join(', ')}
      from unnest(${names.map((name, index) => `$${index + 1}::${columns[name]}[]`).join(', ')})
        as u (${names.map((name) => `"${name}"`).join(', ')}))
  insert into target_outlooks (${own.join(', ')})
  select ${own.map((name) => `r.${name}`).join(', ')}
    from r left join target_outlooks o on o.target_id = r.target_id and o.as_of = r.as_of
   where o.target_id is null or (${others.map((name) => `r.${name}`).join(', ')})
         is distinct from (${others.map((name) => `o.${name}`).join(', ')})
   order by r.as_of, r.target_id
  on conflict (target_id, as_of) do update set ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`;

/** Stores what is found now in place of what was found before; what is the same is not written. */
export async function saveOutlooks(client: PoolClient, days: readonly OutlookDay[]): Promise<void> {
  if (days.length === 0) return;
  await client.query(
    statement,
    names.map((name) => days.map((day) => day[name])),
  );
}
