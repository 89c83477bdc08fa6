import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { Client } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(120_000);

let yard: ServiceYard;
let service: ServiceProcess;
let token: string;
let client: Client;
let url: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('outage'));
  token = await service.firstToken();
  client = new Client(service.address, token);
  url = await findDatabaseUrl(service.dataDir);
});
afterAll(() => yard.clean());

async function write(body: string): Promise<number> {
  const path = '/api/v2/write?org=o&bucket=b&precision=s';
  const headers = { Authorization: `Token ${token}` };
  return (await fetch(`${service.address}${path}`, { method: 'POST', headers, body })).status;
}

test('the database lost while a year waits for its partitions: only that request fails', async () => {
  await client.createSite('partitions', '分区站', 'air-station');
  const line = `air,site=partitions pm25=7 ${Date.parse('2012-01-01T01:00:00+08:00') / 1000}`;
  const holder = new pg.Client(url);
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query('lock table air_hour in access exclusive mode');
    const broken = write(line);
    const waiting = `select from pg_stat_activity where query like 'select ensure_partitions%' and wait_event_type = 'Lock'`;
    for (let tries = 0; (await query(url, waiting)).length === 0; tries += 1) {
      if (tries === 400) throw new Error('nobody made partitions');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await holder.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and backend_type = 'client backend' and datname = current_database()`,
    );
    await holder.query('rollback');
    expect([204, 503]).toContain(await broken);
    expect(await write(line)).toBe(204);
    const stored = await client.readings({ site: 'partitions', indicator: 'pm25' });
    expect(stored.map(({ value }) => value)).toEqual([7]);
  } finally {
    await holder.end();
  }
});
