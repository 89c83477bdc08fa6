import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { inTransaction } from './pool.js';
import { loadSeeds } from './seeder.js';
import { readSeedFiles, type SeedFiles } from './seedFiles.js';
import { findSetting, insertSetting } from './settings.js';
import { listGroupMembers, listSites, updateSite } from './sites.js';
import { insertTargetVersion, listTargets } from './targets.js';

let database: TestDatabase;
let files: SeedFiles;
beforeAll(async () => {
  database = await createTestDatabase();
  files = await readSeedFiles();
});
afterAll(() => database.drop());

const tables = [
  'indicators',
  'offices',
  'sites',
  'site_groups',
  'site_group_members',
  'standards',
  'plans',
  'targets',
  'target_versions',
  'seed_entries',
];
async function dump(): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const table of tables) {
    const { rows } = await database.pool.query(`select to_jsonb(t) as row from ${table} t order by 1`);
    all[table] = rows;
  }
  return all;
}
/** The seeds with one entry of one list changed. */
function edited<K extends 'sites' | 'siteGroups' | 'targets'>(
  kind: K,
  index: number,
  change: Partial<SeedFiles['seeds'][K][number]>,
): SeedFiles {
  const list = files.seeds[kind].map((entry, at) => (at === index ? { ...entry, ...change } : entry));
  return { ...files, seeds: { ...files.seeds, [kind]: list } };
}

test('all of the seeds are there after loading, once even when two processes start at once', async () => {
  const [one, two] = await Promise.all([loadSeeds(database.pool, files), loadSeeds(database.pool, files)]);
  expect([one.added, two.added].sort((a, b) => a - b)[0]).toBe(0);
  expect(await listTargets(database.pool, '2025-09-30')).toHaveLength(55);
  expect(await listSites(database.pool)).toHaveLength(files.seeds.sites.length);
  expect((await listGroupMembers(database.pool)).get('river-county-9')).toHaveLength(9);
});

test('loading again changes nothing', async () => {
  const before = await dump();
  expect(await loadSeeds(database.pool, files)).toEqual({ added: 0, updated: 0, kept: [] });
  expect(await dump()).toEqual(before);
});

test('a corrected seed updates what nobody has edited', async () => {
  const corrected = edited('sites', 3, { name: '新名' });
  expect(await loadSeeds(database.pool, corrected)).toEqual({ added: 0, updated: 1, kept: [] });
  expect((await listSites(database.pool)).find(({ name }) => name === '新名')?.code).toBe(
    files.seeds.sites[3]!.code,
  );
  expect(await loadSeeds(database.pool, files)).toMatchObject({ updated: 1 });
});

test('a corrected kind marks the months of the site to be graded anew, unless the bureau has edited the site', async () => {
  const index = files.seeds.sites.findIndex(({ kind }) => kind === 'river-section');
  const { code } = files.seeds.sites[index]!;
  await database.pool.query(
    `insert into water_site_months (month, site_id, items, samples, input, grade, determining, main_pollutants, no_flow,
                                    standard_id)
     select '2024-03-01', id, '{}', 1, 'samples', 2, '{}', '[]', false, 'gb3838-2002' from sites where code = $1`,
    [code],
  );
  const marked = async () => {
    const { rows } = await database.pool.query<{ day: string }>(
      `select p.day::text from pending_days p join sites s on s.id = p.site_id
        where p.medium = 'water' and s.code = $1`,
      [code],
    );
    await database.pool.query('delete from pending_days');
    return rows.map(({ day }) => day);
  };
  await marked();
  expect(await loadSeeds(database.pool, edited('sites', index, { waterBody: '别的河' }))).toMatchObject({
    updated: 1,
  });
  expect(await marked()).toEqual([]);
  expect(await loadSeeds(database.pool, edited('sites', index, { kind: 'lake-section' }))).toMatchObject({
    updated: 1,
  });
  expect(await marked()).toEqual(['2024-03-01']);
  expect(await loadSeeds(database.pool, files)).toMatchObject({ updated: 1 });
  expect(await marked()).toEqual(['2024-03-01']);
  await database.pool.query('update sites set edited_at = now() where code = $1', [code]);
  const outcome = await loadSeeds(database.pool, edited('sites', index, { kind: 'lake-section' }));
  expect(outcome.kept).toEqual([`site ${code}`]);
  expect(await marked()).toEqual([]);
  await database.pool.query('update sites set edited_at = null where code = $1', [code]);
  expect(await loadSeeds(database.pool, files)).toMatchObject({ updated: 1, kept: [] });
});

test('what the bureau has edited stays, also when the seed changes afterwards', async () => {
  const { code } = files.seeds.sites[4]!;
  await inTransaction(database.pool, (client) => updateSite(client, code, { name: '局里的名字' }));
  expect(await loadSeeds(database.pool, files)).toMatchObject({ updated: 0, kept: [] });
  const outcome = await loadSeeds(database.pool, edited('sites', 4, { name: '种子的名字' }));
  expect(outcome).toMatchObject({ updated: 0, kept: [`site ${code}`] });
  const site = (await listSites(database.pool)).find((one) => one.code === code);
  expect(site).toMatchObject({ name: '局里的名字', placeholder: false });
});

test('a group whose members the bureau changed keeps them', async () => {
  const member = 'sec-tianshui-4';
  await inTransaction(database.pool, (client) => updateSite(client, member, { groups: [] }));
  const index = files.seeds.siteGroups.findIndex(({ code }) => code === 'river-tianshui-4');
  const outcome = await loadSeeds(database.pool, edited('siteGroups', index, { nameZh: '别名' }));
  expect(outcome.kept).toContain('site-group river-tianshui-4');
  expect((await listGroupMembers(database.pool)).get('river-tianshui-4')).toHaveLength(3);
});

test('a removed site stays removed', async () => {
  const { code } = files.seeds.sites.at(-1)!;
  await database.pool.query(
    'delete from site_group_members using sites s where s.id = site_id and s.code = $1',
    [code],
  );
  await database.pool.query('delete from sites where code = $1', [code]);
  await loadSeeds(database.pool, files);
  await loadSeeds(database.pool, edited('sites', files.seeds.sites.length - 1, { name: '又来了' }));
  expect((await listSites(database.pool)).map((site) => site.code)).not.toContain(code);
});

test('a corrected target is a new version; once the bureau has amended it, the seed no longer speaks', async () => {
  const count = async (id: number) =>
    (await database.pool.query('select from target_versions where target_id = $1', [id])).rowCount;
  const { id, ...definition } = files.seeds.targets[19]!;
  expect(await loadSeeds(database.pool, edited('targets', 19, { limit: '68.2' }))).toMatchObject({
    updated: 1,
  });
  expect(await count(id)).toBe(2);
  await inTransaction(database.pool, (client) =>
    insertTargetVersion(client, {
      id,
      effective: '2025-01-01',
      document: '修改通知',
      definition,
      by: '某人',
    }),
  );
  const outcome = await loadSeeds(database.pool, edited('targets', 19, { limit: '60' }));
  expect(outcome).toMatchObject({ updated: 0, kept: [`target ${id}`] });
  expect(await count(id)).toBe(3);
  const inForce = async (asOf: string) =>
    (await listTargets(database.pool, asOf)).find(({ target }) => target.id === id)?.target.limit;
  expect([await inForce('2024-12-31'), await inForce('2025-01-01')]).toEqual(['68.2', '68.3']);
});

test('a setting keeps its history; the latest is in force', async () => {
  expect(await findSetting(database.pool, 'x')).toBeUndefined();
  await insertSetting(database.pool, 'x', { a: 1 }, '某人', '试');
  await insertSetting(database.pool, 'x', false, '某人', '再试');
  expect(await findSetting(database.pool, 'x')).toBe(false);
  const { rowCount } = await database.pool.query(`select from settings where name = 'x'`);
  expect(rowCount).toBe(2);
});
