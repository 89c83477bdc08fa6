import type { PoolClient } from 'pg';
import { dayOfInstant, instantOfDay } from '../domain/calendar.js';
import type { Actor } from '../domain/role.js';
import { chooseStandard } from '../domain/standard.js';
import { computeHourlyMean } from '../statistics/hourlyMean.js';
import { airHourColumns } from '../store/airDays.js';
import { keyedTables, type StagedRow } from '../store/keyedTable.js';
import { applyStage, hasNews } from '../store/mergeValues.js';
import { hasMinutes, listMinuteHours, minuteMeansSource } from '../store/minuteHours.js';
import { Stage } from '../store/stage.js';
import { insertWrite } from '../store/writes.js';
import type { Reference } from './reference.js';

const service: Actor = { tokenId: null, name: 'service', office: '', role: 'admin' };

/**
 * Makes hours of the minutes of the given site days, where at least 45 minutes were sampled (GB 3095 table 4), and
 * stores them as readings, with revisions when minutes change. An hour that a sender gave itself stays as sent.
 */
export async function storeMinuteHours(
  client: PoolClient,
  { standards }: Reference,
  keys: readonly { readonly siteId: number; readonly day: string }[],
): Promise<void> {
  if (keys.length === 0 || !(await hasMinutes(client))) return;
  const hours = await listMinuteHours(
    client,
    keys.map(({ siteId }) => siteId),
    keys.map(({ day }) => new Date(instantOfDay(day))),
  );
  const rows = new Map<string, StagedRow & { values: (number | null)[] }>();
  for (const { siteId, ts, item, minutesEach, values } of hours) {
    const { validity } = chooseStandard(standards.airLimits, dayOfInstant(ts));
    const mean = computeHourlyMean(values, minutesEach, validity).value;
    if (mean === null) continue;
    const key = `${ts} ${siteId}`;
    let row = rows.get(key);
    if (row === undefined)
      rows.set(key, (row = { line: 0, ts, siteId, values: airHourColumns.map(() => null) }));
    row.values[airHourColumns.indexOf(item)] = mean.toNumber();
  }
  if (rows.size === 0) return;
  const times = [...rows.values()].map(({ ts }) => ts);
  await client.query(
    `select ensure_partitions('air_hour', to_timestamp($1 / 1000.0), to_timestamp($2 / 1000.0))`,
    [Math.min(...times), Math.max(...times)],
  );
  const stage = new Stage(client);
  await stage.add('air_hour', [...rows.values()]);
  if (!(await hasNews(client, keyedTables.air_hour))) return;
  const writeId = await insertWrite(client, service, { kind: 'device', source: minuteMeansSource });
  await applyStage(client, stage, writeId);
}
