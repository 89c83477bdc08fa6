import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client, type Problem } from './client.js';
import { runAdmin, withDatabase } from './database.js';
import {
  findDatabasePid,
  killDatabase,
  listIncoming,
  query,
  ServiceYard,
  type ServiceProcess,
} from './service.js';

const oneHour = '站点,监测时间,PM2.5,PM10\n城市建成区,2024-03-01 09:00,35,70\n';
const hourAfter = '站点,监测时间,PM2.5,PM10\n城市建成区,2024-03-01 10:00,36,71\n';

jest.setTimeout(120_000);

let yard: ServiceYard;
beforeAll(async () => {
  yard = await ServiceYard.create();
});
afterAll(() => yard.clean());

/** The stored PM2.5 values of the town's station, in order of time. */
async function storedValues(client: Client): Promise<(number | null)[]> {
  return (await client.readings({ site: 'air-town', indicator: 'pm25' })).map(({ value }) => value);
}

describe('the embedded database', () => {
  let dataDir: string;
  let token: string;
  let service: ServiceProcess;
  const client = () => new Client(service.address, token);

  beforeAll(async () => {
    dataDir = yard.dataDir('own');
    service = await yard.start(dataDir);
    token = await service.firstToken();
  });

  test('a fresh start prints all targets, the address and, last, the token alone on its line', async () => {
    const { lines } = service;
    expect(lines.at(-1)).toMatch(/^cei_[\w-]{43}$/);
    expect(lines.filter((line) => /^\d+ +同党.* not-reported$/.test(line))).toHaveLength(55);
    expect(lines.slice(-5, -1).join('\n')).toMatch(
      /^数据库 \/ database: PostgreSQL 18\.\d+\n网页 \/ page: +http:\/\/127\.0\.0\.1:\d+\/\n接口说明 /,
    );
    expect(service.stderr).toMatch(/正在初始化内置数据库/);
    const me = await client().get<{ role: string; name: string }>('/api/v1/me');
    expect(me).toMatchObject({ status: 200, body: { role: 'admin', name: '首个管理员' } });
  });

  test('a second start on the same data is refused in clear words; the first goes on', async () => {
    const second = await yard.run(dataDir);
    expect(second).toMatchObject({ code: 1, signal: null, stdout: '' });
    expect(second.stderr).toContain(`数据目录正在使用中：${dataDir}`);
    expect(second.stderr).toMatch(/Data directory in use: .* Stop it first or set another DATA_DIR/);
    expect(second.stderr).not.toMatch(/\n +at /);
    expect(await client().get('/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(await client().upload(oneHour)).toMatchObject({ status: 201 });
  });

  test('a stop ends everything, a second start finds the data', async () => {
    expect(await service.stop()).toMatchObject({ code: 0, signal: null });
    expect(await findDatabasePid(dataDir)).toBeUndefined();
    service = await yard.start(dataDir);
    expect(await storedValues(client())).toEqual([35]);
  });

  test('kill -9 of the service: no token was printed again; the next start adopts the database, the data are there', async () => {
    const orphan = await findDatabasePid(dataDir);
    await service.kill();
    // All that the second start has printed is here now: it ended without a token.
    expect(service.lines.at(-1)).toBe('服务已就绪 / ready');
    expect(service.stdout).not.toContain('cei_');
    expect(await findDatabasePid(dataDir)).toBe(orphan);
    service = await yard.start(dataDir);
    expect(service.stderr).toContain(`接管上次未正常关闭而仍在运行的内置数据库（进程 ${orphan}）`);
    expect(await findDatabasePid(dataDir)).toBe(orphan);
    expect(await storedValues(client())).toEqual([35]);
  });

  test('kill -9 of the database: requests are told 503, never a lie, and the service recovers by itself', async () => {
    const address = service.address;
    await killDatabase(dataDir);
    const statuses = new Set<number>();
    const uploads: number[] = [];
    let away: { status: number; headers: Headers; body: Problem } | undefined;
    await service.until(async () => {
      const page = await client().get<{ items?: unknown[] } & Problem>(
        '/api/v1/readings?site=air-town&indicator=pm25',
      );
      statuses.add(page.status);
      if (page.status === 503) away = page;
      else expect(page.body.items).toHaveLength(uploads.includes(201) ? 2 : 1);
      if (!uploads.includes(201)) uploads.push((await client().upload(hourAfter)).status);
      return page.status === 200 && uploads.includes(201);
    }, 'readings are back');
    expect([...statuses].sort()).toEqual([200, 503]);
    expect(new Set(uploads)).toEqual(new Set([503, 201]));
    expect(away?.body).toMatchObject({ code: 'unavailable' });
    expect(away?.headers.get('retry-after')).toBe('5');
    expect(service.address).toBe(address);
    expect(await client().get('/readyz')).toMatchObject({ status: 200 });
    expect(await storedValues(client())).toEqual([35, 36]);
  });

  test('SIGTERM: an upload under way is finished and answered, then everything stops', async () => {
    const upload = openUpload(service, token);
    upload.write('站点,监测时间,PM2.5,PM10\n城市建成区,2024-03-01 11:00,37,72\n');
    await service.until(async () => (await listIncoming(dataDir)).length === 1, 'the upload is under way');
    service.askToStop();
    await service.until(() => /正在停止/.test(service.stderr), 'the service is stopping');
    await expect(fetch(`${service.address}/healthz`)).rejects.toThrow('fetch failed');
    upload.write('城市建成区,2024-03-01 12:00,38,73\n');
    const answer = await upload.finish();
    expect(answer).toMatchObject({ status: 201, body: { status: 'committed', rows: { new: 2 } } });
    expect(await service.ended()).toMatchObject({ code: 0, signal: null });
    expect(await findDatabasePid(dataDir)).toBeUndefined();
    service = await yard.start(dataDir);
    expect(await storedValues(client())).toEqual([35, 36, 37, 38]);
  });

  test('an upload that a crash cut off leaves nothing behind', async () => {
    const upload = openUpload(service, token);
    upload.write(oneHour);
    await service.until(async () => (await listIncoming(dataDir)).length === 1, 'the upload is under way');
    await service.kill();
    await expect(upload.finish()).rejects.toThrow();
    service = await yard.start(dataDir);
    expect(await listIncoming(dataDir)).toEqual([]);
    expect(await storedValues(client())).toEqual([35, 36, 37, 38]);
  });
});

describe('refusals before anything is started', () => {
  test('an occupied port is named, and nothing is made', async () => {
    const dataDir = yard.dataDir('port-taken');
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const ending = await yard.run(dataDir, { PORT: String(port) });
      expect(ending).toMatchObject({ code: 1, stdout: '' });
      expect(ending.stderr).toContain(`端口 ${port} 已被其他程序占用，请用 PORT 换一个`);
      expect(ending.stderr).toContain(`port ${port} is in use; set PORT to another`);
      await expect(access(dataDir)).rejects.toThrow('ENOENT');
    } finally {
      other.close();
    }
  });

  test.each([
    ['PORT', '80800', /PORT="80800".*expected: a whole number from 0 to 65535/],
    ['JUDGE_DATE', '2025/9/30', /JUDGE_DATE="2025\/9\/30".*expected: a day as YYYY-MM-DD/],
    ['LOG_LEVEL', 'loud', /LOG_LEVEL="loud".*expected: one of fatal, error/],
    ['DATABASE_URL', 'mysql://root:geheim@db/x', /DATABASE_URL=\(not shown\).*expected: postgresql:\/\//],
  ])('a wrong %s is named with what was expected', async (name, value, message) => {
    const dataDir = yard.dataDir(`wrong-${name}`);
    const ending = await yard.run(dataDir, { [name]: value });
    expect(ending).toMatchObject({ code: 1, stdout: '' });
    expect(ending.stderr).toMatch(message);
    expect(ending.stderr).not.toContain('geheim');
    await expect(access(dataDir)).rejects.toThrow('ENOENT');
  });

  test('a database that does not answer is named without its password', async () => {
    const ending = await yard.run(yard.dataDir('no-server'), {
      DATABASE_URL: 'postgresql://bureau:geheim@127.0.0.1:1/indicators',
    });
    expect(ending).toMatchObject({ code: 1, stdout: '' });
    expect(ending.stderr).toMatch(/could not start:\n.*(127\.0\.0\.1:1\b|DATABASE_URL)/);
    expect(ending.stderr).not.toContain('geheim');
  });
});

test('DATABASE_URL: works on an external database, starts no server, and keeps the data there', async () => {
  const adminUrl = process.env['CEI_TEST_ADMIN_URL']!;
  const name = `cei_test_${randomBytes(6).toString('hex')}`;
  await runAdmin(adminUrl, `create database ${name} template template0 encoding 'UTF8'`);
  try {
    const url = withDatabase(adminUrl, name);
    const dataDir = yard.dataDir('external');
    const service = await yard.start(dataDir, { DATABASE_URL: url });
    const client = new Client(service.address, await service.firstToken());
    expect(await client.upload(oneHour)).toMatchObject({ status: 201, body: { values: { new: 2 } } });
    expect(await storedValues(client)).toEqual([35]);
    expect(await query(url, 'select pm25, pm10 from air_hour')).toEqual([{ pm25: 35, pm10: 70 }]);
    expect(await findDatabasePid(dataDir)).toBeUndefined();
    expect(await service.stop()).toMatchObject({ code: 0 });
    // Another start, of a process that was never told the password of the first.
    const again = await yard.start(yard.dataDir('external-2'), { DATABASE_URL: url });
    expect(await storedValues(new Client(again.address, client.token))).toEqual([35]);
    const ending = await again.stop();
    expect(ending.code).toBe(0);
    expect(ending.stdout).not.toContain('cei_');
  } finally {
    await yard.stopAll();
    await runAdmin(adminUrl, `drop database ${name} with (force)`);
  }
});

/** An upload whose file is sent piece by piece. */
function openUpload(service: ServiceProcess, token: string) {
  const boundary = 'slow-upload';
  const request = httpRequest(`${service.address}/api/v1/uploads`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': `multipart/form-data; boundary=${boundary}`,
    },
  });
  const answer = new Promise<{ status: number; body: unknown }>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      response.on('error', reject);
    });
  });
  answer.catch(() => undefined);
  request.write(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n`,
  );
  return {
    write: (text: string) => void request.write(text),
    finish: () => {
      request.end(`\r\n--${boundary}--\r\n`);
      return answer;
    },
  };
}
