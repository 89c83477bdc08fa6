import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { csvCell } from './csv.js';
import { startTestServer, tokenOf, type TestServer } from './fakeServices.fixture.js';
import type { ReadingRow } from './services.js';

const reading: ReadingRow = {
  family: 'air_hour',
  site: 'air-1',
  siteName: '城市建成区',
  time: '2025-09-30T00:00:00+08:00',
  indicator: 'pm25',
  value: 31.5,
  unit: 'µg/m³',
  flags: ['suspect', 'maintenance'],
  raw: null,
  origin: 'upload 12',
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.logLines.length = 0;
  Object.assign(server.state, { readings: [], streamClosed: false, batchesTaken: 0, streamFails: undefined });
});

describe('a cell', () => {
  test.each([
    // What spreadsheets run as formulas
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-2+3+cmd|calc', "'-2+3+cmd|calc"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1', "'  =1"],
    ['\t=1', "'\t=1"],
    ['＝1+1', "'＝1+1"],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    // What they do not
    ['0.025L', '0.025L'],
    ['断流', '断流'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['', ''],
    [null, ''],
    [-3.5, '-3.5'],
    [0, '0'],
  ])('%j is written %j', (value, expected) => {
    expect(csvCell(value)).toBe(expected);
  });
});

test.each([
  ['format=csv', '?format=csv', {}],
  ['Accept', '', { accept: 'text/csv' }],
])('all readings as CSV by %s', async (_name, query, headers) => {
  server.state.readings = [[reading], [{ ...reading, siteName: '=1+1', value: -2, raw: '"-0.5L"' }]];
  const response = await server.request(`/api/v1/readings${query}`, { role: 'viewer', headers });
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="readings.csv"');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  const rows = parse<Record<string, string>>(bytes, { bom: true, columns: true });
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({
    siteName: '城市建成区',
    value: '31.5',
    flags: 'suspect;maintenance',
    raw: '',
  });
  expect(rows[1]).toMatchObject({ siteName: "'=1+1", value: '-2', raw: '"-0.5L"' });
});

test('no readings are a header alone; JSON is what is sent unasked', async () => {
  const csv = await server.request('/api/v1/readings?format=csv', { role: 'viewer' });
  expect(await csv.text()).toBe('family,site,siteName,time,indicator,value,unit,flags,raw,origin\r\n');
  server.state.readings = [[reading]];
  const json = await server.request('/api/v1/readings?limit=10', {
    role: 'viewer',
    headers: { accept: '*/*' },
  });
  expect(await json.json()).toEqual({ items: [reading], next: null });
});

test('a query that fails before the first row is a problem answer', async () => {
  server.state.streamFails = new Error('relation is gone');
  const response = await server.request('/api/v1/readings?format=csv', { role: 'viewer' });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    500,
    'application/problem+json; charset=utf-8',
  ]);
});

test('a query that fails later breaks the file off instead of ending it', async () => {
  server.state.readings = [[reading], [reading]];
  server.state.streamFails = new Error('connection lost');
  const received = server
    .request('/api/v1/readings?format=csv', { role: 'viewer' })
    .then((response) => response.text())
    .then((text) => `${text.length} characters`);
  await expect(received).rejects.toThrow();
  expect(server.logLines.filter((line) => line['msg'] === 'answer broken off')).toHaveLength(1);
});

test('a slow reader slows the source down, and leaving ends it', async () => {
  const batch = Array.from({ length: 1000 }, () => reading);
  server.state.readings = Array.from({ length: 500 }, () => batch);
  const request = http.get(`${server.url}/api/v1/readings?format=csv`, {
    headers: { authorization: `Bearer ${tokenOf('viewer')}` },
  });
  request.on('error', () => undefined);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.on('error', () => undefined).pause();
  await delay(500);
  const taken = server.state.batchesTaken;
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThan(300);
  await delay(200);
  expect(server.state.batchesTaken - taken).toBeLessThan(20);
  response.destroy();
  for (let i = 0; i < 100 && !server.state.streamClosed; i++) await delay(10);
  expect(server.state.streamClosed).toBe(true);
  expect(
    server.logLines.filter((line) => Number(line['level']) >= 50 && line['msg'] === 'request failed'),
  ).toEqual([]);
});
