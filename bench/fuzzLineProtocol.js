/**
 * Fuzzes the line-protocol scanner with damaged lines, in a process of its own that is watched for crashes, hangs and
 * memory. Of every input: nothing is thrown, all of it is read, offsets lie inside of it in order, and faults have a
 * place; of every thirty-second also: cut anywhere into two buffers, it says the same. A failure prints the seed, the round and
 * the input that repeat it.
 *
 * `npm run --silent build && node bench/fuzzLineProtocol.js [--inputs 10000000] [--seed N] [--first round]`
 */
import { Buffer } from 'node:buffer';
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, URL } from 'node:url';
import { parseArgs } from 'node:util';
import { LineScanner } from '../dist/ingest/lineProtocol/lineScanner.js';
import { pointOf } from '../dist/ingest/lineProtocol/parseLineProtocol.js';
import { randomOf } from './mutateBytes.js';

const here = fileURLToPath(import.meta.url);
const kept = fileURLToPath(new URL('fuzzLineProtocolSeeds.json', import.meta.url));
const reportEvery = 20_000;
const hangMs = 60_000;
const mostMegabytes = 400;

const lines = [
  'air,station=S0001,region=R01 pm25=35.2,pm10=80,so2=4.1,no2=12,co=0.52,o3=91 1704067200000000000\n',
  '空气,点位=同心\\ 站,a\\,b\\=c=d\\\\e 说明="第一行\n第二行 \\"好\\"\\n",n=-1i,u=18446744073709551615u,b=TRUE -1\r\n',
  'm f=1e400,g=-0,h=.5,i=5.,j=1_0.5,k=0x1.8p-3,l=9007199254740993i,m=-inf 9223372036854775807\n',
  '# a comment, with = signs\n   \n\r\n  m,t=v f=t\n',
  'm f="open\nm g=1 2\nm h="closed" 3\n',
  'w,section=清水河 ph=8.1,do=9.2,nh3n=0.025 1704067200 \n',
].map((line) => Buffer.from(line));

const pieces = ['\\', '\\ ', '\\,', '\\=', '\\"', '"', '=', ',', ' ', '  ', '\n', '\r', '\r\n', '#', 'i', 'u', 'e', '-', '.', '_', 'x', 'p',
  'inf', 'true', '\t', '\u007f', '\u00a0', '9223372036854775808', '1e999999', '0x', ',a=b', ' c=1', '\u0000'].map((piece) => Buffer.from(piece)); // prettier-ignore

const scratch = Buffer.alloc(4096);

/** The input of one round: it depends on the seed and the round alone, and lives until the next one. */
function inputOf(seed, round) {
  const random = randomOf(seed ^ Math.imul(round + 1, 0x9e3779b1));
  let length = 0;
  for (let count = random(4) === 0 ? 3 : 1; count > 0; count -= 1)
    length += lines[random(lines.length)].copy(scratch, length);
  for (let count = random(6); count > 0 && length > 0; count -= 1) length = damage(length, random);
  return { bytes: scratch.subarray(0, length), random };
}

function damage(length, random) {
  const at = random(length);
  switch (random(6)) {
    case 0:
      scratch[at] ^= 1 << random(8);
      return length;
    case 1:
      scratch[at] = random(256);
      return length;
    case 2: {
      const to = Math.min(length, at + 1 + random(random(4) === 0 ? 60 : 4));
      scratch.copyWithin(at, to, length);
      return length - (to - at);
    }
    case 3:
      return random(4) === 0 ? at : length;
    default: {
      const piece = random(8) === 0 ? lines[random(lines.length)] : pieces[random(pieces.length)];
      scratch.copyWithin(at + piece.length, at, length);
      piece.copy(scratch, at);
      return length + piece.length;
    }
  }
}

const scanner = new LineScanner({ mostFaults: 5 });

function check(condition, what) {
  if (!condition) throw new Error(what);
}

function readWhole(bytes) {
  scanner.reset();
  scanner.open(bytes);
  let from = 0;
  while (scanner.next()) {
    check(
      scanner.measurementStart >= from && scanner.measurementEnd > scanner.measurementStart,
      'measurement',
    );
    from = scanner.measurementEnd;
    for (let tag = 0; tag < scanner.tagCount; tag += 1) {
      check(
        scanner.tagOffsets[3 * tag] > from - 1 &&
          scanner.tagOffsets[3 * tag + 2] > scanner.tagOffsets[3 * tag + 1],
        'tag',
      );
      from = scanner.tagOffsets[3 * tag + 2];
    }
    check(scanner.fieldCount > 0, 'a point without fields');
    for (let field = 0; field < scanner.fieldCount; field += 1) {
      check(scanner.fieldOffsets[3 * field] > from, 'field');
      from = scanner.fieldOffsets[3 * field + 2];
      check(scanner.fieldKinds[field] === 5 || Number.isFinite(scanner.fieldNumbers[field]), 'a number');
    }
    check(from <= scanner.consumed && scanner.consumed <= bytes.length, 'the end of a point');
    check(
      !scanner.hasTime ||
        (Number.isSafeInteger(scanner.epochMs) && scanner.nanoseconds >= 0 && scanner.nanoseconds < 1e6),
      'time',
    );
  }
  check(scanner.consumed === bytes.length, 'bytes were left');
  check(scanner.pointCount + scanner.faultCount <= bytes.length, 'more entries than bytes');
  check(scanner.faults.length === Math.min(5, scanner.faultCount), 'faults');
  for (const fault of scanner.faults)
    check(
      fault.line >= 1 && fault.column >= 1 && fault.column <= bytes.length + 1 && fault.reason !== '',
      'a fault without a place',
    );
}

function everything(parts) {
  const found = [];
  scanner.reset();
  let rest = Buffer.alloc(0);
  parts.forEach((part, index) => {
    const bytes = Buffer.concat([rest, part]);
    scanner.open(bytes, index === parts.length - 1);
    while (scanner.next()) found.push(pointOf(scanner));
    rest = bytes.subarray(scanner.consumed);
  });
  const write = (_, value) => (typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : value);
  return JSON.stringify([found, scanner.faults, scanner.faultCount], write);
}

// In the child: one input after the other; the parent watches the clock and the memory.
function scanForever({ seed, first, inputs }) {
  let points = 0;
  let faults = 0;
  for (let round = first; round < first + inputs; round += 1) {
    const { bytes, random } = inputOf(seed, round);
    try {
      readWhole(bytes);
      points += scanner.pointCount;
      faults += scanner.faultCount;
      if (round % 32 === 0) {
        const at = random(bytes.length + 1);
        check(
          everything([bytes]) === everything([bytes.subarray(0, at), bytes.subarray(at)]),
          `cut at ${at}`,
        );
      }
    } catch (error) {
      process.send({ failure: { seed, round, error: String(error), input: bytes.toString('base64') } });
      process.exit(1);
    }
    if ((round + 1) % reportEvery === 0)
      process.send({ round, megabytes: Math.round(process.memoryUsage.rss() / 1e6) });
  }
  process.send({ done: true, points, faults }, () => process.exit(0));
}

async function main() {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '10000000' },
      seed: { type: 'string' },
      first: { type: 'string', default: '0' },
    },
  });
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  const run = {
    seed,
    first: Number(values.first),
    inputs: Number(values.inputs),
    points: 0,
    faults: 0,
    megabytes: 0,
    failures: [],
  };
  const child = fork(here, ['child']);
  const fail = (failure) => {
    run.failures.push(failure);
    child.kill('SIGKILL');
  };
  let last = Date.now();
  let round = run.first;
  const watch = setInterval(() => {
    if (Date.now() - last > hangMs) fail({ seed, after: round, error: `no progress for ${hangMs} ms` });
  }, 1000);
  child.on('message', (message) => {
    last = Date.now();
    if (message.failure !== undefined) run.failures.push(message.failure);
    if (message.done) Object.assign(run, { points: message.points, faults: message.faults, finished: true });
    round = message.round ?? round;
    run.megabytes = Math.max(run.megabytes, message.megabytes ?? 0);
    if (message.megabytes > mostMegabytes) fail({ seed, after: round, error: `${message.megabytes} MB` });
  });
  child.send({ seed, first: run.first, inputs: run.inputs });
  await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(watch);
  const { finished, ...result } = run;
  if (!finished && result.failures.length === 0)
    result.failures.push({ seed, after: round, error: 'the process died' });
  console.log(JSON.stringify(result));
  writeFileSync(kept, `${JSON.stringify([...readKept(), result], null, 2)}\n`);
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}

function readKept() {
  try {
    return JSON.parse(readFileSync(kept, 'utf8'));
  } catch {
    return [];
  }
}

if (process.argv[2] === 'child') process.once('message', scanForever);
else await main();
