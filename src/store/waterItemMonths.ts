import type { PoolClient } from 'pg';

/** One item of a section's month beside the limits of the classes, as it is stored. */
export interface WaterItemMonthRow {
  readonly item: string;
  /** Unrounded mean as a decimal text. */
  readonly value: string;
  readonly part: string;
  readonly grade: number | null;
  readonly direction: string | null;
  /** Class (`1` … `5`, `*` for all) → limit as the standard prints it. */
  readonly limits: Readonly<Record<string, string>>;
  /** Class that the item is worse than → multiple, `null` for items without one. */
  readonly over: Readonly<Record<string, string | null>>;
}

/** Stores the items of a section's month (`YYYY-MM`), in place of what was derived before; none removes them. */
export async function saveWaterItems(
  client: PoolClient,
  siteId: number,
  month: string,
  items: readonly WaterItemMonthRow[],
): Promise<void> {
  const key = [siteId, `${month}-01`];
  await client.query('delete from water_item_months where site_id = $1 and month = $2::date', key);
  if (items.length === 0) return;
  await client.query(
    `insert into water_item_months (month, site_id, item, position, value, part, grade, direction, limits, over)
     select $2::date, $1, i.item, i.n, i.value, i.part, i.grade, i.direction, i.limits, i.over
       from rows from (jsonb_to_recordset($3) as (item text, value text, part text, grade smallint, direction text,
                                                  limits jsonb, over jsonb))
            with ordinality as i (item, value, part, grade, direction, limits, over, n)`,
    [...key, JSON.stringify(items)],
  );
}
