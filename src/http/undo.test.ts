import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './fakeServices.fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function undo(body: unknown, role = 'uploader') {
  const response = await server.request('/api/v1/uploads/12/undo', {
    method: 'POST',
    role,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('an undo needs an uploader and a reason; later changes are a 409 that lists them', async () => {
  expect((await undo({ reason: '传错' }, 'viewer')).status).toBe(403);
  expect((await undo({})).status).toBe(400);
  expect((await undo({ reason: '   ' })).status).toBe(400);
  expect((await undo({ reason: 'x'.repeat(501) })).status).toBe(400);
  const refused = await undo({ reason: '传错' });
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'undo-conflict', changedLater: { total: 1, items: [] } },
  });
  expect(refused.body['mend']).toContain('confirm=true');
  expect(await undo({ reason: '传错', dryRun: true })).toMatchObject({
    status: 200,
    body: { status: 'dry-run' },
  });
  expect(await undo({ reason: '传错', confirm: true })).toMatchObject({
    status: 200,
    body: { status: 'undone' },
  });
});

test('the history of a value needs its whole key', async () => {
  const get = (query: string) => server.request(`/api/v1/readings/history?${query}`, { role: 'viewer' });
  const key = 'family=air_hour&site=a&indicator=pm25&time=2024-05-01T00:00:00%2B08:00';
  expect((await get(key)).status).toBe(200);
  expect((await get(key.replace('&indicator=pm25', ''))).status).toBe(400);
  expect((await get(key.replace('2024', '0024'))).status).toBe(400);
});
