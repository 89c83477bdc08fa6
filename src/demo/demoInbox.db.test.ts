import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { listRoutedChannels } from '../domain/alertReferences.js';
import { listChannels } from '../store/channels.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { addDemoInbox } from './demoInbox.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('every channel that the routing names has an inbox with the name of its receiver', async () => {
  const files = await readSeedFiles();
  await loadSeeds(database.pool, files);
  await addDemoInbox(database.pool);
  const channels = await listChannels(database.pool);
  const codes = channels.map(({ code }) => code);
  expect(codes).toEqual(expect.arrayContaining(listRoutedChannels(files.seeds.alertRouting)));
  expect(channels.every(({ type }) => type === 'inbox')).toBe(true);
  expect(channels[0]).toMatchObject({ code: 'channel-1', name: '示例收件箱' });
  expect(channels.find(({ code }) => code === 'water')?.name).toBe('示例收件箱·水务局');
  await addDemoInbox(database.pool);
  expect(await listChannels(database.pool)).toEqual(channels);
});
