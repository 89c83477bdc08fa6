import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/database.js';
import { hourMs } from '../../domain/calendar.js';
import type { Actor } from '../../domain/role.js';
import { loadSeeds } from '../../store/seeder.js';
import { readSeedFiles } from '../../store/seedFiles.js';
import { DeviceIngest } from './deviceIngest.js';

const actor: Actor = { tokenId: null, name: '设备', office: '生态环境分局', role: 'uploader' };
const first = Date.parse('2024-01-01T01:00:00+08:00');

let database: TestDatabase;
let ingest: DeviceIngest;
beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  await database.pool.query(
    `insert into sites (code, name, kind) select code, code, 'air-station' from unnest(array['L1', 'L2', 'K']) as code`,
  );
  ingest = new DeviceIngest({ pool: database.pool, now: () => new Date('2026-01-01T00:00:00Z') });
});
afterAll(() => database.drop());

function hours(site: string, count: number): Buffer {
  const lines = Array.from(
    { length: count },
    (_, hour) => `air,station=${site} pm10=${hour % 200} ${(first + hour * hourMs) / 1000}`,
  );
  return Buffer.from(lines.join('\n'));
}

test('a short body is not kept waiting by long ones, and of these the first comes first', async () => {
  await ingest.receive(actor, hours('K', 1), 's');
  const order: string[] = [];
  const send = async (name: string, body: Buffer) => {
    const { goodLines, problemCount } = await ingest.receive(actor, body, 's');
    order.push(name);
    return [goodLines, problemCount];
  };
  const taken = await Promise.all([
    send('long', hours('L1', 15_000)),
    send('longer', hours('L2', 17_000)),
    send('short', hours('K', 50)),
  ]);
  expect(taken).toEqual([
    [15_000, 0],
    [17_000, 0],
    [50, 0],
  ]);
  expect(order[0]).toBe('short');
  const { rows } = await database.pool.query<{ code: string; hours: number; right: number }>(
    `select s.code, count(*)::integer as hours,
            count(*) filter (where h.pm10 = mod((extract(epoch from h.ts)::bigint - $1) / 3600, 200))::integer as right
       from air_hour h join sites s on s.id = h.site_id group by 1 order by 1`,
    // The start of the hour that the first line names by its end.
    [first / 1000 - 3_600],
  );
  expect(rows).toEqual([
    { code: 'K', hours: 50, right: 50 },
    { code: 'L1', hours: 15_000, right: 15_000 },
    { code: 'L2', hours: 17_000, right: 17_000 },
  ]);
});
