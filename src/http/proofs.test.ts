import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './fakeServices.fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const figures = [
  '/api/v1/targets/404/proof',
  '/api/v1/statistics/air/days/none/2025-01-01/proof',
  '/api/v1/statistics/air/periods/none/2025/proof',
  '/api/v1/statistics/air/periods/none/2025-02/proof',
  '/api/v1/statistics/water/months/none/2025-02/proof',
  '/api/v1/statistics/water/years/none/2025/proof',
];

test.each(figures)('%s: for viewers, of a moment, and not found where there is no figure', async (path) => {
  const get = (query = '', role?: string) => server.request(`${path}${query}`, role ? { role } : {});
  expect((await get()).status).toBe(401);
  expect((await get('', 'viewer')).status).toBe(404);
  expect((await get('?knownAt=2025-03-01', 'viewer')).status).toBe(404);
  const there = await server.request(path.replace('404', '7').replace('none', 'there'), { role: 'viewer' });
  expect({ status: there.status, body: await there.json() }).toMatchObject({
    status: 200,
    body: { format: 'x' },
  });
  expect((await get('?knownAt=2025-02-30', 'viewer')).status).toBe(400);
  expect((await get('?known=2025-02-01', 'viewer')).status).toBe(400);
});

test.each([
  '/api/v1/targets/x/proof',
  '/api/v1/statistics/air/days/none/2025-02-30/proof',
  '/api/v1/statistics/air/periods/none/2025-13/proof',
  '/api/v1/statistics/water/months/none/2025/proof',
  '/api/v1/statistics/water/years/none/25/proof',
])('%s is no figure at all', async (path) => {
  const response = await server.request(path, { role: 'viewer' });
  expect([400, 404]).toContain(response.status);
  expect(server.state.broken).toEqual([]);
});
