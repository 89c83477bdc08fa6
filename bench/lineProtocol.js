/**
 * Reading wide lines (six fields) into typed arrays, against splitting strings and against looking at every byte of the
 * same buffer once: `npm run bench -- lineProtocol`. Only the ratios mean anything.
 */
import { Buffer } from 'node:buffer';
import { LineScanner } from '../dist/ingest/lineProtocol/lineScanner.js';
import { parseLineProtocol } from '../dist/ingest/lineProtocol/parseLineProtocol.js';
import { randomOf } from './mutateBytes.js';

const names = ['pm25', 'pm10', 'so2', 'no2', 'co', 'o3'];
const lines = 200_000;
const rounds = 7;

function makeBody() {
  const random = randomOf(7);
  const texts = [];
  for (let index = 0; index < lines; index += 1) {
    const station = String(index % 2000).padStart(4, '0');
    const fields = names.map(
      (name) => `${name}=${(random(10_000) / (name === 'co' ? 100 : 10)).toFixed(name === 'co' ? 2 : 1)}`,
    );
    const seconds = 1_704_067_200 + Math.floor(index / 2000) * 3600;
    texts.push(
      `air,station=S${station},region=R${String(index % 32).padStart(2, '0')} ${fields.join(',')} ${seconds}000000000\n`,
    );
  }
  return Buffer.from(texts.join(''));
}

const times = new Float64Array(lines);
const values = new Float64Array(lines * names.length);

function scan(body) {
  const scanner = new LineScanner();
  scanner.open(body);
  let row = 0;
  while (scanner.next()) {
    times[row] = scanner.epochMs;
    for (let field = 0; field < scanner.fieldCount; field += 1)
      values[row * 6 + field] = scanner.fieldNumbers[field];
    row += 1;
  }
  return row;
}

function split(body) {
  let row = 0;
  for (const line of body.toString('utf8').split('\n')) {
    if (line === '') continue;
    const [, fields, time] = line.split(' ');
    times[row] = Number(time.slice(0, -6));
    fields.split(',').forEach((field, index) => (values[row * 6 + index] = Number(field.split('=')[1])));
    row += 1;
  }
  return row;
}

const classes = new Uint8Array(256);
classes[10] = 1;
function look(body) {
  let found = 0;
  for (let at = 0; at < body.length; at += 1) found += classes[body[at]];
  return found;
}

const objects = (body) => parseLineProtocol(body).points.length;

const body = makeBody();
const ways = {
  'looking at every byte': look,
  'scanner into typed arrays': scan,
  'splitting strings': split,
  'points as objects': objects,
};
const taken = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round < rounds + 2; round += 1) {
  for (const [name, way] of Object.entries(ways)) {
    const start = process.hrtime.bigint();
    if (way(body) !== lines) throw new Error(`${name} lost lines`);
    if (round >= 2) taken[name].push(Number(process.hrtime.bigint() - start) / 1e6);
  }
}
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const base = median(taken['looking at every byte']);
const splitting = median(taken['splitting strings']);
console.log(`${lines} wide lines of ${Math.round(body.length / lines)} bytes, medians of ${rounds}\n`);
console.log(
  '| way | lines/s | ÷ looking at every byte (time) | ÷ splitting strings (speed) |\n| --- | ---: | ---: | ---: |',
);
for (const [name, list] of Object.entries(taken)) {
  const ms = median(list);
  console.log(
    `| ${name} | ${Math.round(lines / ms / 10) / 100} M | ${(ms / base).toFixed(1)} | ${(splitting / ms).toFixed(1)} |`,
  );
}
