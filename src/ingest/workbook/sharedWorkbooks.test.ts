import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { annotateWorkbook } from './annotateWorkbook.js';
import { cleanScratch, readAll, scratch } from './workbook.fixture.js';

// Real files that must not be copied into the project.
const root = resolve('../shared/data/water-xlsx');
const present = existsSync(root);
afterAll(cleanScratch);

if (!present) console.warn(`skipped: the shared data are not at ${root}`);

(present ? describe : describe.skip)('workbooks of the shared data', () => {
  test.each([
    ['water_info_宁夏回族自治区.xlsx', 10, '宁夏回族自治区|黄河流域|叶盛公路桥|02-04 11:00|Ⅰ|4.3|8.41|10.78|822.3|9.4|1.45|--|0.010|3.26|--|--'],
    ['water_info_甘肃省.xlsx', 20, '甘肃省|黄河流域|扶和桥|02-04 10:00|Ⅰ|6.0|8.01|11.01|592.3|5.1|1.33|0.038|0.010|1.51|--|--'],
  ])('%s', async (file, count, second) => {
    const read = await readAll(join(root, file));
    expect(read.codes).toEqual([]);
    expect(read.rows).toHaveLength(count);
    expect(read.rows[1]?.replace(/^[^:]*: /, '')).toBe(second);
  }); // prettier-ignore

  test('水质数据.xlsx: numbers as text, dates, blank dates, empty sheets', async () => {
    const file = join(root, '水质数据.xlsx');
    const read = await readAll(file);
    expect(read.notes.map(({ sheet, code }) => `${sheet} ${code}`)).toEqual([
      'Sheet2 notice-sheet-empty',
      'Sheet3 notice-sheet-empty',
    ]);
    expect(read.rejected).toEqual([]);
    expect(read.rows).toHaveLength(2_200);
    expect(read.rows[0]).toContain('监测时间|水质类别|水温（℃）|pH(无量纲)|溶氧量(mg/L)');
    expect(read.rows[1]).toBe('Sheet1!2: 2024-04-11|Ⅲ|17.0|7.97|12.58|762.3|11.3|5.06|0.025|0.035|3.91|正常');
    // Not merged any more in the file: the blank stays a blank.
    expect(read.rows[3]).toBe('Sheet1!4: |Ⅱ|19.3|7.69|10.42|1175.1|12.5|3.86|0.054|0.042|9.62|正常');
    expect(read.rows.at(-1)).toMatch(/^Sheet1!2200: 2024-05-15\|Ⅱ\|17\.8\|/);

    const output = join(scratch(), 'annotated.xlsx');
    expect(await annotateWorkbook(file, output, [{ sheet: 'Sheet1', row: 4, text: '日期是空的' }])).toEqual(
      [],
    );
    const again = await readAll(output);
    expect(again.rows[0]).toBe(`${read.rows[0]}|错误原因`);
    expect(again.rows[3]).toBe(`${read.rows[3]}|日期是空的`);
    expect(again.rows[4]).toBe(`${read.rows[4]}|`);
  });
});
