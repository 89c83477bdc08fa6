import type { PoolClient } from 'pg';
import { addMonths, instantOfDay } from '../domain/calendar.js';
import { isDrinkingSource, waterBodyOf } from '../domain/waterBody.js';
import { compareWithLimits } from '../statistics/itemLimits.js';
import { saveWaterItems } from '../store/waterItemMonths.js';
import { deleteWaterMonth, listWaterRows, saveWaterMonth } from '../store/waterSiteMonths.js';
import { deriveWaterMonth, waterRulesOf } from './deriveWater.js';
import type { Reference } from './reference.js';

/** Derives one section's month from what is stored, and stores it. A month of which nothing is stored has no row. */
export async function recomputeWaterMonth(
  client: PoolClient,
  reference: Reference,
  siteId: number,
  month: string,
): Promise<void> {
  const from = instantOfDay(`${month}-01`);
  const to = instantOfDay(`${addMonths(month, 1)}-01`);
  const monthly = await listWaterRows(client, 'water_month', siteId, from, to);
  const sampled = await listWaterRows(client, 'water_sample', siteId, from, to);
  if (monthly.length + sampled.length === 0) {
    await saveWaterItems(client, siteId, month, []);
    return deleteWaterMonth(client, siteId, month);
  }
  const rules = waterRulesOf(reference, `${month}-01`);
  const { kind } = reference.sites.get(siteId)!;
  const body = waterBodyOf(kind);
  const { row, month: derived } = deriveWaterMonth(rules, body, siteId, month, { monthly, sampled });
  await saveWaterMonth(client, row);
  const items = compareWithLimits(rules, body, derived.values, isDrinkingSource(kind));
  await saveWaterItems(
    client,
    siteId,
    month,
    items.map(({ code, ...item }) => ({ item: code, value: row.items[code]!, ...item })),
  );
}
