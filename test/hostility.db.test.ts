import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { inTheBackground } from './backgroundTables.js';
import { Client, countFaults, type UploadAnswer } from './client.js';
import { bombOf, noise, partsAround, rawZip, sheetName, sheetOf, workbookOf } from './hostileFiles.js';
import { findDatabaseUrl, listIncoming, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(180_000);

const header = '站点,监测时间,PM2.5,PM10';
const sound = `${header}\n敌意站,2024-05-01 08:00,35,60\n`;
const megabyte = 1_000_000;

let yard: ServiceYard;
let service: ServiceProcess;
let client: Client;
let database: string;
let temporary: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  temporary = yard.dataDir('tmp');
  mkdirSync(temporary, { mode: 0o777 });
  service = await yard.start(yard.dataDir('data'), { TMPDIR: temporary });
  client = new Client(service.address, await service.firstToken());
  await client.createSite('hostile', '敌意站', 'air-station');
  database = await findDatabaseUrl(service.dataDir);
});
afterAll(() => yard.clean());

async function tokenOf(role: string, name = role): Promise<Client> {
  const { status, body } = await client.send<{ token: string }>('POST', '/api/v1/tokens', {
    name,
    office: '测试',
    role,
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return new Client(service.address, body.token);
}

interface Left {
  /** Rows of every table but those that record refusals. */
  readonly rows: Readonly<Record<string, number>>;
  readonly uploads: number;
  readonly kept: readonly string[];
  readonly temporary: readonly string[];
}

async function takeStock(): Promise<Left> {
  const counts = await query<{ name: string; count: number }>(
    database,
    `select table_name as name, (xpath('/row/c/text()',
            query_to_xml(format('select count(*) as c from %I', table_name), false, true, '')))[1]::text::integer as count
       from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  // Partitions of years are made as needed, by trial runs too, and stay empty.
  const tables = counts.filter(({ name }) => !/_\d{4}$/.test(name));
  const rows = Object.fromEntries(tables.map(({ name, count }) => [name, count]));
  const { uploads = 0, ...others } = rows;
  for (const table of inTheBackground) delete others[table];
  const found = await readdir(join(service.dataDir, 'uploads'), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => []);
  return {
    rows: others,
    uploads,
    kept: found.filter((entry) => entry.isFile()).map(({ name }) => name).sort(),
    temporary: await readdir(temporary),
  }; // prettier-ignore
}

/** Runs something that must be refused, and looks at what it left behind: a record with its file, or nothing. */
async function leavingNothing<T>(recorded: number, act: () => Promise<T>): Promise<T> {
  const before = await takeStock();
  const outcome = await act();
  const after = await takeStock();
  expect(after.rows).toEqual(before.rows);
  expect(after.temporary).toEqual(before.temporary);
  expect(await listIncoming(service.dataDir)).toEqual([]);
  expect(after.uploads - before.uploads).toBe(recorded);
  const named = await query<{ sha256: string }>(database, 'select distinct sha256 from uploads order by 1');
  expect(after.kept).toEqual(named.map(({ sha256 }) => sha256));
  expect((await client.get('/readyz')).status).toBe(200);
  return outcome;
}

/** Every fault says in Chinese what is wrong and what to do, without gaps. */
function expectClear({ status, body }: UploadAnswer): void {
  expect(status).toBe(422);
  expect(body.report?.faults.length).toBeGreaterThan(0);
  for (const { value, message, mend } of body.report?.faults ?? []) {
    expect(message + mend).not.toMatch(/\{\w+\}/);
    expect(message).toMatch(/\p{Script=Han}{2}/u);
    expect(mend).toMatch(/\p{Script=Han}{2}/u);
    expect(value.length).toBeLessThanOrEqual(200);
  }
}

const entities = Array.from({ length: 9 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join(
  '',
);
const laughs = `<!DOCTYPE worksheet [<!ENTITY e0 "哈">${entities}]>`;
const outside = '<!DOCTYPE worksheet [<!ENTITY e9 SYSTEM "file:///etc/passwd">]>';
const withEntity = (doctype: string): string =>
  sheetOf([['站点', '监测时间', 'PM2.5'], ['敌意站', '2024-05-01 08:00', '&e9;']]).replace('?>\n', `?>\n${doctype}`); // prettier-ignore
const manyColumns = Array.from({ length: 10_000 }, (_, i) => `c${i}`);

const bomb = (): Buffer =>
  rawZip([
    ...partsAround(),
    { name: sheetName, data: bombOf('<row><c/></row>', 4), method: 'deflated', size: 2 ** 29, crc: 0 },
  ]);

/** One packed text of 32 MB that a thousand entries claim for themselves. */
const overlapping = (): Buffer => {
  const entry = { data: bombOf('x', 1 / 32), method: 'deflated' as const, size: 2 ** 19, crc: 0 };
  const entries = Array.from({ length: 1_000 }, (_, i) => ({
    ...entry,
    name: `xl/media/${i}.bin`,
    ...(i === 0 ? {} : { sharing: 4 }),
  }));
  return workbookOf(sheetOf([['站点']]), 'stored', entries);
};

const files: readonly (readonly [name: string, code: string, make: () => Buffer | string, file: string])[] = [
  ['4 GB of rows in 4 MB', 'workbook-part-size', bomb, '炸弹.xlsx'],
  ['a bomb in a bomb', 'workbook-not-xlsx', () => rawZip([{ name: 'a.zip', data: rawZip([{ name: 'b.xlsx', data: bomb() }]) }]), '套娃.xlsx'],
  ['a thousand entries over one', 'workbook-part-size', overlapping, '重叠.xlsx'],
  ['an entity bomb', 'workbook-xml-dtd', () => workbookOf(withEntity(laughs)), '实体.xlsx'],
  ['an external entity', 'workbook-xml-dtd', () => workbookOf(withEntity(outside)), '外部实体.xlsx'],
  ['10,000 columns of a workbook', 'too-many-columns', () => workbookOf(sheetOf([manyColumns])), '列.xlsx'],
  ['10,000 columns of a text', 'too-many-columns', () => `${manyColumns.join(',')}\n${manyColumns.join(',')}\n`, '列.csv'],
  ['a cell of 100 MB in a workbook', 'cell-too-long', () => workbookOf(sheetOf([['站点', '监测时间', 'PM2.5'], ['敌意站', '2024-05-01 08:00', noise(100 * megabyte)]])), '格.xlsx'],
  ['a cell of 100 MB in a text', 'record-too-long', () => `${header}\n敌意站,2024-05-01 08:00,${noise(100 * megabyte)},1\n`, '格.csv'],
  ['a quoted cell of 20 MB', 'quote-broken', () => `${header}\n敌意站,2024-05-01 08:00,"${noise(20 * megabyte)}",1\n`, '引号.csv'],
  ['one line of 20 MB', 'record-too-long', () => '1,2;3|4\t'.repeat(2_500_000), '一行.csv'],
  ['a quote that is never closed', 'quote-broken', () => `${header}\n敌意站,2024-05-01 08:00,"35,60\n${'敌意站,2024-05-01 09:00,36,61\n'.repeat(100_000)}`, '没有闭合.csv'],
  ['five million rows that are empty', 'too-many-rows', () => workbookOf(sheetOf([['站点', '监测时间', 'PM2.5']], `${'<row/>'.repeat(5_100_000)}<row><c><v>1</v></c></row>`)), '空行.xlsx'],
  ['nothing but two million empty cells', 'workbook-without-rows', () => workbookOf(sheetOf([], `<row>${'<c/>'.repeat(400)}</row>`.repeat(5_000))), '空格.xlsx'],
  ['nine hundred thousand quotes', 'quote-broken', () => `${header}\n${'"'.repeat(900_001)}\n`, '全是引号.csv'],
]; // prettier-ignore

describe('files that want too much are refused, and leave a record of that and nothing else:', () => {
  test.each(files)('%s: %s', async (_name, code, make, file) => {
    const content = make();
    const answer = await leavingNothing(1, () => client.upload(content, {}, file));
    expectClear(answer);
    expect(Object.keys(countFaults(answer.body.report))).toEqual([code]);
    expect(JSON.stringify(answer.body)).not.toContain('root:');
    expect(answer.body.report?.fileName).toBe(file);
    // The file with its faults can be had back, or it is said why not; the service does not choke on it.
    const errors = await client.get(`/api/v1/uploads/${answer.body.report?.id}/errors`);
    expect(errors.status).toBeLessThan(500);
  });
});

/** A body of parts, byte by byte; what HTTP libraries would refuse to send can be sent. */
function bodyOf(parts: readonly (readonly [disposition: string, content: string | Buffer])[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(([disposition, content]) => [
      Buffer.from(`--XX\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]),
    Buffer.from('--XX--\r\n'),
  ]);
}

interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

function open(length?: number, from = client): http.ClientRequest {
  return http.request(`${from.address}/api/v1/uploads`, {
    method: 'POST',
    headers: {
      ...from.headers,
      'Content-Type': 'multipart/form-data; boundary=XX',
      ...(length === undefined ? {} : { 'Content-Length': length }),
    },
  });
}

async function answerTo(request: http.ClientRequest): Promise<RawAnswer> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
  const { statusCode: status = 0, headers } = response;
  return { status, headers, body: JSON.parse(text === '' ? '{}' : text) as Record<string, unknown> };
}

async function post(body: Buffer, length = body.length): Promise<RawAnswer> {
  const request = open(length);
  request.on('error', () => undefined);
  request.end(body);
  return answerTo(request);
}

describe('names of files are labels:', () => {
  const unknown = `${header}\n没有的站,2024-05-01 08:00,35,60\n`;
  test.each([
    ['filename="../../../etc/cron.d/x.csv"', 'x.csv'],
    ['filename="..\\..\\Windows\\x.csv"', 'x.csv'],
    ['filename="C:\\数据\\x.csv"', 'x.csv'],
    ['filename="a\u0000b.csv"', null],
    ['filename="\u202Evsc.exe"', 'vsc.exe'],
    ['filename="a\u200bb\u2066c\u2028d.csv"', 'abcd.csv'],
    ["filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x=1%0D%0A.csv", null],
    ['filename="a\\"; filename=evil.html; x=\\".csv"', 'a"; filename=evil.html; x=".csv'],
    ["filename*=UTF-8''%ED%A0%80%FF.csv", undefined],
    [`filename="${'长'.repeat(250)}.csv"`, '长'.repeat(200)],
    [`filename="${'e\u0301\u0301'.repeat(300)}.csv"`, undefined],
    ['filename=".."', '未命名'],
    ['filename="NUL"', 'NUL'],
  ])('%s', async (name, stored) => {
    const outside = await readdir(join(service.dataDir, '..'));
    const answer = await leavingNothing(stored === null ? 0 : 1, () => post(bodyOf([[`name="file"; ${name}`, unknown]])));
    expect(answer.status).toBe(stored === null ? 400 : 422);
    if (stored === null) return;
    const { id, fileName } = answer.body['report'] as { id: string; fileName: string };
    if (stored !== undefined) expect(fileName).toBe(stored);
    expect([...fileName].length).toBeLessThanOrEqual(200);
    expect(fileName).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}/\\]/u);
    expect(await readdir(join(service.dataDir, '..'))).toEqual(outside);
    const errors = await client.get<string>(`/api/v1/uploads/${id}/errors`);
    expect(errors.status).toBe(200);
    const disposition = errors.headers.get('content-disposition') ?? '';
    const [, encoded = ''] = /^attachment; filename="errors\.csv"; filename\*=UTF-8''([\w.%!~*'()-]+)$/.exec(disposition) ?? [];
    expect(decodeURIComponent(encoded)).toBe(`错误原因_${fileName}`);
    expect([errors.headers.get('set-cookie'), errors.headers.get('content-type')]).toEqual([
      null,
      expect.stringMatching(/^text\/csv/),
    ]);
  }); // prettier-ignore
});

describe('hostile texts', () => {
  const row = '敌意站,2024-05-01 08:00,35,60\n';
  const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
  test.each([
    ['half a pair in UTF-16', utf16(`${header}\n敌意\ud800站,2024-05-01 08:00,35,60\n`), 'encoding-unknown'],
    ['half a pair in a header', utf16(`${header},\udc00\n敌意\ud800站,2024-05-01 08:00,35,60,1\n`), 'encoding-unknown'],
    ['a control character', Buffer.from(`${header}\n敌意\x01站,2024-05-01 08:00,35,60\n`), 'site-unknown'],
    ['NUL in a cell', Buffer.from(`${header}\n敌意\0站,2024-05-01 08:00,3\u00005,60\n`), undefined],
    ['an override in a site', `${header}\n\u202e站意敌,2024-05-01 08:00,35,60\n`, 'site-unknown'],
    ['Cyrillic letters that look like PM', `站点,监测时间,РМ2.5\n敌意站,2024-05-01 08:00,35\n`, 'layout-unknown'],
    ['digits that are none', `${header}\n敌意站,2024-05-01 08:00,३५,60\n`, 'number-unreadable'],
    ['a flood of combining marks', `${header}\n敌${'\u0301'.repeat(30_000)}站,2024-05-01 08:00,35,60\n`, 'site-unknown'],
    ['a flood of marks in a header', `站点,监测时间,PM${'\u0489'.repeat(30_000)}2.5\n${row}`, undefined],
    ['ligatures that grow eighteenfold', `${header}\n${'\ufdfa'.repeat(30_000)},2024-05-01 08:00,35,60\n`, 'site-unknown'],
    ['a number of 30,000 digits', `${header}\n敌意站,2024-05-01 08:00,${'9'.repeat(30_000)},60\n`, undefined],
    ['an exponent beyond sense', `${header}\n敌意站,2024-05-01 08:00,1e999999999,60\n`, undefined],
    ['names of the language', `__proto__,constructor,PM2.5\n${row}`, undefined],
  ])('%s', async (_name, content, code) => {
    const answer = await leavingNothing(1, () => client.upload(content));
    expectClear(answer);
    if (code !== undefined) expect(Object.keys(countFaults(answer.body.report))).toEqual([code]);
    expect((await client.get(`/api/v1/uploads/${answer.body.report?.id}`)).status).toBe(200);
    // A file that is no text of any encoding cannot be given back with a column.
    const errors = await client.get(`/api/v1/uploads/${answer.body.report?.id}/errors`);
    expect(errors.status).toBe(answer.body.report?.encoding === 'unknown' ? 404 : 200);
  }); // prettier-ignore

  test.each([
    ['mapping', '{"header":true,"columns":[{"position":0,"role":"site","header":"\\u0000"}]}'],
    ['units', '{"PM2.5":"\\u0000"}'],
    ['units', '{"\\ud800":"mg/m3"}'],
    ['detectionLimits', '{"\\u0000":1}'],
    ['ignoreColumns', '["\\ud800"]'],
    ['reason', '\0'],
    ['site', '\0'],
    ['sheet', '\0'],
    ['units', '{"__proto__":"mg/m3"}'],
    ['units', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ])('in the option %s: %j', async (name, text) => {
    // A trial run stores no record either.
    const { status } = await leavingNothing(0, () => client.upload(sound, { [name]: text, dryRun: 'true' }));
    expect([200, 400]).toContain(status);
    const content = `${header}\n没有的站,2024-05-01 08:00,35,60\n`;
    const recorded = status === 200 ? 1 : 0;
    const refused = await leavingNothing(recorded, () => client.upload(content, { [name]: text }));
    expect(refused.status).toBe(status === 200 ? 422 : 400);
  });
});

describe('requests that are not what they say are refused, and nothing is recorded:', () => {
  const file = ['name="file"; filename="a.csv"', sound] as const;
  const whole = bodyOf([file]);
  test.each([
    ['10,000 fields', 400, 'invalid-request', () => post(bodyOf([...Array.from({ length: 10_000 }, (_, i) => [`name="f${i}"`, 'x'] as const), file]))],
    ['a field of a megabyte', 400, 'invalid-request', () => post(bodyOf([['name="reason"', 'x'.repeat(megabyte)], file]))],
    ['a name of a field of 100 kB', 400, undefined, () => post(bodyOf([[`name="${'x'.repeat(100_000)}"`, 'x'], file]))],
    ['more than the limit, by its length', 413, 'payload-too-large', () => { const request = open(300 * 2 ** 20); request.on('error', () => undefined); request.write(whole); return answerTo(request).finally(() => request.destroy()); }],
    ['no parts at all', 400, undefined, () => post(Buffer.from('--XX--\r\n'))],
  ])('%s', async (_name, status, code, act) => {
    const answer = await leavingNothing(0, act);
    expect(answer.status).toBe(status);
    if (code !== undefined) expect(answer.body['code']).toBe(code);
    expect(`${String(answer.body['messageZh'])}${String(answer.body['mendZh'])}`).toMatch(/\p{Script=Han}{4}/u);
  }); // prettier-ignore

  test('more bytes than announced', async () => {
    // What follows is no request either; Node's own parser may be the first to say so, without a body.
    const answer = await leavingNothing(0, async () => {
      const given = await post(whole, whole.length - 20);
      await service.until(async () => (await listIncoming(service.dataDir)).length === 0, 'it is gone');
      return given;
    });
    expect(answer.status).toBe(400);
  });

  test('more bytes announced than come: the client that leaves leaves nothing', async () => {
    await leavingNothing(0, async () => {
      const request = open(whole.length + 100);
      request.on('error', () => undefined);
      request.write(whole);
      await service.until(async () => (await listIncoming(service.dataDir)).length === 1, 'it arrives');
      request.destroy();
      await service.until(async () => (await listIncoming(service.dataDir)).length === 0, 'it is gone');
    });
  });

  test('people who may not', async () => {
    const viewer = await tokenOf('viewer');
    const uploader = await tokenOf('uploader');
    const list = '点位编码,点位名称,类型\nhostile-2,新站,空气站\n';
    await leavingNothing(0, async () => {
      expect((await viewer.upload(sound)).status).toBe(403);
      expect((await new Client(service.address, 'cei_none').upload(sound)).status).toBe(401);
      expect((await uploader.upload(sound, { source: 'x', saveMapping: 'true' })).status).toBe(403);
      expect(await uploader.upload(list)).toMatchObject({ status: 403, body: { code: 'list-forbidden' } });
    });
  });
});

test('a service with small limits names the one that was met', async () => {
  const small = await yard.start(yard.dataDir('small'), { MAX_UPLOAD_MB: '1', MAX_UPLOAD_ROWS: '100' });
  const caller = new Client(small.address, await small.firstToken());
  await caller.createSite('hostile', '敌意站', 'air-station');
  const rows = Array.from({ length: 101 }, (_, i) => `敌意站,2024-05-${String(1 + (i % 28)).padStart(2, '0')} ${String(1 + Math.floor(i / 28)).padStart(2, '0')}:00,35,60\n`); // prettier-ignore
  const tooMany = await caller.upload(`${header}\n${rows.join('')}`);
  expectClear(tooMany);
  expect(countFaults(tooMany.body.report)).toEqual({ 'too-many-rows': 1 });
  const tooLarge = await caller.upload(`${sound}${'x'.repeat(2 ** 20)}`);
  expect(tooLarge).toMatchObject({ status: 413, body: { code: 'payload-too-large' } });
  expect(tooLarge.body.mend).toMatch(/\p{Script=Han}{2}/u);
  await small.until(async () => (await listIncoming(small.dataDir)).length === 0, 'it is gone');
  expect((await caller.upload(`${header}\n${rows.slice(1).join('')}`)).status).toBe(201);
  await small.stop();
});

test('one office cannot take the service from the others: a flood, and a client that falls silent', async () => {
  const flooder = await tokenOf('uploader', '洪水');
  const silent = await tokenOf('uploader', '沉默');
  await leavingNothing(0, async () => {
    const request = open(1_000, silent);
    request.on('error', () => undefined);
    request.write(bodyOf([['name="file"; filename="a.csv"', sound]]).subarray(0, 120));
    const fallen = answerTo(request);
    const answers = await Promise.all(
      Array.from({ length: 90 }, () => flooder.upload(sound, { dryRun: 'true' })),
    );
    const counts = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect(counts(200)).toBeGreaterThanOrEqual(60);
    expect(counts(429)).toBe(90 - counts(200));
    expect(counts(429)).toBeGreaterThan(0);
    for (const { status, headers, body } of answers) {
      if (status !== 429) continue;
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(body.code).toBe('too-many-requests');
    }
    expect((await client.upload(sound, { dryRun: 'true' })).status).toBe(200);
    expect(await fallen).toMatchObject({ status: 408, body: { code: 'request-timeout' } });
    request.destroy();
  });
});

test('after all of it the service takes a sound file, and its memory has stayed bounded', async () => {
  expect((await client.upload(sound)).status).toBe(201);
  const failures = service.stderr.split('\n').filter((line) => /"level":(?:50|60)/.test(line));
  expect(failures.filter((line) => !line.includes('request-timeout'))).toEqual([]);
  const peak = await service.peakResidentBytes();
  if (peak === undefined) return;
  console.log(`resident memory at most ${Math.round(peak / 2 ** 20)} MiB`);
  expect(peak / 2 ** 20).toBeLessThan(1_024);
});
