import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { streamWorkbook } from './streamWorkbook.js';
import { cleanScratch, collect, inlineRows, partsOf, scratch, textOf, zipOf } from './workbook.fixture.js';

const rounds = Number(process.env['FUZZ_ROUNDS'] ?? 1_000);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_250_101);
const directory = scratch();
afterAll(cleanScratch);

/** Numbers from 0 up to a limit, the same for the same seed (mulberry32). */
function randomOf(start: number): (limit: number) => number {
  let state = start >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const rows = inlineRows(Array.from({ length: 20 }, (_, i) => [`站点${i}`, `${i}.5`, '正常 &amp; 好']));
const raw = {
  data: `${rows}<row r="30"><c r="A30" t="s"><v>0</v></c><c r="B30" s="1"><v>45393.5</v></c></row>`,
  tail: '<mergeCells><mergeCell ref="A1:A3"/></mergeCells>',
  strings: '<si><t>共享</t></si>',
  formats: ['yyyy-mm-dd'],
};

/** Reads what was made of the workbook: an answer within a second, never a crash. */
async function survives(bytes: Buffer, name: string): Promise<boolean> {
  const file = join(directory, 'fuzz.xlsx');
  writeFileSync(file, bytes);
  const started = performance.now();
  try {
    const read = await collect(streamWorkbook(file));
    expect(performance.now() - started).toBeLessThan(5_000);
    return read.broken;
  } catch (error) {
    throw new Error(`${name}, seed ${seed}`, { cause: error });
  }
}

test(`bytes flipped in an archive, ${rounds} rounds, seed ${seed}`, async () => {
  console.log(`fuzz: seed ${seed}, rounds ${rounds} (FUZZ_SEED, FUZZ_ROUNDS)`);
  const random = randomOf(seed);
  const valid = await zipOf(partsOf(raw));
  let refused = 0;
  for (let round = 0; round < rounds; round += 1) {
    const bytes = Buffer.from(valid);
    for (let flips = 1 + random(4); flips > 0; flips -= 1) bytes[random(bytes.length)] = random(256);
    const cut = random(10) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
    if (await survives(cut, `archive, round ${round}`)) refused += 1;
  }
  expect(refused).toBeGreaterThan(rounds / 2);
}, 300_000);

// Behind the checksums nothing of the XML reader would be reached by flips in the archive.
test(`characters changed in the parts, ${rounds} rounds, seed ${seed}`, async () => {
  const random = randomOf(seed + 1);
  const pieces = [
    '<',
    '>',
    '"',
    '&',
    '/',
    '=',
    ' ',
    '<c>',
    '</row>',
    '<!--',
    ']]>',
    '<![CDATA[',
    '\u0001',
    '中',
    '9',
  ];
  for (let round = 0; round < rounds; round += 1) {
    const parts = partsOf(raw).map(([name, content]) => [name, textOf(content)] as const);
    const target = random(parts.length);
    const changed = parts.map(([name, content], index) => {
      if (index !== target) return [name, content] as const;
      const at = random(content.length);
      const piece = pieces[random(pieces.length)] ?? '';
      return [name, content.slice(0, at) + piece + content.slice(at + random(3))] as const;
    });
    await survives(await zipOf(changed), `parts, round ${round}`);
  }
}, 300_000);
