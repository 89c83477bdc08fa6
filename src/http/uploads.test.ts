import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { reportOf, startTestServer, tokenOf, type TestServer } from './fakeServices.fixture.js';
import { cleanFileName } from './multipart.js';
import { waitFor } from './waitFor.fixture.js';

const mebibyte = 1024 * 1024;
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    maxUploadBytes: 2 * mebibyte,
    uploadIdleMs: 300,
    limits: { uploads: { capacity: 1000, refillMs: 1 } },
  });
});
afterAll(() => server.close());
beforeEach(() => {
  server.state.received.length = 0;
  server.state.broken.length = 0;
  server.state.judge = () => ({});
});

type Part = [name: string, value: string | Blob, fileName?: string];

async function send(parts: Part[], query = '', role = 'uploader', headers: Record<string, string> = {}) {
  const body = new FormData();
  for (const [name, value, fileName] of parts) {
    if (typeof value === 'string') body.append(name, value);
    else body.append(name, value, fileName);
  }
  const response = await server.request(`/api/v1/uploads${query}`, { method: 'POST', role, body, headers });
  return { response, body: (await response.json()) as Record<string, unknown> };
}

const file = (text = 'a,b\n1,2\n'): Blob => new Blob([text]);

/** Opens an upload by hand, so that a test can stop, stall or break it. */
function openUpload(headers: http.OutgoingHttpHeaders = {}): http.ClientRequest {
  const request = http.request(`${server.url}/api/v1/uploads`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokenOf('uploader')}`,
      'content-type': 'multipart/form-data; boundary=XX',
      ...headers,
    },
  });
  request.on('error', () => undefined);
  return request;
}

const fileHead = (disposition = 'name="file"; filename="a.csv"') =>
  `--XX\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: text/csv\r\n\r\n`;
const fieldPart = (name: string, value: string) =>
  `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

async function answerTo(
  request: http.ClientRequest,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
  return { status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> };
}

describe('a sound upload', () => {
  test('is 201 with Location, and reaches the service with its name, bytes and actor', async () => {
    const { response, body } = await send([['file', file(), '空气质量 9月.csv']]);
    expect([response.status, response.headers.get('location')]).toEqual([201, '/api/v1/uploads/12']);
    expect(body).toMatchObject({ status: 'committed', fileName: '空气质量 9月.csv', bytes: 8 });
    expect(server.state.received).toEqual([
      expect.objectContaining({
        name: '空气质量 9月.csv',
        language: 'zh',
        options: { dryRun: false, overwrite: false, onError: 'reject-file' },
      }),
    ]);
    expect(server.state.received[0]?.actor.name).toBe('uploader-name');
  });

  test('takes options as fields and as query parameters; blank fields do not count', async () => {
    const fields: Part[] = [
      ['year', '2024'],
      ['date', ''],
      ['units', '{"PM2.5":"mg/m³"}'],
      ['dryRun', 'true'],
      ['file', file(), 'a.csv'],
    ];
    const { response } = await send(
      fields,
      '?hourLabel=start&overwrite=1&onError=skip-rows&reason=%E8%AE%BE%E5%A4%87',
    );
    expect(response.status).toBe(200);
    expect(server.state.received[0]?.options).toEqual({
      year: 2024,
      units: { 'PM2.5': 'mg/m³' },
      dryRun: true,
      hourLabel: 'start',
      overwrite: true,
      onError: 'skip-rows',
      reason: '设备',
    });
  });

  test('is streamed: the service has bytes before the client has sent all', async () => {
    const request = openUpload();
    request.write(fieldPart('year', '2025') + fileHead());
    request.write(Buffer.alloc(1_000_000, 'x'));
    await waitFor(() => server.state.bytesSeen > 900_000);
    expect(server.state.received).toEqual([]);
    request.end(`${'x'.repeat(1000)}\r\n--XX--\r\n`);
    expect(await answerTo(request)).toMatchObject({ status: 201, body: { bytes: 1_001_000 } });
  });

  test('may be exactly as large as the limit', async () => {
    const { response, body } = await send([['file', new Blob([Buffer.alloc(2 * mebibyte)]), 'a.csv']]);
    expect([response.status, body['bytes']]).toEqual([201, 2 * mebibyte]);
  });
});

describe('the report decides the status', () => {
  test.each([
    ['rejected', { status: 'rejected' as const, faultCount: 3 }, 422, 'upload-rejected', '3'],
    [
      'needs-overwrite',
      { status: 'needs-overwrite' as const, values: { new: 0, unchanged: 0, changed: 7 } },
      409,
      'needs-overwrite',
      '7',
    ],
  ])('%s', async (_name, change, status, code, figure) => {
    server.state.judge = () => change;
    const { response, body } = await send([['file', file(), 'a.csv']]);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ code, report: change });
    expect(body['messageZh']).toContain(figure);
  });

  test('a trial run that is sound is 200', async () => {
    const { response, body } = await send([['file', file(), 'a.csv']], '?dryRun=true');
    expect([response.status, body['status'], body['id']]).toEqual([200, 'dry-run', null]);
  });

  test('and is counted', async () => {
    const text = await (await server.request('/metrics')).text();
    expect(text).toMatch(/cei_uploads_total\{status="needs-overwrite"\} 1/);
  });
});

describe('refused before anything is stored:', () => {
  async function expectRefusal(
    outcome: { response: Response; body: Record<string, unknown> },
    status: number,
    code: string,
  ) {
    expect({ status: outcome.response.status, code: outcome.body['code'] }).toEqual({ status, code });
    expect(server.state.received).toEqual([]);
    return Promise.resolve();
  }

  test('no file', async () => {
    await expectRefusal(await send([['year', '2024']]), 400, 'file-missing');
  });
  test('two files', async () => {
    await expectRefusal(
      await send([
        ['file', file(), 'a.csv'],
        ['file', file(), 'b.csv'],
      ]),
      400,
      'one-file-only',
    );
    expect(server.state.broken).toHaveLength(1);
  });
  test('a file in another field', async () => {
    const outcome = await send([['data', file(), 'a.csv']]);
    await expectRefusal(outcome, 400, 'file-field-unexpected');
    expect(outcome.body['messageZh']).toContain('data');
  });
  test('an option after the file', async () => {
    await expectRefusal(
      await send([
        ['file', file(), 'a.csv'],
        ['dryRun', 'true'],
      ]),
      400,
      'option-after-file',
    );
  });
  test('an unknown option', async () => {
    await expectRefusal(
      await send([
        ['dryrun', 'true'],
        ['file', file(), 'a.csv'],
      ]),
      400,
      'invalid-request',
    );
  });
  test.each([
    ['year', '24'],
    ['date', '2025-13-01'],
    ['units', '{'],
    ['units', '[1]'],
    ['dryRun', 'maybe'],
    ['interval', 'week'],
  ])('option %s=%s', async (name, value) => {
    const outcome = await send([
      [name, value],
      ['file', file(), 'a.csv'],
    ]);
    await expectRefusal(outcome, 400, 'invalid-request');
    expect(outcome.body['errors']).toEqual([expect.objectContaining({ in: 'form', path: name })]);
  });
  test('an option both as field and as parameter', async () => {
    await expectRefusal(
      await send(
        [
          ['year', '2024'],
          ['file', file(), 'a.csv'],
        ],
        '?year=2023',
      ),
      400,
      'invalid-request',
    );
  });
  test('an option twice', async () => {
    await expectRefusal(
      await send([
        ['year', '2024'],
        ['year', '2023'],
        ['file', file(), 'a.csv'],
      ]),
      400,
      'invalid-request',
    );
  });
  test('a body that is not multipart', async () => {
    const response = await server.request('/api/v1/uploads', {
      method: 'POST',
      role: 'uploader',
      body: 'a,b',
    });
    await expectRefusal(
      { response, body: (await response.json()) as Record<string, unknown> },
      415,
      'unsupported-media-type',
    );
  });
  test('multipart without a boundary', async () => {
    const request = openUpload({ 'content-type': 'multipart/form-data' });
    request.end('x');
    expect(await answerTo(request)).toMatchObject({ status: 400, body: { code: 'malformed-multipart' } });
  });
  test('a body that ends in the middle of the file', async () => {
    const request = openUpload();
    request.end(`${fileHead()}a,b\n1,`);
    const { status, body } = await answerTo(request);
    expect(status).toBe(400);
    expect(['malformed-multipart', 'upload-interrupted']).toContain(body['code']);
    expect(server.state.received).toEqual([]);
  });
});

describe('too large:', () => {
  test('by its own length, while it is being sent', async () => {
    const request = openUpload();
    request.write(fileHead());
    for (let i = 0; i < 30; i++) request.write(Buffer.alloc(100_000));
    request.end('\r\n--XX--\r\n');
    const { status, body } = await answerTo(request);
    expect(status).toBe(413);
    expect(body).toMatchObject({ code: 'payload-too-large', messageZh: '内容超过上限 2 MiB' });
    expect(server.state.received).toEqual([]);
    expect(server.state.broken).toEqual([expect.objectContaining({ code: 'payload-too-large' })]);
  });

  test('by the declared length, before a byte is read', async () => {
    const request = openUpload({ 'content-length': 500 * mebibyte });
    request.write(fileHead());
    expect(await answerTo(request)).toMatchObject({ status: 413 });
    request.destroy();
  });

  test('by one byte', async () => {
    const { response } = await send([['file', new Blob([Buffer.alloc(2 * mebibyte + 1)]), 'a.csv']]);
    expect(response.status).toBe(413);
  });
});

test('a client that goes away breaks the stream that the service reads', async () => {
  const request = openUpload();
  request.write(`${fileHead()}a,b\n1,2\n`);
  await delay(50);
  request.destroy();
  await waitFor(() => server.state.broken.length === 1);
  expect(server.state.broken[0]).toMatchObject({ code: 'upload-interrupted' });
  await waitFor(() => server.logLines.some((line) => line['msg'] === 'request' && line['status'] === 499));
  expect(server.logLines.filter((line) => line['level'] === 50 && line['code'] !== 'internal')).toEqual([]);
  expect(server.state.received).toEqual([]);
});

test('a client that falls silent is told so', async () => {
  const request = openUpload();
  request.write(`${fileHead()}a,b\n`);
  expect(await answerTo(request)).toMatchObject({ status: 408, body: { code: 'request-timeout' } });
  expect(server.state.received).toEqual([]);
  request.destroy();
});

test('a service that refuses in the middle is answered at once', async () => {
  server.state.judge = () => {
    throw new Error('boom');
  };
  const { response, body } = await send([['file', file('x'.repeat(500_000)), 'a.csv']]);
  expect([response.status, body['code']]).toEqual([500, 'internal']);
});

test('uploads of one token are limited', async () => {
  const limited = await startTestServer({ limits: { uploads: { capacity: 2, refillMs: 60_000 } } });
  try {
    const statuses = [];
    for (let i = 0; i < 3; i++) {
      const body = new FormData();
      body.append('file', file(), 'a.csv');
      statuses.push(
        (await limited.request('/api/v1/uploads', { method: 'POST', role: 'uploader', body })).status,
      );
    }
    expect(statuses).toEqual([201, 201, 429]);
  } finally {
    await limited.close();
  }
});

test('an upload is found by its number, an unknown one is not', async () => {
  const found = await server.request('/api/v1/uploads/12', { role: 'viewer' });
  expect(await found.json()).toEqual(reportOf());
  expect((await server.request('/api/v1/uploads/13', { role: 'viewer' })).status).toBe(404);
});

describe('file names are labels', () => {
  test.each([
    ['C:\\Users\\王\\数据.csv', '数据.csv'],
    ['../../etc/passwd', 'passwd'],
    ['a\u0000b\r\n\u202Efdp.csv', 'abfdp.csv'],
    ['..', '未命名'],
    ['', '未命名'],
    [undefined, '未命名'],
    ['长'.repeat(300), '长'.repeat(200)],
    ['=cmd|calc.csv', '=cmd|calc.csv'],
    ['<img src=x onerror=alert(1)>.csv', '<img src=x onerror=alert(1)>.csv'],
  ])('%j becomes %j', (given, expected) => {
    expect(cleanFileName(given)).toBe(expected);
  });

  test.each([
    ['raw UTF-8', 'name="file"; filename="清水河.csv"', '清水河.csv'],
    ['RFC 5987', 'name="file"; filename*=UTF-8\'\'%E6%B8%85%E6%B0%B4%E6%B2%B3.csv', '清水河.csv'],
    ['a path', 'name="file"; filename="C:\\\\数据\\\\清水河.csv"', '清水河.csv'],
    ['quotes', 'name="file"; filename="a\\"b.csv"', 'a"b.csv'],
  ])('%s', async (_name, disposition, expected) => {
    const request = openUpload();
    request.end(`${fileHead(disposition)}a\r\n--XX--\r\n`);
    expect(await answerTo(request)).toMatchObject({ status: 201, body: { fileName: expected } });
  });
});
