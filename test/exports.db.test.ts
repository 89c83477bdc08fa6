import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import xlsx from '@e965/xlsx';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { routes } from '../src/http/routes.js';
import { Client } from './client.js';
import { ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(120_000);
const run = promisify(execFile);

const command = "=cmd|'/c calc'!A1";
const siteName = '=HYPERLINK("http://x","站")';
const formulaLike = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u;
const number = /^-?\d+(?:\.\d+)?$/;

let yard: ServiceYard;
let service: ServiceProcess;
let client: Client;
let directory: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('data'), { JUDGE_DATE: '2025-12-31' });
  client = new Client(service.address, await service.firstToken());
  directory = await mkdtemp(join(tmpdir(), 'cei-exports-'));
  await client.createSite('hostile-town', siteName, 'township', ['@SUM(1)', '+1+1']);
  await client.createSite('hostile-air', '-2+3', 'air-station');
});
afterAll(async () => {
  await yard.clean();
  await rm(directory, { recursive: true, force: true });
});

async function download(path: string): Promise<{ content: Buffer; headers: Headers }> {
  const response = await fetch(`${client.address}${path}`, { headers: client.headers });
  expect([path, response.status]).toEqual([path, 200]);
  return { content: Buffer.from(await response.arrayBuffer()), headers: response.headers };
}

/** What a spreadsheet would run of a CSV; numbers are none, whatever their sign. */
function formulasOf(csv: string): string[] {
  const rows = parse(csv, { bom: true, relax_column_count: true });
  return rows.flat().filter((cell) => formulaLike.test(cell) && !number.test(cell));
}

/** Formula cells of a workbook, and texts that become formulas as soon as somebody edits them. */
function formulasOfWorkbook(content: Buffer, onlyColumn?: string): string[] {
  const book = xlsx.read(content, { cellStyles: true, cellFormula: true });
  return book.SheetNames.flatMap((name) =>
    Object.entries(book.Sheets[name]!).flatMap(([at, cell]: [string, xlsx.CellObject]) => {
      if (at.startsWith('!') || (onlyColumn !== undefined && !at.startsWith(onlyColumn))) return [];
      if (cell.f !== undefined) return [`${at}: ${cell.f}`];
      return onlyColumn !== undefined && cell.t === 's' && formulaLike.test(String(cell.v))
        ? [`${at}: ${String(cell.v)}`]
        : [];
    }),
  );
}

async function errorsOf(
  content: Buffer | string,
  name: string,
): Promise<{ content: Buffer; headers: Headers }> {
  const refused = await client.upload(content, {}, name);
  expect([name, refused.status]).toEqual([name, 422]);
  return download(`/api/v1/uploads/${refused.body.report!.id}/errors`);
}

test('every route and command that gives a table is tried here', async () => {
  const tables = /csv|spreadsheet|excel|tab-separated/;
  const giving = routes.filter(({ otherContent = {} }) =>
    Object.keys(otherContent).some((type) => tables.test(type)),
  );
  expect(giving.map(({ path }) => path).sort()).toEqual([
    '/api/v1/readings',
    '/api/v1/suspects',
    '/api/v1/targets.xlsx',
    '/api/v1/templates/:office.xlsx',
    '/api/v1/uploads/:id/errors',
  ]);
  const commands = resolve('src/cli/commands');
  const writing: string[] = [];
  for (const file of await readdir(commands)) {
    if (/\bout: textOption/.test(await readFile(join(commands, file), 'utf8'))) writing.push(file);
  }
  expect(writing.sort()).toEqual(['exportReadings.ts', 'ledger.ts', 'templates.ts']);
});

test('readings as CSV, from the service and from the command line', async () => {
  const rows = ['hostile-air,2025-03-01 01:00,-1,70', 'hostile-air,2025-03-01 02:00,35,71'].join('\n');
  expect((await client.upload(`点位,监测时间,PM2.5,PM10\n${rows}\n`, {}, `${command}.csv`)).status).toBe(201);
  const csv = (await download('/api/v1/readings?format=csv&site=hostile-air')).content.toString();
  expect(formulasOf(csv)).toEqual([]);
  expect(csv).toContain("'-2+3");
  // Numbers stay numbers, official negatives among them.
  expect(csv).toContain(',-1,');
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DATA_DIR: service.dataDir, LOG_LEVEL: 'silent' };
  const cli = (...words: string[]) =>
    run(process.execPath, [resolve('dist/cli/main.js'), ...words], { env, cwd: directory });
  expect((await cli('export', '--site', 'hostile-air')).stdout).toBe(csv);
  await cli('template', 'all', '--year', '2025', '--out', 'templates');
  const names = await readdir(join(directory, 'templates'));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    expect([name, formulasOfWorkbook(await readFile(join(directory, 'templates', name)))]).toEqual([
      name,
      [],
    ]);
  }
});

test('suspicious values as CSV', async () => {
  const row = 'hostile-air,2025-03-02 01:00,90,40';
  expect((await client.upload(`点位,监测时间,PM2.5,PM10\n${row}\n`)).status).toBe(201);
  const csv = (await download('/api/v1/suspects?format=csv&site=hostile-air')).content.toString();
  expect(formulasOf(csv)).toEqual([]);
  expect(csv).toContain("'-2+3");
  expect(csv).toContain(',90,');
});

test('the ledger: numbers are numbers, Chinese is whole, texts never run, from the service and the command line', async () => {
  const { content, headers } = await download('/api/v1/targets.xlsx?asOf=2025-12-31');
  expect(decodeURIComponent(headers.get('content-disposition')!)).toContain('目标台账_2025-12-31.xlsx');
  expect(formulasOfWorkbook(content)).toEqual([]);
  const book = xlsx.read(content, { cellNF: true });
  expect(book.SheetNames[0]).toBe('说明');
  expect(book.SheetNames.at(-1)).toBe('按责任单位');
  expect(book.SheetNames.length).toBe(4);
  const about = xlsx.utils.sheet_to_json<string[]>(book.Sheets['说明']!, { header: 1 }).flat();
  expect(about).toEqual(expect.arrayContaining(['截至日期：2025-12-31', '数据性质：正式数据']));
  const { body } = await client.get<{
    items: { id: number; limit: string; verdictZh: string; offices: string[] }[];
  }>('/api/v1/targets?asOf=2025-12-31');
  type Cells = Record<string, string | number>;
  const rowsOf = (name: string) => xlsx.utils.sheet_to_json<Cells>(book.Sheets[name]!);
  const byPlan = book.SheetNames.slice(1, -1).flatMap(rowsOf);
  expect(byPlan.map((row) => row['编号']).sort((a, b) => Number(a) - Number(b))).toEqual(
    body.items.map(({ id }) => id),
  );
  for (const item of body.items) {
    const row = byPlan.find((one) => one['编号'] === item.id)!;
    expect([row['目标值'], row['判定'], row['截至']]).toEqual([
      Number(item.limit),
      item.verdictZh,
      '2025-12-31',
    ]);
  }
  expect(rowsOf('按责任单位').length).toBe(
    body.items.reduce((sum, { offices }) => sum + Math.max(1, offices.length), 0),
  );
  const sheet = book.Sheets[book.SheetNames[1]!]!;
  expect(sheet['!autofilter']).toBeDefined();
  const decimal = body.items.find(({ limit }) => /\.\d$/.test(limit))!;
  const cells = Object.values(sheet) as xlsx.CellObject[];
  expect(cells.some(({ v, z }) => v === Number(decimal.limit) && z === '0.0')).toBe(true);
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DATA_DIR: service.dataDir, LOG_LEVEL: 'silent' };
  const words = ['ledger', '--as-of', '2025-12-31', '--out', '台账.xlsx'];
  await run(process.execPath, [resolve('dist/cli/main.js'), ...words], { env, cwd: directory });
  const written = xlsx.read(await readFile(join(directory, '台账.xlsx')));
  expect(written.SheetNames).toEqual(book.SheetNames);
});

test('a template bears hostile names as texts that stay texts, and is read back by them', async () => {
  const { content } = await download('/api/v1/templates/agriculture.xlsx?year=2025');
  const path = join(directory, 'template.xlsx');
  await writeFile(path, content);
  const book = xlsx.read(content, { cellFormula: true });
  const sheet = book.Sheets['报送表']!;
  expect(formulasOfWorkbook(content)).toEqual([]);
  const at = Object.keys(sheet).find((name) => (sheet[name] as xlsx.CellObject).v === siteName)!;
  const row = Number(at.slice(1));
  sheet[`D${row}`] = { t: 'n', v: 91 };
  sheet[`H${row}`] = { t: 's', v: command };
  const filled = xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer;
  const taken = await client.upload(filled, {}, `${command}.xlsx`);
  expect(taken).toMatchObject({ status: 201, body: { rows: { new: 1 } } });
  // Editing a text that begins so would make a formula of it, but for the mark that keeps it a text.
  const styled = xlsx.read(content, { type: 'buffer', bookFiles: true }) as unknown as {
    files: Record<string, { content: Buffer }>;
  };
  const part = Buffer.from(styled.files['xl/worksheets/sheet1.xml']!.content).toString();
  expect(part).toMatch(new RegExp(`<c r="${at}" s="2" t="inlineStr">`));
});

test.each([
  ['comma', ','],
  ['semicolon', ';'],
  ['tab', '\t'],
  ['pipe', '|'],
])('an annotated text with %s keeps every byte, and what it adds is never run', async (_name, delimiter) => {
  const cells = [
    ['点位', '监测时间', 'PM2.5'],
    [command, '2025-04-01 01:00', '35'],
    ['air-town', '2025-04-01 02:00', `1;${command}`.replaceAll(delimiter, ' ')],
    ['air-town', '2025-04-01 03:00', '@x'],
  ];
  const lines = cells.map((row) => row.map((cell) => cell.replaceAll(delimiter, ' ')).join(delimiter));
  const { content, headers } = await errorsOf(`${lines.join('\n')}\n`, `${command}\r\n.csv`);
  expect(headers.get('content-disposition')).not.toMatch(/[\r\n]/);
  const annotated = content.toString().split('\n');
  for (const [index, line] of lines.entries()) {
    expect(annotated[index]!.startsWith(`${line}${delimiter}`)).toBe(true);
    const added = annotated[index]!.slice(line.length + 1);
    // Whatever the reader's program takes for the separator.
    for (const separator of [',', ';', '\t', '|']) {
      const parts = added.replace(/^"|"$/g, '').split(separator);
      expect(parts.filter((part) => formulaLike.test(part))).toEqual([]);
    }
  }
  expect(annotated[1]!.slice(lines[1]!.length)).toContain('cmd');
});

test('an annotated workbook adds texts only', async () => {
  const book = xlsx.utils.book_new();
  const rows = [
    ['点位', '监测时间', 'PM2.5'],
    [command, '2025-04-01 01:00', 35],
    ['air-town', '2025-04-01 02:00', '=1+1'],
  ];
  xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet(rows), '-1+1');
  const { content } = await errorsOf(
    xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer,
    '注.xlsx',
  );
  expect(formulasOfWorkbook(content, 'D')).toEqual([]);
  const read = xlsx.utils.sheet_to_json<string[]>(xlsx.read(content).Sheets['-1+1']!, { header: 1 });
  expect(read[1]!.slice(0, 3)).toEqual(rows[1]);
  expect(read[1]![3]).toContain('cmd');
});
