import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { roleIncludes, roles } from '../domain/role.js';
import { startTestServer, type TestServer } from './fakeServices.fixture.js';
import { callOf } from './routeCalls.fixture.js';
import { routes } from './routes.js';
import { waitFor } from './waitFor.fixture.js';

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  messageZh: string;
  messageEn: string;
  mend: string;
  instance: string;
  requestId: string;
  errors?: { in: string; path: string; value: string; message: string }[];
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ limits: { failedAuthentications: { capacity: 10_000, refillMs: 1 } } });
});
afterAll(() => server.close());
beforeEach(() => {
  server.state.failWith = undefined;
  server.logLines.length = 0;
});

async function problemFrom(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = (await response.json()) as Problem;
  expect(problem).toMatchObject({ type: `/problems/${problem.code}`, status: response.status });
  expect(problem.requestId).toBe(response.headers.get('x-request-id'));
  for (const text of [problem.title, problem.detail, problem.messageZh, problem.messageEn]) {
    expect(text).not.toMatch(/^$|\{\w+\}/);
  }
  return problem;
}

describe('each route', () => {
  const guarded = routes.filter((route) => route.role !== 'public');
  const matrix = guarded.flatMap((route) =>
    roles.map((role) => [route.method, route.path, role, route] as const),
  );

  test.each(matrix)('%s %s as %s', async (_method, _path, role, route) => {
    const { path, init } = callOf(route);
    const response = await server.request(path, { ...init, role });
    if (route.role !== 'public' && roleIncludes(role, route.role)) {
      expect({ status: response.status, body: await response.text() }).toMatchObject({
        status: route.statuses[0],
      });
    } else {
      expect(await problemFrom(response)).toMatchObject({ code: 'forbidden', status: 403 });
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer .*error="insufficient_scope"/);
    }
  });

  test.each(guarded.map((route) => [route.method, route.path, route] as const))(
    '%s %s without a token, with a false and with a foreign one',
    async (_method, _path, route) => {
      const { path, init } = callOf(route);
      const none = await server.request(path, init);
      expect(await problemFrom(none)).toMatchObject({ status: 401, code: 'token-missing' });
      expect(none.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
      for (const authorization of ['Bearer cei_wrong', 'Basic YTpi', 'Bearer', 'Bearer 令牌'.slice(0, 7)]) {
        const refused = await server.request(path, {
          ...init,
          headers: { ...(init.headers as object), authorization },
        });
        expect(await problemFrom(refused)).toMatchObject({ status: 401, code: 'token-invalid' });
        expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
      }
    },
  );

  test.each(routes.filter((route) => route.role === 'public').map((route) => [route.path, route] as const))(
    '%s needs no token',
    async (_path, route) => {
      const response = await server.request(callOf(route).path);
      expect(response.status).toBe(200);
    },
  );
});

describe('refusals', () => {
  test.each([
    ['zh-CN,zh;q=0.9', '没有找到', 'zh-CN'],
    ['en-GB,en;q=0.8', 'Not found', 'en'],
    ['fr', '没有找到', 'zh-CN'],
    ['en;q=0.4, zh;q=0.9', '没有找到', 'zh-CN'],
  ])('speak the language of %s', async (language, title, contentLanguage) => {
    const response = await server.request('/api/v1/targets/999', {
      role: 'viewer',
      headers: { 'accept-language': language },
    });
    const problem = await problemFrom(response);
    expect(problem).toMatchObject({ status: 404, code: 'not-found', title, instance: '/api/v1/targets/999' });
    expect(problem.messageZh).toBe('没有找到：/api/v1/targets/999');
    expect(problem.messageEn).toBe('Not found: /api/v1/targets/999');
    expect(problem.detail).toBe(contentLanguage === 'en' ? problem.messageEn : problem.messageZh);
    expect(response.headers.get('content-language')).toBe(contentLanguage);
  });

  test.each([
    // A day that does not exist
    ['/api/v1/targets?asOf=2025-02-29', 'asOf', '2025-02-29'],
    // A misspelt parameter must not be ignored
    ['/api/v1/targets?asof=2025-01-01', 'asof', '2025-01-01'],
    // The same parameter twice
    ['/api/v1/targets?asOf=2025-01-01&asOf=2025-01-02', 'asOf', '["2025-01-01","2025-01-02"]'],
    // Days that the database cannot hold
    ['/api/v1/targets?asOf=0000-01-01', 'asOf', '0000-01-01'],
    ['/api/v1/readings?site=a%00b', 'site', 'a\0b'],
    ['/api/v1/targets?verdict=good', 'verdict', 'good'],
    ['/api/v1/targets/0', 'id', '0'],
    ['/api/v1/targets/abc', 'id', 'abc'],
    ['/api/v1/targets/99999999999', 'id', '99999999999'],
    ['/api/v1/readings?limit=0', 'limit', '0'],
    ['/api/v1/readings?limit=1e9', 'limit', '1e9'],
    ['/api/v1/readings?from=yesterday', 'from', 'yesterday'],
    ['/api/v1/uploads?before=-1', 'before', '-1'],
    ['/api/v1/sites?kind[$ne]=x', 'kind[$ne]', 'x'],
  ])('%s is 400 and names %s', async (path, field, value) => {
    const problem = await problemFrom(await server.request(path, { role: 'viewer' }));
    expect(problem).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(problem.errors).toEqual([expect.objectContaining({ path: field, value })]);
    expect(problem.errors?.[0]?.message).toMatch(/\p{Script=Han}/u);
  });

  test('name every wrong field of a body, in both languages', async () => {
    const response = await server.request('/api/v1/sites', {
      role: 'admin',
      method: 'POST',
      body: JSON.stringify({ code: ' ', kind: 'moon', extra: 1 }),
      headers: { 'content-type': 'application/json', 'accept-language': 'en' },
    });
    const problem = await problemFrom(response);
    expect(problem.errors?.map((error) => error.path).sort()).toEqual(['code', 'extra', 'kind', 'name']);
    expect(problem.errors?.find((error) => error.path === 'kind')?.message).toContain('"air-station"');
  });

  test.each([
    ['{"code":', 'application/json', 400, 'malformed-json'],
    ['', 'application/json', 400, 'invalid-request'],
    ['null', 'application/json', 400, 'invalid-request'],
    ['[]', 'application/json', 400, 'invalid-request'],
    ['code=1', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
    ['{}', 'application/json; charset=gbk', 415, 'unsupported-media-type'],
    [JSON.stringify({ code: 'x'.repeat(300_000) }), 'application/json', 413, 'payload-too-large'],
    ['{"__proto__":{"admin":true},"name":"a"}', 'application/json', 400, 'invalid-request'],
  ])('body %.20j as %s is %d %s', async (body, type, status, code) => {
    const init = { role: 'admin', method: 'POST', body, headers: { 'content-type': type } };
    expect(await problemFrom(await server.request('/api/v1/sites', init))).toMatchObject({ status, code });
  });

  test('a domain conflict is 409', async () => {
    const init = {
      role: 'admin',
      method: 'POST',
      body: JSON.stringify({ code: 'air-1', name: '又一个', kind: 'air-station' }),
      headers: { 'content-type': 'application/json' },
    };
    expect(await problemFrom(await server.request('/api/v1/sites', init))).toMatchObject({
      status: 409,
      code: 'conflict',
    });
  });

  test.each([
    '/nowhere',
    '/api/v1/nowhere',
    '/api/v2/targets',
    '/docs/../../package.json',
    '/static/none.js',
    '/docs/package.json',
  ])('%s is 404', async (path) => {
    expect(await problemFrom(await server.request(path))).toMatchObject({ status: 404, code: 'not-found' });
  });

  test('a malformed address is 400', async () => {
    expect(await problemFrom(await server.request('/api/v1/sites/%E4%ZZ', { role: 'admin' }))).toMatchObject({
      status: 400,
    });
  });

  test('a known path with another method is 405 and says which are allowed', async () => {
    const response = await server.request('/api/v1/targets', { role: 'admin', method: 'DELETE' });
    expect(await problemFrom(response)).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(response.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
    const options = await server.request('/api/v1/targets', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, POST, HEAD, OPTIONS']);
  });

  test('an unforeseen error is 500, logged once with its stack, and tells nothing about the inside', async () => {
    server.state.failWith = new Error('select secret from tokens');
    const response = await server.request('/api/v1/me', { role: 'viewer' });
    const problem = await problemFrom(response);
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
    expect(problem.messageZh).toContain(problem.requestId);
    expect(JSON.stringify(problem)).not.toContain('secret');
    const logged = server.logLines.filter((line) => line['level'] === 50);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({
      requestId: problem.requestId,
      err: { message: 'select secret from tokens' },
    });
  });

  test('an unreachable database is 503 with Retry-After', async () => {
    server.state.failWith = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const response = await server.request('/api/v1/me', { role: 'viewer' });
    expect(await problemFrom(response)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await problemFrom(await server.request('/readyz'))).toMatchObject({
      status: 503,
      code: 'unavailable',
    });
    expect((await server.request('/healthz')).status).toBe(200);
  });
});

describe('around every answer', () => {
  test('headers forbid foreign content, guessing and framing', async () => {
    for (const path of ['/', '/docs', '/api/v1/me', '/static/page.css']) {
      const { headers } = await server.request(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).toContain("script-src 'self';");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  test('a decent request id is kept, another replaced', async () => {
    const kept = await server.request('/healthz', { headers: { 'x-request-id': 'abc-1.2' } });
    expect(kept.headers.get('x-request-id')).toBe('abc-1.2');
    const replaced = await server.request('/healthz', { headers: { 'x-request-id': '<script>' } });
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('the access log has who and what, but neither token nor query', async () => {
    await server.request('/api/v1/targets?planId=secret-plan', { role: 'viewer' });
    await server.request('/healthz');
    const find = () => server.logLines.find((entry) => entry['route'] === '/api/v1/targets');
    await waitFor(() => find() !== undefined);
    expect(find()).toMatchObject({
      method: 'GET',
      status: 200,
      actor: 'viewer-name',
      path: '/api/v1/targets',
    });
    expect(JSON.stringify(server.logLines)).not.toMatch(/cei_|secret-plan|[Bb]earer/);
  });

  test('metrics count by route pattern and status', async () => {
    await server.request('/api/v1/targets/1', { role: 'viewer' });
    await server.request('/api/v1/targets/2', { role: 'viewer' });
    await server.request('/nowhere/4711');
    // A request is counted when its answer has left, which the client may see a moment earlier.
    await waitFor(() => server.logLines.filter((line) => line['status'] === 404).length === 1);
    const text = await (await server.request('/metrics')).text();
    expect(text).toMatch(
      /http_requests_total\{method="GET",route="\/api\/v1\/targets\/:id",status="200"\} \d+/,
    );
    expect(text).toMatch(
      /http_request_duration_seconds_bucket\{le="0.005",method="GET",route="unmatched",status="404"\}/,
    );
    expect(text).toContain('cei_uploads_total{status="rejected"} 0');
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).not.toContain('nowhere');
  });
});

test('the targets answer says as of when and whether the data are a demonstration', async () => {
  const response = await server.request('/api/v1/targets', { role: 'viewer' });
  expect(await response.json()).toMatchObject({ asOf: '2025-09-30', demo: true, items: { length: 8 } });
  const asked = await server.request('/api/v1/targets?asOf=2023-12-31&verdict=met', { role: 'viewer' });
  expect(await asked.json()).toMatchObject({
    asOf: '2023-12-31',
    items: [{ id: 1, verdict: 'met', asOf: '2023-12-31' }],
  });
});

test('failed authentications are limited, tokens that were good before are not', async () => {
  const limited = await startTestServer({
    limits: { failedAuthentications: { capacity: 3, refillMs: 60_000 } },
  });
  try {
    const me = (token: string) =>
      limited.request('/api/v1/me', { headers: { authorization: `Bearer ${token}` } });
    expect((await me('cei_viewer')).status).toBe(200);
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await me(`cei_guess${i}`)).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    const refused = await me('cei_admin');
    expect(await problemFrom(refused)).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect((await me('cei_viewer')).status).toBe(200);
  } finally {
    await limited.close();
  }
});
