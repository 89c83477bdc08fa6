import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { listSites, updateSite } from '../store/sites.js';
import { listWaterMonths } from '../store/waterSiteMonths.js';
import { drainMarks, writeRows } from './database.fixture.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
});
afterAll(() => database.drop());

test('a source of drinking water is judged by the one standard of what it draws from', async () => {
  const code = 'dws-county';
  const siteId = (await listSites(database.pool)).find((site) => site.code === code)!.id;
  const measured = new Map([
    ['codmn', 4],
    ['tp', 0.06],
  ]);
  const values = waterItems.map((item) => measured.get(item) ?? null);
  await writeRows(database.pool, 'water_month', [
    { line: 2, ts: instantOfDay('2025-03-01'), siteId, values },
  ]);
  for (const [kind, expected] of [
    ['drinking-water-surface', { grade: 2, determining: ['codmn', 'tp'], standardId: 'GB3838-2002' }],
    ['drinking-water-lake', { grade: 4, determining: ['tp'], standardId: 'GB3838-2002' }],
    // No class: only the limits of Ⅲ are held, and CODMn is over 3.0.
    [
      'drinking-water-ground',
      {
        grade: null,
        determining: ['codmn'],
        mainPollutants: [{ code: 'codmn', multiple: expect.stringMatching(/^0\.3{10}/) }],
        standardId: 'GBT14848-2017',
      },
    ],
    ['drinking-water-surface', { grade: 2, standardId: 'GB3838-2002' }],
  ] as const) {
    await inTransaction(database.pool, (client) => updateSite(client, code, { kind }));
    await drainMarks(database.pool);
    const [month] = await listWaterMonths(database.pool, [siteId], '2025-03-01', '2025-04-01');
    expect(month).toMatchObject({ ...expected, samples: 1, noFlow: false });
  }
});
