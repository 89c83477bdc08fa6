import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { rejectCell } from './rejectCell.js';

test('a rejected cell keeps its text and not the stretch of the file it was cut from', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const stretchBytes = 512 * 1024;
  const count = 200;
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: count }, (_, line) => {
    const stretch = Buffer.alloc(stretchBytes, `${line} 的值超过十三个字符，`).toString('utf8');
    return rejectCell(line, 'PM2.5', stretch.slice(1_000, 1_040), { code: 'number-unreadable' });
  });
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  expect(kept.map(({ value }) => value.length)).toEqual(Array(count).fill(40));
  expect(grown).toBeLessThan((count * stretchBytes) / 10);
});

test('the value is cut to 200 characters, and half a pair stays what it is', () => {
  const { value, params } = rejectCell(2, '值', `${'长'.repeat(199)}😀`, { code: 'number-unreadable' });
  expect(value).toBe(`${'长'.repeat(199)}\ud83d`);
  expect(params).toEqual({ column: '值', value });
});
