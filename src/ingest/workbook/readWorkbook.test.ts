import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readWorkbook } from './readWorkbook.js';
import {
  bytesOf,
  cleanScratch,
  collect,
  fileOf,
  inlineRows,
  rawWorkbook,
  readAll,
} from './workbook.fixture.js';
import { writeWorkbook } from './writeWorkbook.js';

afterAll(cleanScratch);

async function largeWorkbook(rows: number): Promise<string> {
  const values = function* (): Generator<(string | number)[]> {
    for (let i = 0; i < rows; i += 1) yield [`站点${i}`, i / 10, i, i * 2, '正常'];
  };
  const columns = ['站点', 'a', 'b', 'c', '状态'].map((header) => ({ header }));
  return fileOf(await bytesOf(writeWorkbook({ sheets: [{ name: 'S', columns, rows: values() }] })));
}

describe('in a worker', () => {
  test('gives what reading in this thread gives', async () => {
    const file = await rawWorkbook({
      sheets: [{ name: '甲', data: inlineRows([['a'], ['1']]) }, { name: '乙', data: inlineRows([['b']]) }, { name: '空' }],
    }); // prettier-ignore
    expect(await collect(readWorkbook(file))).toEqual(await readAll(file));
  });

  test('refusals and faults of the disk', async () => {
    expect((await collect(readWorkbook(fileOf('text')))).codes).toEqual(['workbook-not-xlsx']);
    await expect(collect(readWorkbook('/nowhere.xlsx'))).rejects.toThrow('ENOENT');
  });

  test('a slow reading is stopped', async () => {
    const read = await collect(readWorkbook(await largeWorkbook(20_000), { maxSeconds: 0.001 }));
    expect(read.codes).toEqual(['workbook-too-slow']);
    expect(read.broken).toBe(true);
  });

  test('the time of the caller does not count', async () => {
    const file = await largeWorkbook(5_000);
    let rows = 0;
    for await (const { records, broken } of readWorkbook(file, { maxSeconds: 20 })) {
      expect(broken).toBe(false);
      rows += records.length;
      await sleep(20);
    }
    expect(rows).toBe(5_001);
  }, 60_000);

  test('a reading that needs too much memory is stopped, and we live on', async () => {
    const strings = Array.from({ length: 300_000 }, (_, i) => `<si><t>文字的内容各不相同${i}</t></si>`).join(
      '',
    );
    const file = await rawWorkbook({ data: inlineRows([['a']]), strings });
    const read = await collect(readWorkbook(file, { maxHeapMegabytes: 12 }));
    expect(read.codes).toEqual(['workbook-too-much-memory']);
  }, 60_000);

  test('this thread stays responsive, and leaving early stops the worker', async () => {
    const file = await largeWorkbook(30_000);
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);
    let rows = 0;
    for await (const { records } of readWorkbook(file)) {
      rows += records.length;
      if (rows > 10_000) break;
    }
    clearInterval(timer);
    expect(rows).toBeLessThan(30_000);
    expect(ticks).toBeGreaterThan(5);
  }, 60_000);
});
