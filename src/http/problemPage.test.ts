import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { messages } from '../domain/messages.js';
import { startTestServer, type TestServer } from './fakeServices.fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test.each(Object.keys(messages))('the code %s has its page', async (code) => {
  const json = await server.request(`/problems/${code}`, { headers: { accept: 'application/json' } });
  expect(await json.json()).toMatchObject({ code });
  const page = await server.request(`/problems/${code}`, { headers: { accept: 'text/html,*/*;q=0.8' } });
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(await page.text()).toContain(`<code>${code}</code>`);
});

test.each(['nonsense', '__proto__', 'constructor', '%3Cscript%3E'])('the code %s has none', async (code) => {
  expect((await server.request(`/problems/${code}`)).status).toBe(404);
});
