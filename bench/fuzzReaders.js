/**
 * Fuzzes the readers with damaged real files: bytes flipped, cut, repeated and inserted, handed to the decoders in a
 * process of their own and uploaded to a service of its own. A crash, a hang, memory beyond its bound, or an answer of 5xx ends the
 * run with the seed and the round that repeat it.
 *
 * `npm run fuzz -- [--minutes 10] [--seed N] [--files directory]`
 */
import { fork, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, URL } from 'node:url';
import { parseArgs } from 'node:util';
import { decodeBytes } from '../dist/ingest/decode/decodeBytes.js';
import { createLookup } from '../dist/ingest/siteLookup.js';
import { streamWorkbook } from '../dist/ingest/workbook/streamWorkbook.js';
import { cutToLines, mutateBytes, randomOf } from './mutateBytes.js';

const hangMs = 20_000;
const tokens = 60;
const kept = fileURLToPath(new URL('fuzzSeeds.json', import.meta.url));
const here = fileURLToPath(import.meta.url);

const ownFiles = [
  ['wide.csv', '日期,小时,点位,PM2.5(μg/m³),PM10(μg/m³),CO（mg/m3）\r\n2025-11-01,01,air-town,35,80,0.5\r\n2025-11-01,24,air-town,NA,—,0.6\r\n'],
  ['long.csv', '点位;时间;项目;数值;单位\nair-town;2025-11-01 01:00;PM2.5;35;μg/m³\nair-town;2025-11-01 02:00;CO;"0,5";mg/m3\n'],
  ['sections.csv', '断面名称,监测时间,水质类别,pH,溶解氧(mg/L),氨氮\n清水河,04-01 08:00,Ⅱ,8.1,"9.2",0.025L\n清水河,04-01 12:00,*,--,断流,<0.025\n'],
  ['rates.csv', '乡镇,年度,秸秆综合利用率(%)\n豫海镇,2024,91.2\n河西镇,2024年上半年,90\n'],
  ['by-site.csv', 'date,hour,type,1001A,1002A\n20250101,0,PM2.5,35,36\n20250101,1,AQI,,50\n'],
].map(([name, text]) => ({ name, bytes: Buffer.from(text) })); // prettier-ignore

function readFiles(directory) {
  let names = [];
  try {
    names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  } catch {
    console.log(`no files at ${directory}: only the built-in ones are damaged`);
  }
  const found = names
    .filter((name) => /\.(?:csv|json|line|xlsx)$/.test(name))
    .sort()
    .map((name) => ({ name: basename(name), bytes: readFileSync(join(directory, name)) }));
  return [...ownFiles, ...found];
}

/** The damaged file of one round: it depends on the seed, the round and the files alone. */
function inputOf(files, seed, round) {
  const random = randomOf(seed ^ Math.imul(round + 1, 0x9e3779b1));
  const { name, bytes } = files[random(files.length)];
  const part = cutToLines(bytes, 200 + random(random(10) === 0 ? 400_000 : 20_000));
  return { name, bytes: mutateBytes(part, random), random };
}

const optionChoices = [
  {},
  { year: '2021' },
  { date: '2024-05-01' },
  { site: 'air-town' },
  { year: '2021', site: 'air-town', onError: 'skip-rows' },
  { onError: 'skip-rows', overwrite: 'true' },
  { units: '{"CO":"ug/m3"}', onError: 'skip-rows' },
  { hourLabel: 'start', interval: 'hour' },
];

// In the child: one input after the other through the decoders; the parent watches the clock.
async function decodeForever({ files: directory, seed, first }) {
  const files = readFiles(directory);
  const scratch = await mkdtemp(join(tmpdir(), 'cei-fuzz-'));
  process.once('disconnect', () => process.exit(0));
  const indicators = JSON.parse(readFileSync(new URL('../seeds/indicators.json', import.meta.url), 'utf8'));
  const site = { id: 1, code: 'air-town', name: '同心', kind: 'air-station', aliases: ['清水河'] };
  const lookup = createLookup([site], indicatorsOf(indicators), 2);
  for (let round = first; process.connected; round += 1) {
    process.send({ round });
    const { bytes, random } = inputOf(files, seed, round);
    if (bytes.subarray(0, 2).toString('latin1') === 'PK') {
      const path = join(scratch, 'fuzz.xlsx');
      writeFileSync(path, bytes);
      let rows = 0;
      for await (const batch of streamWorkbook(path)) rows += batch.records.length;
      if (rows > 5_000_000) throw new Error(`${rows} rows of ${bytes.length} bytes`);
    } else {
      const decoded = await decodeBytes(bytes, lookup, {
        ...(random(2) === 0 ? { year: 2021 } : {}),
        ...(random(3) === 0 ? { site: 'air-town' } : {}),
        ...(random(3) === 0 ? { serialDates: true, fillDownDates: true } : {}),
        lists: random(4) === 0,
      });
      const { rowsRead, rowsRejected, rowsEmpty } = decoded;
      if (rowsRejected + rowsEmpty > rowsRead) throw new Error('more rows rejected than read');
      for (const { values } of decoded.readings) {
        if (values.some((value) => value !== null && !Number.isFinite(value))) throw new Error('no number');
      }
    }
    // Breathing space, so that the parent hears of the round before a hang.
    if (round % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

function indicatorsOf(seed) {
  const list = Array.isArray(seed) ? seed : (seed.indicators ?? seed.rows);
  const bounds = { plausibleMin: null, plausibleMax: null, possibleMin: null, possibleMax: null };
  return list.map((indicator) => ({ ...bounds, synonyms: [], ...indicator }));
}

function watchDecoder(options, fail) {
  let round = 0;
  let beat = Date.now();
  const child = fork(here, ['child'], { execArgv: ['--max-old-space-size=512', '--enable-source-maps'] });
  child.send(options);
  child.on('message', (message) => {
    round = message.round;
    beat = Date.now();
  });
  child.on('exit', (code, signal) => {
    if (!stopped) fail(`the decoder ended with ${signal ?? code} in round ${round}`);
  });
  let stopped = false;
  const timer = setInterval(() => {
    if (Date.now() - beat > hangMs) fail(`the decoder hangs in round ${round}`);
  }, 1_000);
  return {
    rounds: () => round,
    stop() {
      stopped = true;
      clearInterval(timer);
      child.kill('SIGKILL');
    },
  };
}

async function startService(directory) {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', '--max-old-space-size=768', 'dist/main.js'],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: '0',
        LOG_LEVEL: 'error',
        DATA_DIR: join(directory, 'data'),
        EMBEDDED_HOME: join(directory, 'home'),
      },
    },
  );
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err = (err + text).slice(-20_000)));
  for (let tries = 0; !/^cei_\S+\n$/m.test(out); tries += 1) {
    if (tries > 600 || child.exitCode !== null) throw new Error(`the service did not start:\n${out}${err}`);
    await sleep(100);
  }
  const address = /http:\/\/[\d.:]+/.exec(out)[0];
  return { child, address, token: /^(cei_\S+)\n$/m.exec(out)[1], errors: () => err };
}

async function createTokens({ address, token }) {
  const made = [];
  for (let index = 0; index < tokens; index += 1) {
    const response = await fetch(`${address}/api/v1/tokens`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        name: `fuzz ${index}`,
        office: 'fuzz',
        role: 'uploader',
        expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      }),
    });
    if (response.status !== 201) throw new Error(`token: ${response.status} ${await response.text()}`);
    made.push((await response.json()).token);
  }
  return made;
}

const expected = new Set([200, 201, 400, 409, 413, 422]);

async function uploadUntil(end, service, files, seed, counts, fail) {
  const names = await createTokens(service);
  for (let round = 0; Date.now() < end(); round += 1) {
    const { name, bytes, random } = inputOf(files, seed + 1, round);
    const form = new FormData();
    const options = { ...optionChoices[random(optionChoices.length)] };
    if (random(3) > 0) options.dryRun = 'true';
    for (const [key, value] of Object.entries(options)) form.set(key, value);
    form.set('file', new Blob([bytes]), name);
    const where = `upload in round ${round} (${name}, ${JSON.stringify(options)})`;
    try {
      const response = await fetch(`${service.address}/api/v1/uploads`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${names[round % names.length]}` },
        body: form,
        signal: AbortSignal.timeout(hangMs * 3),
      });
      const text = await response.text();
      counts[response.status] = (counts[response.status] ?? 0) + 1;
      if (response.status === 429) {
        await sleep(500);
      } else if (!expected.has(response.status)) {
        fail(`${where}: ${response.status} ${text.slice(0, 500)}\n${service.errors()}`);
      }
    } catch (error) {
      fail(`${where}: ${error.message}\n${service.errors()}`);
    }
    if (service.child.exitCode !== null) fail(`${where}: the service ended\n${service.errors()}`);
  }
}

async function main() {
  const { values } = parseArgs({
    options: { minutes: { type: 'string' }, seed: { type: 'string' }, files: { type: 'string' } },
  });
  const minutes = Number(values.minutes ?? 10);
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const directory = values.files ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
  const files = readFiles(directory);
  console.log(`seed ${seed}, ${minutes} minutes, ${files.length} files`);
  let end = Date.now() + minutes * 60_000;
  const failures = [];
  const fail = (what) => {
    failures.push(what);
    console.error(`seed ${seed}: ${what}`);
    end = 0;
  };
  const scratch = await mkdtemp(join(tmpdir(), 'cei-fuzz-'));
  await chmod(scratch, 0o711);
  const service = await startService(scratch);
  const decoder = watchDecoder({ files: directory, seed, first: 0 }, fail);
  const counts = {};
  try {
    await uploadUntil(() => end, service, files, seed, counts, fail);
  } finally {
    decoder.stop();
    service.child.kill('SIGTERM');
    await new Promise((resolve) => service.child.once('exit', resolve));
    await rm(scratch, { recursive: true, force: true });
  }
  const run = { seed, minutes, files: files.length, decoded: decoder.rounds(), uploads: counts, failures };
  console.log(JSON.stringify(run));
  writeFileSync(kept, `${JSON.stringify([...readKept(), run], null, 2)}\n`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

function readKept() {
  try {
    return JSON.parse(readFileSync(kept, 'utf8'));
  } catch {
    return [];
  }
}

if (process.argv[2] === 'child') process.once('message', (options) => void decodeForever(options));
else await main();
