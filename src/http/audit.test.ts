import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './fakeServices.fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('the audit log pages with `next`', async () => {
  const first = await server.request('/api/v1/audit?limit=5', { role: 'admin' });
  expect(await first.json()).toMatchObject({ items: { length: 5 }, next: '5' });
  const second = await server.request('/api/v1/audit?limit=5&before=5', { role: 'admin' });
  expect(await second.json()).toMatchObject({ items: { length: 4 }, next: null });
});
