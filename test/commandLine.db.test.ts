import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import xlsx from '@e965/xlsx';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { TargetView, UploadReport } from '../src/http/services.js';
import { Client } from './client.js';
import { listIncoming, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(180_000);

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

let yard: ServiceYard;
let service: ServiceProcess;
let client: Client;
let directory: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('data'), { JUDGE_DATE: '2024-12-31' });
  client = new Client(service.address, await service.firstToken());
  directory = await mkdtemp(join(tmpdir(), 'cei-cli-'));
});
afterAll(async () => {
  await yard.clean();
  await rm(directory, { recursive: true, force: true });
});

/** The command line beside the running service, on the same data. */
function cli(words: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { PATH, HOME } = process.env;
  const judged = { JUDGE_DATE: '2024-12-31' };
  const env = { PATH, HOME, DATA_DIR: service.dataDir, LOG_LEVEL: 'silent', ...judged, ...settings };
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [resolve('dist/cli/main.js'), ...words],
      { env, cwd: directory },
      (_error, stdout, stderr) => {
        done({ code: child.exitCode, signal: child.signalCode, stdout, stderr });
      },
    );
  });
}

/** A folder with a file for each given month of a year, a day of hours each. */
async function folderOf(name: string, year: number, months: number): Promise<string> {
  const folder = join(directory, name);
  await mkdir(folder);
  for (let month = 1; month <= months; month += 1) {
    const text = String(month).padStart(2, '0');
    const lines = Array.from({ length: 24 }, (_, hour) => {
      const label = String(hour + 1).padStart(2, '0');
      return `${year}-${text}-05,${label},air-town,${month},${hour + 20}`;
    });
    await writeFile(join(folder, `${text}月.csv`), `日期,小时,点位,PM2.5,PM10\n${lines.join('\n')}\n`);
  }
  return folder;
}

async function storedCount(year: number): Promise<number> {
  const rows = await client.readings({ family: 'air_hour', from: `${year}-01-01`, to: `${year + 1}-01-02` });
  return rows.length;
}

describe('import', () => {
  test('a folder, its files in order, with a report each and a table at the end; again, it skips them', async () => {
    const folder = await folderOf('folder', 2019, 3);
    await mkdir(join(folder, '更早'));
    await writeFile(join(folder, '更早', 'x.csv'), '日期,小时,点位,PM2.5\n2018-12-31,01,air-town,5\n');
    await writeFile(join(folder, '~$01月.csv'), 'x');
    await writeFile(join(folder, '.DS_Store'), 'x');
    const first = await cli(['import', folder]);
    expect([first.code, first.stderr]).toEqual([0, expect.anything()]);
    expect(first.stdout.match(/^\S+：已入库$/gm)).toEqual(
      ['01月.csv', '02月.csv', '03月.csv', '更早/x.csv'].map((name) => `${folder}/${name}：已入库`),
    );
    expect(first.stdout).toMatch(/结果 +文件 +读取行 +新增/);
    expect(first.stdout).toMatch(/已入库 +4 +73 +73 +0/);
    expect(first.stderr).toMatch(/不读 \S+\/\.DS_Store（隐藏文件）/);
    expect(first.stderr).toMatch(/不读 \S+~\$01月\.csv（临时文件）/);
    expect(first.stderr).toContain('[4/4]');
    expect(await storedCount(2019)).toBe(3 * 24 * 2);
    // The figures derived from what was imported are there when the command has ended.
    expect((await client.get<{ pendingDays: number }>('/readyz')).body.pendingDays).toBe(0);

    const again = await cli(['import', folder]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('跳过 4 个已导入过的文件');
    expect(again.stdout).not.toContain('：已入库');
    const forced = await cli(['import', folder, '--again', '--json']);
    expect(forced.code).toBe(0);
    const reports = forced.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as UploadReport);
    expect(reports.map(({ rows }) => [rows.new, rows.unchanged])).toEqual([
      [0, 24],
      [0, 24],
      [0, 24],
      [0, 1],
    ]);
    // Other options may read a file otherwise: it is not skipped.
    const other = await cli(['import', join(folder, '01月.csv'), '--hour-label', 'start']);
    // There is no hour that begins at 24:00.
    expect([other.code, other.stdout]).toEqual([3, expect.not.stringContaining('已导入过的文件')]);
  });

  test('gives the same report as the service', async () => {
    const path = join(directory, '同一份.csv');
    await writeFile(path, '日期,小时,点位,PM2.5\n2018-03-01,01,air-town,5\n2018-03-01,02,没有的站,6\n');
    const answer = await client.upload(await readFile(path), { dryRun: 'true' }, '同一份.csv');
    const ended = await cli(['import', path, '--dry-run', '--json'], { JUDGE_DATE: '2024-12-31' });
    expect(ended.code).toBe(3);
    const given = JSON.parse(ended.stdout) as UploadReport & { path: string };
    const { uploadedAt, uploadedBy, recomputed, ...expected } = answer.body;
    void [uploadedAt, uploadedBy, recomputed];
    expect(given).toMatchObject({ ...expected, path, uploadedBy: '命令行（系统）' });
    expect(ended.stderr).toMatch(/有错误，未入库 +1/);
  });

  test('killed in the middle of a folder, it goes on where it stopped', async () => {
    const folder = await folderOf('killed', 2020, 6);
    const killed = await cli(['import', folder], { FAULT_POINT: 'before-commit:service:4' });
    expect(killed.signal).toBe('SIGKILL');
    // The fourth was wholly undone, the three before it are wholly there.
    expect(await storedCount(2020)).toBe(3 * 24 * 2);
    const resumed = await cli(['import', folder]);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain('跳过 3 个已导入过的文件');
    expect(resumed.stdout).toMatch(/已入库 +3 +72 +72/);
    expect(await storedCount(2020)).toBe(6 * 24 * 2);
    const { items } = (await client.get<{ items: UploadReport[] }>('/api/v1/uploads?limit=6')).body;
    expect(items.map(({ fileName, status }) => [fileName, status])).toEqual(
      [6, 5, 4, 3, 2, 1].map((month) => [`0${month}月.csv`, 'committed']),
    );
    expect((await listIncoming(service.dataDir)).length).toBeLessThanOrEqual(1);
  });

  test('killed after the commit but before it could say so, it does not import the file twice', async () => {
    const folder = await folderOf('told', 2021, 2);
    const killed = await cli(['import', folder], { FAULT_POINT: 'after-commit:service:1' });
    expect(killed.signal).toBe('SIGKILL');
    const resumed = await cli(['import', folder]);
    expect(resumed.stdout).toContain('跳过 1 个已导入过的文件');
    expect(await storedCount(2021)).toBe(2 * 24 * 2);
  });

  test('reads by the settings of a source, keeps a mapping there, makes sites; and resumes with the same', async () => {
    const columns = [
      { position: 0, role: 'site' },
      { position: 1, role: 'datetime' },
      { position: 2, role: 'item', indicator: 'pm25' },
    ];
    const named = { nameZh: '采集仪', options: { delimiter: ';' } };
    expect((await client.send('PUT', '/api/v1/sources/logger', named)).status).toBe(200);
    const mapping = join(directory, 'mapping.json');
    await writeFile(mapping, JSON.stringify({ header: false, columns }));
    const first = join(directory, '采集1.txt.csv');
    await writeFile(first, '命令行新站;2016-01-01 08:00;35\n');
    const said = ['--source', 'logger', '--create-sites'];
    const kept = await cli(['import', first, ...said, '--mapping', mapping, '--save-mapping', '--json']);
    expect(kept.code).toBe(0);
    expect(JSON.parse(kept.stdout)).toMatchObject({
      status: 'committed',
      createdSites: [{ name: '命令行新站' }],
      source: { code: 'logger', version: 1, mappingVersion: 2 },
    });
    const second = join(directory, '采集2.csv');
    await writeFile(second, '命令行新站;2016-01-01 09:00;36\n');
    expect(await cli(['import', second, ...said])).toMatchObject({ code: 0 });
    const again = await cli(['import', second, ...said]);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('跳过 1 个已导入过的文件')]);
    const other = join(directory, '其他.csv');
    await writeFile(other, '站点|监测时间|氨氮|备用\nair-town|2016-01-01 08:00|ND|x\n');
    const read = ['--delimiter', '|', '--ignore-columns', '["备用"]', '--detection-limits', '{"氨氮":0.025}'];
    const tried = await cli(['import', other, ...read, '--dry-run', '--json']);
    expect(JSON.parse(tried.stdout)).toMatchObject({
      options: { delimiter: '|', ignoreColumns: ['备用'], detectionLimits: { 氨氮: 0.025 } },
    });
  });

  test('ends with a code of its own for each way a file may be left out, the gravest first', async () => {
    const good = join(directory, 'good.csv');
    const faulty = join(directory, 'faulty.csv');
    const changed = join(directory, 'changed.csv');
    await writeFile(good, '日期,小时,点位,PM2.5\n2017-01-01,01,air-town,5\n');
    await writeFile(faulty, '日期,小时,点位,PM2.5\n2017-01-02,01,air-town,五\n2017-01-02,02,air-town,6\n');
    await writeFile(changed, '日期,小时,点位,PM2.5\n2017-01-01,01,air-town,7\n');
    expect((await cli(['import', good])).code).toBe(0);
    const refused = await cli(['import', faulty, changed]);
    expect(refused.code).toBe(3);
    expect(refused.stdout).toContain('第 2 行“PM2.5”');
    const asked = await cli(['import', changed]);
    expect([asked.code, asked.stdout]).toEqual([4, expect.stringContaining('库中 5，文件 7')]);
    expect((await cli(['import', changed, '--dry-run'])).code).toBe(4);
    expect((await cli(['import', faulty, '--skip-rows'])).code).toBe(0);
    expect((await cli(['import', changed, '--overwrite', '--reason', '更正', '--by', '张三'])).code).toBe(0);
    const { items } = (await client.get<{ items: UploadReport[] }>('/api/v1/uploads?limit=1')).body;
    expect(items[0]).toMatchObject({ fileName: 'changed.csv', uploadedBy: '张三（系统）' });

    const closed = join(directory, 'closed.csv');
    await writeFile(closed, 'x');
    await chmod(closed, 0o000);
    // Root may read everything.
    if (process.getuid?.() !== 0) expect((await cli(['import', closed, faulty])).code).toBe(1);
    expect(
      (await cli(['import', good], { MAX_UPLOAD_ROWS: '1', DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/x' }))
        .code,
    ).toBe(1);
  });

  test.each([
    [['import']],
    [['import', 'absent.csv']],
    [['import', 'good.csv', '--year', '25']],
    [['import', 'good.csv', '--interval', 'week']],
    [['import', 'good.csv', '--units', '{']],
    [['import', 'good.csv', '--mapping', 'absent.json']],
    [['import', 'good.csv', '--fail-on', 'lost']],
    [['judge', '--verdict', 'fine']],
    [['judge', '--fail-on', 'lost,fine']],
    [['judge', '--as-of', '2024-13-01']],
    [['judge', '--plan', 'absent']],
    [['template', 'absent']],
    [['template', 'all', '--year', '2040', '--out', 'none']],
    [['export', '--from', 'yesterday']],
    [['token', 'create', '--name', '张三']],
    [['nothing']],
  ])('%j is a usage error that says what to write', async (words) => {
    const ended = await cli(words);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toMatch(/用法 \/ usage/);
  });

  test('a wrong setting is a usage error, too', async () => {
    const ended = await cli(['migrate'], { PORT: 'x' });
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('PORT')]);
  });
});

test.each(['migrate', 'import', 'export', 'template', 'judge', 'targets', 'plan', 'target', 'token'])(
  '%s --help explains itself with an example, without a database',
  async (name) => {
    const ended = await cli([name, '--help'], { DATA_DIR: '/nonexistent' });
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout).toContain(`cli -- ${name}`);
    expect(ended.stdout).toContain('示例');
    expect(ended.stdout).toContain('退出码');
  },
);

test('judge filters, and fails on the verdicts that a script asks for', async () => {
  const all = JSON.parse((await cli(['judge', '--as-of', '2024-12-31', '--json'])).stdout) as {
    items: TargetView[];
  };
  expect(all.items).toHaveLength(55);
  const plan = await cli(['judge', '--plan', 'tdbz-2023-55', '--verdict', 'not-reported', '--json']);
  const { items } = JSON.parse(plan.stdout) as { items: TargetView[] };
  expect(items.length).toBeGreaterThan(0);
  expect(items).toEqual(
    all.items.filter(({ planId, verdict }) => planId === 'tdbz-2023-55' && verdict === 'not-reported'),
  );
  expect((await cli(['judge', '--fail-on', 'lost,missed'])).code).toBe(0);
  const failing = await cli(['judge', '--fail-on', 'lost,not-reported']);
  expect([failing.code, failing.stderr]).toEqual([5, expect.stringContaining('未报送')]);
  expect(failing.stdout).toContain('判定');
  expect((await cli(['targets'])).stdout).toBe((await cli(['judge'])).stdout);
});

test('template writes the workbooks, which import takes', async () => {
  expect((await cli(['template'])).stdout).toMatch(/^agriculture\t农业农村局\t2024\t\d+$/m);
  const ended = await cli(['template', 'all', '--year', '2025', '--out', 'templates']);
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  const names = await readdir(join(directory, 'templates'));
  expect(names.sort()).toEqual(
    ended.stdout
      .trimEnd()
      .split('\n')
      .map((path) => path.replace('templates/', ''))
      .sort(),
  );
  expect(names).toContain('报送表_水务局_2025.xlsx');
  const path = join(directory, 'templates', '报送表_自然资源局_2025.xlsx');
  const book = xlsx.read(await readFile(path));
  book.Sheets['报送表']!['C2'] = { t: 'n', v: 20.6 };
  await writeFile(path, xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer);
  const taken = await cli(['import', path]);
  expect([taken.code, taken.stdout]).toEqual([0, expect.stringContaining('新增 1')]);
});

test('export writes what the service answers as CSV', async () => {
  const ended = await cli(['export', '--family', 'air_hour', '--from', '2019-01-01', '--to', '2020-01-01']);
  const response = await fetch(
    `${client.address}/api/v1/readings?format=csv&family=air_hour&from=2019-01-01&to=2020-01-01`,
    { headers: client.headers },
  );
  const csv = Buffer.from(await response.arrayBuffer()).toString();
  expect(csv.split('\r\n').length).toBeGreaterThan(100);
  expect([ended.code, ended.stdout]).toEqual([0, csv]);
  await cli(['export', '--indicator', 'pm25', '--out', 'pm25.csv']);
  expect((await readFile(join(directory, 'pm25.csv'), 'utf8')).split('\r\n').length).toBeGreaterThan(100);
});

test('tokens are made, listed and revoked', async () => {
  const made = await cli([
    'token',
    'create',
    '--name',
    '李\u001b[31m四',
    '--office',
    '水务局',
    '--role',
    'viewer',
  ]);
  expect(made.code).toBe(0);
  const holder = new Client(service.address, made.stdout.trim());
  expect((await holder.get('/api/v1/me')).status).toBe(200);
  const list = await cli(['token', 'list']);
  expect(list.stdout).not.toContain('\u001b');
  const id = /^(\d+)\tviewer\t李/m.exec(list.stdout)![1]!;
  expect((await cli(['token', 'revoke', id])).code).toBe(0);
  expect((await holder.get('/api/v1/me')).status).toBe(401);
});
