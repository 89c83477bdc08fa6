import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { inTransaction } from './pool.js';
import { insertPublishedFigure } from './publishedFigures.js';
import { loadSeeds } from './seeder.js';
import { readSeedFiles, type SeedFiles } from './seedFiles.js';
import { saveSiteGroup } from './siteGroups.js';
import { insertSite, listSites, updateSite } from './sites.js';
import { insertTargetVersion, listAllVersions } from './targets.js';

const actor = { tokenId: null, name: '测试', office: '分局', role: 'admin' as const };
let database: TestDatabase;
let files: SeedFiles;
let codes: Map<number, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  files = await readSeedFiles();
  await loadSeeds(pool, files);
  await inTransaction(pool, (client) =>
    insertSite(client, { code: 'air-2', name: '第二点位', kind: 'air-station', groups: [] }),
  );
  codes = new Map((await listSites(pool)).map(({ id, code }) => [id, code]));
  await pool.query(`insert into writes (kind, actor_name, actor_office) values ('manual', '测试', '分局')`);
  for (const table of ['air_hour', 'water_sample', 'published_texts'])
    await pool.query(
      `select ensure_partitions($1, timestamptz '2014-01-01 00:00+08', timestamptz '2026-12-31 00:00+08')`,
      [table],
    );
  const days = ['2014-06-30', '2025-12-31', '2026-02-28', '2026-03-01'];
  await pool.query(
    `insert into air_site_days (day, site_id, inputs, dust_hours)
     select d, s.id, '{}', 0 from unnest($1::date[]) d cross join sites s where s.code = 'air-town'`,
    [days],
  );
  await pool.query(
    `insert into air_hour (ts, write_id, site_id, pm10)
     select start_of_day(date '2026-03-01'), 1, id, 5 from sites where code = 'air-town'`,
  );
  // Published, but not measured.
  await pool.query(
    `insert into published_texts (ts, write_id, site_id, span, indicator, value)
     select start_of_day(d), 1, s.id, 'hour', 'aqi', '44' from unnest(array[date '2026-02-27', '2026-03-02']) d
      cross join sites s where s.code = 'air-2'`,
  );
  await pool.query(
    `insert into water_site_months (month, site_id, items, samples, input, no_flow, standard_id)
     select d, s.id, '{}', 0, 'none', false, '' from unnest(array[date '2001-01-01', '2025-12-01', '2026-01-01']) d
      cross join sites s where s.code in ('sec-shitangou', 'sec-tianshui-1')`,
  );
  await pool.query(
    `insert into published_texts (ts, write_id, site_id, span, indicator, value)
     select start_of_day(d), 1, s.id, 'instant', 'water_class', 'Ⅱ' from unnest(array[date '2026-01-05', '2026-01-06']) d
      cross join sites s where s.code = 'sec-tianshui-1'`,
  );
  await pool.query(
    `insert into value_flags (family, ts, site_id, indicator, flag, detection_limit, write_id)
     select 'water_sample', start_of_day(date '2025-12-20'), id, 'codmn', 'below-detection', 5, 1 from sites
      where code in ('sec-shitangou', 'sec-tianshui-1')`,
  );
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('truncate pending_days'));

async function marked(): Promise<string[]> {
  const { rows } = await database.pool.query<{ medium: string; site_id: number; day: string }>(
    'select medium, site_id, day::text from pending_days order by 1, 3, 2',
  );
  return rows.map(({ medium, site_id, day }) => `${medium} ${codes.get(site_id) ?? ''} ${day}`);
}

const change = (id: string, path: string, value: unknown) =>
  database.pool.query('update standards set document = jsonb_set(document, $2, $3) where id = $1', [
    id,
    path,
    JSON.stringify(value),
  ]);

test('a standard marks the days on which it is in force, the first version all before it too', async () => {
  await change('HJ633-2026', '{titleEn}', 'another');
  expect(await marked()).toEqual(['air air-town 2026-03-01', 'air air-2 2026-03-02']);
  await database.pool.query('truncate pending_days');
  await change('HJ663-2013', '{titleEn}', 'another');
  expect(await marked()).toEqual([
    'air air-town 2014-06-30',
    'air air-town 2025-12-31',
    'air air-2 2026-02-27',
    'air air-town 2026-02-28',
  ]);
});

test('a version that begins earlier marks what it takes from the one before', async () => {
  await change('HJ633-2026', '{validFrom}', '2026-02-28');
  expect(await marked()).toEqual([
    'air air-town 2026-02-28',
    'air air-town 2026-03-01',
    'air air-2 2026-03-02',
  ]);
  await database.pool.query('truncate pending_days');
  await change('HJ633-2026', '{validFrom}', '2026-03-01');
  expect(await marked()).toHaveLength(3);
});

test('a water standard marks months, readings whose class was published, detection limits; the day after its end too', async () => {
  const { pool } = database;
  await pool.query(
    `insert into standards (id, document)
     select 'later', document || '{"id": "later", "validFrom": "2026-01-06"}' from standards where id = 'GB3838-2002'`,
  );
  expect(await marked()).toEqual(['water sec-tianshui-1 2026-01-06']);
  await pool.query('truncate pending_days');
  await change('GB3838-2002', '{titleEn}', 'another');
  const all = [
    'water sec-shitangou 2001-01-01',
    'water sec-tianshui-1 2001-01-01',
    'water sec-shitangou 2025-12-01',
    'water sec-tianshui-1 2025-12-01',
    'water sec-shitangou 2025-12-20',
    'water sec-tianshui-1 2025-12-20',
    'water sec-shitangou 2026-01-01',
    'water sec-tianshui-1 2026-01-01',
    'water sec-tianshui-1 2026-01-05',
    'water sec-tianshui-1 2026-01-06',
  ];
  expect((await marked()).sort()).toEqual([...all].sort());
  await pool.query(`delete from standards where id = 'later'`);
});

test('what no stored row follows from marks nothing', async () => {
  await change('HBJC2016-120', '{titleEn}', 'another');
  await change('HJ633-2026', '{kind}', 'aqi');
  await database.pool.query(`update standards set edited_at = now()`);
  expect(await marked()).toEqual([]);
});

test('another kind of site marks its own months, readings and detection limits', async () => {
  const setKind = (kind: 'lake-section' | 'river-section') =>
    inTransaction(database.pool, (client) => updateSite(client, 'sec-tianshui-1', { kind }));
  await setKind('river-section');
  expect(await marked()).toEqual([]);
  await setKind('lake-section');
  expect((await marked()).map((text) => text.replace('water sec-tianshui-1 ', ''))).toEqual([
    '2001-01-01',
    '2025-12-01',
    '2025-12-20',
    '2026-01-01',
    '2026-01-05',
    '2026-01-06',
  ]);
});

test('another class to reach marks the detection limits of the sections that it changes for', async () => {
  const { pool } = database;
  const { target } = (await listAllVersions(pool)).find(
    (one) => one.target.siteGroup === 'section-shitangou' && one.target.kind === 'section-grade',
  )!;
  const { id, ...definition } = target;
  const amend = (limit: string) =>
    inTransaction(pool, (client) =>
      insertTargetVersion(client, {
        id,
        effective: '2024-01-01',
        document: '修订',
        definition: { ...definition, limit },
        by: '测试',
      }),
    );
  await amend(definition.limit);
  expect(await marked()).toEqual([]);
  await amend('2');
  expect(await marked()).toEqual(['water sec-shitangou 2025-12-20']);
  await pool.query('truncate pending_days');
  const save = (members: string[]) =>
    inTransaction(pool, (client) =>
      saveSiteGroup(client, { code: 'section-shitangou', nameZh: '断面', members }),
    );
  await save(['sec-shitangou', 'sec-tianshui-1']);
  expect(await marked()).toEqual(['water sec-tianshui-1 2025-12-20']);
});

test('another plausible range marks the days that hold the indicator', async () => {
  const { seeds } = files;
  const load = (edit: object) =>
    loadSeeds(database.pool, {
      ...files,
      seeds: {
        ...seeds,
        indicators: seeds.indicators.map((one) => (one.code === 'pm10' ? { ...one, ...edit } : one)),
      },
    });
  await load({ nameEn: 'another' });
  expect(await marked()).toEqual([]);
  await load({ plausibleMax: 77 });
  expect(await marked()).toEqual(['air air-town 2026-03-01']);
});

test('a published figure is looked at when the standard of its first day changes, or its group loses its data', async () => {
  const { pool } = database;
  const figure = {
    kind: 'group-mean' as const,
    subject: 'air-county-evaluation/pm10',
    publishedValue: '5',
    computedValue: '5',
    document: '公报',
    publishedOn: '2026-04-01',
    note: '',
  };
  await inTransaction(pool, async (client) => {
    await insertPublishedFigure(client, actor, {
      ...figure,
      period: '2026',
      firstDay: '2026-01-01',
      endDay: '2027-01-01',
    });
  });
  await pool.query(`delete from air_site_days where day = '2026-02-28'`);
  await change('HJ663-2013', '{titleEn}', 'a third');
  expect(await marked()).toContain('air air-town 2026-03-01');
  await pool.query('truncate pending_days');
  await pool.query(
    `insert into air_group_days (day, group_code, stations, standard_id, iaqi, dust_hours)
     select day, 'air-county-evaluation', 1, '', '{}', 0 from air_site_days`,
  );
  await inTransaction(pool, (client) =>
    saveSiteGroup(client, { code: 'air-county-evaluation', nameZh: '建成区', members: ['air-2'] }),
  );
  expect(await marked()).toEqual(['air air-town 2026-03-01']);
});
