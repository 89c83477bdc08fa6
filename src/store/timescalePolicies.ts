import type { PoolClient } from 'pg';
import { families } from '../domain/family.js';
import type { Logger } from '../log.js';
import { keyedTables } from './keyedTable.js';
import { inTransaction, type Pool } from './pool.js';

/** Days after which something is done to what is stored; 0 for never. */
export interface TimescaleSettings {
  /** Chunks that are older are compressed: it must lie behind the time within which data usually come or are corrected. */
  readonly compressAfterDays: number;
  /**
   * Minute values that are older are removed. Only these: hours are made of them when they come, while everything else
   * carries figures that may have to be worked out again.
   */
  readonly keepMinutesDays: number;
}

const minuteTables = Object.values(families)
  .filter(({ interval }) => interval === 'minute' || interval === 'minute5')
  .map(({ table }) => table);

/**
 * Brings TimescaleDB's jobs in line with the settings: compression of old chunks of every table of readings, removal of
 * old minute values. Where there is no TimescaleDB, or an edition without these, says what is not done and goes on.
 */
export async function keepTimescalePolicies(
  pool: Pool,
  settings: TimescaleSettings,
  timescale: boolean,
  logger: Logger,
): Promise<void> {
  if (!timescale) {
    if (settings.keepMinutesDays > 0)
      logger.warn('TIMESCALE_KEEP_MINUTES_DAYS is set, but there is no TimescaleDB: nothing is removed');
    return;
  }
  try {
    await inTransaction(pool, async (client) => {
      // Two processes that start at once would each add the policy.
      await client.query(`select pg_advisory_xact_lock(hashtext('timescale policies'))`);
      for (const { table, extraKeys } of Object.values(keyedTables)) {
        const segments = ['site_id', ...extraKeys.map(({ name }) => name)];
        await keepCompression(client, table, segments, settings.compressAfterDays);
        const days = minuteTables.includes(table) ? settings.keepMinutesDays : 0;
        await keepPolicy(client, 'retention', 'drop_after', table, days);
      }
    });
  } catch (error) {
    logger.warn({ err: error }, 'TimescaleDB would not take its policies: old readings stay as they are');
  }
}

async function keepCompression(
  client: PoolClient,
  table: string,
  segments: readonly string[],
  days: number,
): Promise<void> {
  const { rows } = await client.query<{ enabled: boolean }>(
    'select compression_enabled as enabled from timescaledb_information.hypertables where hypertable_name = $1',
    [table],
  );
  if (days > 0 && rows[0]?.enabled === false)
    await client.query(
      `alter table ${table} set (timescaledb.compress, timescaledb.compress_orderby = 'ts',
         timescaledb.compress_segmentby = '${segments.join(', ')}')`,
    );
  if (days > 0 || rows[0]?.enabled === true)
    await keepPolicy(client, 'compression', 'compress_after', table, days);
}

/** Makes a table's policy say so many days, or takes it away; one that says so already is left to its rhythm. */
async function keepPolicy(
  client: PoolClient,
  kind: 'compression' | 'retention',
  setting: string,
  table: string,
  days: number,
): Promise<void> {
  const { rows } = await client.query<{ same: boolean }>(
    `select (config ->> $3)::interval = make_interval(days => $4) as same from timescaledb_information.jobs
      where hypertable_name = $1 and proc_name = $2`,
    [table, `policy_${kind}`, setting, days],
  );
  if (rows[0]?.same === true || (rows.length === 0 && days === 0)) return;
  await client.query(`select remove_${kind}_policy($1, if_exists => true)`, [table]);
  if (days > 0)
    await client.query(`select add_${kind}_policy($1, ${setting} => make_interval(days => $2))`, [
      table,
      days,
    ]);
}
