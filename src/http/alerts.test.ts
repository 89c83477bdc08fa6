import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fakeAlerts, fakeRule } from './fakeAlerts.fixture.js';
import { startTestServer, type TestServer } from './fakeServices.fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const put = (path: string, body: unknown) =>
  server.request(path, {
    method: 'PUT',
    role: 'admin',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

test('a faulty rule is refused with the place of every fault', async () => {
  const rule = {
    ...fakeRule,
    forHours: -1,
    levels: [
      { severity: 'warning', threshold: '200' },
      { severity: 'notice', threshold: '150' },
    ],
  };
  const levels = await put('/api/v1/rules/hourly-aqi', { rule: { ...rule, forHours: 0 }, reason: '试' });
  const { errors } = (await levels.json()) as { errors: { path: string; messageZh: string }[] };
  expect(levels.status).toBe(400);
  expect(errors.map(({ path }) => path)).toEqual(['rule.levels.1.severity', 'rule.levels.1.threshold']);
  expect(errors[0]?.messageZh).toContain('级别应逐级加重');
  const hours = await put('/api/v1/rules/hourly-aqi', { rule, reason: '试' });
  expect(((await hours.json()) as { errors: { path: string }[] }).errors[0]?.path).toBe('rule.forHours');
  const other = await put('/api/v1/rules/other', { rule: fakeRule, reason: '试' });
  expect(await other.json()).toMatchObject({ code: 'alert-rule-invalid', status: 422 });
});

test('opening the link of a message changes nothing; sending its form does, once', async () => {
  fakeAlerts.used = false;
  for (const method of ['GET', 'HEAD'])
    expect((await server.request('/acknowledge?token=good', { method })).status).toBe(200);
  expect(fakeAlerts.used).toBe(false);
  const send = () =>
    server.request('/acknowledge', {
      method: 'POST',

      body: new URLSearchParams({ token: 'good', name: '<b>张三</b>' }),
    });
  const done = await send();
  expect(done.status).toBe(200);
  expect(done.headers.get('cache-control')).toBe('no-store');
  expect(fakeAlerts.used).toBe(true);
  expect((await send()).status).toBe(410);
  const unknown = await server.request('/acknowledge?token=%22%3E%3Cscript%3E');
  expect(unknown.status).toBe(404);
  expect(await unknown.text()).not.toContain('<script>');
});
