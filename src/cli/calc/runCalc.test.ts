import { readFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { runCalc } from './runCalc.js';

class Sink extends Writable {
  text = '';
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function calc(args: string[], input: string): Promise<{ code: number; out: string; err: string }> {
  const stdout = new Sink();
  const stderr = new Sink();
  const code = await runCalc(args, { stdin: Readable.from([Buffer.from(input)]), stdout, stderr });
  return { code, out: stdout.text, err: stderr.text };
}

const vectors = (name: string) =>
  readFileSync(new URL(`../../../test/vectors/${name}`, import.meta.url), 'utf8');
const iaqiHeader = 'case_id,standard,pollutant,averaging,unit,concentration_raw\n';
const aqiHeader = 'case_id,standard,date,so2,no2,co,o3_8h,o3_1h_max,pm10,pm25,not_monitored_exempt\n';
const waterHeader = 'case_id,body,items\n';

describe('the vectors, byte for byte without their notes', () => {
  test.each([
    ['iaqi', 'air_iaqi.csv', 895],
    ['aqi', 'air_daily_aqi.csv', 91],
    ['water', 'water_grade.csv', 248],
  ])('%s', async (command, file, rows) => {
    const records: string[][] = parse(vectors(file));
    expect(records).toHaveLength(rows + 1);
    const { code, out, err } = await calc([command], vectors(file));
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(stringify(records.map((record) => record.slice(0, -1))));
  });

  test('columns may come in another order, with BOM, CRLF, blank lines and extra columns', async () => {
    const input =
      '\uFEFFnote,concentration_raw,unit,averaging,pollutant,standard,case_id\r\n"a\nb",2.2,mg/m³,24h,co,HJ633-2012,x\r\n\r\n';
    expect(await calc(['iaqi'], input)).toEqual({
      code: 0,
      out: `${iaqiHeader.trim()},concentration_rounded,iaqi,rule\nx,HJ633-2012,co,24h,mg/m³,2.2,2.2,55,table\n`,
      err: '',
    });
  });

  test('many rows keep their order across writes', async () => {
    const rows = Array.from({ length: 1234 }, (_, i) => `R${i},HJ633-2026,PM2.5,24h,ug/m3,${i}`);
    const { out } = await calc(['iaqi'], iaqiHeader + rows.join('\n'));
    const ids = out
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]);
    expect(ids).toEqual(rows.map((row) => row.split(',')[0]));
  });
});

describe('missing is NA, never zero', () => {
  test.each([
    ['empty concentration', 'a,HJ633-2026,CO,24h,mg/m3,', 'NA,NA,not_defined'],
    ['negative concentration', 'a,HJ633-2026,CO,24h,mg/m3,-0.01', 'NA,NA,not_defined'],
    ['zero is a value', 'a,HJ633-2026,CO,24h,mg/m3,0', '0.0,0,table'],
    ['2012 keeps the decimals of the text', 'a,HJ633-2012,PM2.5,24h,ug/m3,1.50', '1.50,3,table'],
    ['2012 with an exponent', 'a,HJ633-2012,PM2.5,24h,ug/m3,1e1', '10,15,table'],
    ['a short unit spelling', 'a,HJ633-2012,PM2.5,24h,µg/m³,10', '10,15,table'],
  ])('iaqi: %s', async (_, row, results) => {
    expect((await calc(['iaqi'], iaqiHeader + row)).out.split('\n')[1]).toBe(`${row},${results}`);
  });

  test('aqi: a day without anything, with exempt items', async () => {
    const { out } = await calc(['aqi'], `${aqiHeader}c,,2026-03-01,,,,,,,,CO; O3\n`);
    expect(out.split('\n')[1]).toBe(
      'c,HJ633-2026,2026-03-01,,,,,,,,CO; O3,NA,NA,/,/,NA,NA,NA,NA,NA,NA,NA,NA,,,',
    );
  });

  test('water: no grading item', async () => {
    const { out } = await calc(['water'], `${waterHeader}a,river,TN=3;WT=-1\nb,lake,\n`);
    expect(out.split('\n').slice(1, 3)).toEqual([
      'a,river,TN=3;WT=-1,NA,NA,NA,,,,,',
      'b,lake,,NA,NA,NA,,,,,',
    ]);
  });
});

test('aqi: the date overrules the standard column, visibly', async () => {
  const { code, out, err } = await calc(
    ['aqi'],
    `${aqiHeader}a,HJ633-2012,2026-03-01,8,15,0.5,60,,140,70,\n`,
  );
  expect(code).toBe(0);
  expect(out.split('\n')[1]).toMatch(/^a,HJ633-2026,2026-03-01,.*,110,110,三级/);
  expect(err).toMatch(/line 2: warning: column standard: HJ633-2012 is not in force on 2026-03-01/);
});

describe('aqi --under: the whole series under one version, labelled', () => {
  const rows = 'a,,2026-02-28,8,15,0.5,60,,130,70,\nb,HJ633-2026,2026-03-01,8,15,0.5,60,,130,70,\n';
  test.each([
    [[], ['HJ633-2012,94', 'HJ633-2026,110']],
    [['--under=HJ633-2026'], ['HJ633-2026,110,Y', 'HJ633-2026,110,N']],
    [['--under=HJ633-2012'], ['HJ633-2012,94,N', 'HJ633-2012,94,Y']],
  ])('%j', async (options, expected) => {
    const { code, out, err } = await calc(['aqi', ...options], aqiHeader + rows);
    expect([code, err]).toEqual([0, '']);
    const [header = [], ...records]: string[][] = parse(out);
    const shown = ['standard', 'aqi_published', 'restated'].map((name) => header.indexOf(name));
    expect(records.map((record) => shown.flatMap((i) => record[i] ?? []).join())).toEqual(expected);
  });

  test('a faulty standard cell is still a fault', async () => {
    const { code } = await calc(['aqi', '--under=HJ633-2026'], `${aqiHeader}a,X,2026-02-28,8,15,0.5,60,,130,70,\n`);
    expect(code).toBe(2);
  }); // prettier-ignore
});

describe('faulty input: exit code 2, line, column and value', () => {
  test.each([
    ['iaqi', 'text as concentration', `${iaqiHeader}a,HJ633-2026,CO,24h,mg/m3,1,\n`.replace(',1,', ',1x'), 'line 2, column concentration_raw: "1x"'],
    ['iaqi', 'a quoted decimal comma', `${iaqiHeader}a,HJ633-2026,CO,24h,mg/m3,"1,5"\n`, 'line 2, column concentration_raw: "1,5"'],
    ['iaqi', 'NaN', `${iaqiHeader}a,HJ633-2026,CO,24h,mg/m3,NaN\n`, 'line 2, column concentration_raw: "NaN"'],
    ['iaqi', 'an unknown standard', `${iaqiHeader}a,HJ633-1996,CO,24h,mg/m3,1\n`, 'line 2, column standard: "HJ633-1996": expected HJ633-2012, HJ633-2026'],
    ['iaqi', 'an unknown pollutant', `${iaqiHeader}a,HJ633-2026,NOx,24h,ug/m3,1\n`, 'line 2, column pollutant: "NOx"'],
    ['iaqi', 'an unknown averaging', `${iaqiHeader}a,HJ633-2026,CO,year,mg/m3,1\n`, 'line 2, column averaging: "year"'],
    ['iaqi', 'CO in µg/m³', `${iaqiHeader}a,HJ633-2026,CO,24h,ug/m3,500\n`, 'line 2, column unit: "ug/m3": expected mg/m3'],
    ['iaqi', 'a missing column', 'case_id,standard,pollutant,averaging,unit\n', 'line 1, column concentration_raw: is missing'],
    ['iaqi', 'a column twice', `unit,${iaqiHeader}`, 'line 1, column unit: occurs twice'],
    ['iaqi', 'an empty file', '', 'line 1: there is no header'],
    ['iaqi', 'a short row', `${iaqiHeader}a,HJ633-2026\n`, 'line 2: '],
    ['iaqi', 'an open quote', `${iaqiHeader}"a,HJ633-2026\n`, 'Quote Not Closed'],
    ['aqi', 'a day that does not exist', `${aqiHeader}a,,2025-02-29,,,,,,,,\n`, 'line 2, column date: "2025-02-29"'],
    ['aqi', 'an unknown standard', `${aqiHeader}a,HJ633,2025-02-28,,,,,,,,\n`, 'line 2, column standard: "HJ633"'],
    ['aqi', 'an unknown exempt item', `${aqiHeader}a,,2025-02-28,,,,,,,,CO;Pb\n`, 'line 2, column not_monitored_exempt: "CO;Pb"'],
    ['aqi', 'text as concentration', `${aqiHeader}a,,2025-02-28,,,,--,,,,\n`, 'line 2, column o3_8h: "--"'],
    ['water', 'an unknown body', `${waterHeader}a,sea,COD=1\n`, 'line 2, column body: "sea"'],
    ['water', 'an unknown item', `${waterHeader}a,river,COD=1;Foo=2\n`, 'line 2, column items: "Foo=2"'],
    ['water', 'an item without value', `${waterHeader}a,river,COD\n`, 'line 2, column items: "COD"'],
    ['water', 'an item twice', `${waterHeader}a,river,COD=1;cod=2\n`, 'line 2, column items: "cod=2": the item occurs twice'],
    ['water', 'a negative concentration', `${waterHeader}a,river,COD=-1\n`, 'line 2, column items: "COD=-1"'],
    ['water', 'a limit that is no number', `${waterHeader}a,river,COD=L\n`, 'line 2, column items: "COD=L"'],
    ['water', 'two equal signs', `${waterHeader}a,river,COD=1=2\n`, 'line 2, column items: "COD=1=2"'],
  ])('%s: %s', async (command, _, input, message) => {
    const { code, err } = await calc([command], input);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err.startsWith(`calc ${command}: `)).toBe(true);
  }); // prettier-ignore

  test('rows before the fault are written, none after it, and further faults are named', async () => {
    const row = (id: string, value: string) => `${id},HJ633-2026,CO,24h,mg/m3,${value}\n`;
    const input = iaqiHeader + row('a', '1') + row('b', 'x') + row('c', '1') + row('d', 'y');
    const { code, out, err } = await calc(['iaqi'], input);
    expect([code, out.trim().split('\n').length]).toEqual([2, 2]);
    expect(err).toContain('line 3, column concentration_raw: "x"');
    expect(err).toContain('line 5, column concentration_raw: "y"');
  });

  test('a file full of faults is summed up', async () => {
    const rows = Array.from({ length: 50 }, () => 'a,HJ633-2026,CO,24h,mg/m3,x\n').join('');
    const { err } = await calc(['iaqi'], iaqiHeader + rows);
    expect(err.trim().split('\n')).toHaveLength(21);
    expect(err).toContain('… and 30 more');
  });
});

describe('water: below detection', () => {
  test.each([['Oil=0.06L'], ['Oil=<0.06'], ['oil = 0.06L ;']])(
    '%s counts as half the limit',
    async (items) => {
      const { out } = await calc(['water'], `${waterHeader}a,river,${items}\n`);
      expect(out.split('\n')[1]).toContain('Ⅰ,1,优');
    },
  );
});

describe('wrong usage: exit code 64', () => {
  test.each([
    [[]],
    [['unknown']],
    [['toString']],
    [['iaqi', 'extra']],
    [['iaqi', '--under=HJ633-2026']],
    [['aqi', '--under=']],
    [['aqi', '--under=HJ633-1996']],
    [['aqi', '--under=HJ633-2026', 'x']],
    [['aqi', 'x']],
  ])('%j', async (args) => {
    const { code, out, err } = await calc(args, '');
    expect([code, out, err.startsWith('usage: ')]).toEqual([64, '', true]);
  });
});

test('a reader that goes away is no fault', async () => {
  const closed = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    },
  });
  const stdin = Readable.from([Buffer.from(vectors('air_iaqi.csv'))]);
  expect(await runCalc(['iaqi'], { stdin, stdout: closed, stderr: new Sink() })).toBe(0);
});

test('another failure of the output is not swallowed', async () => {
  const full = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    },
  });
  const stdin = Readable.from([Buffer.from(vectors('air_iaqi.csv'))]);
  await expect(runCalc(['iaqi'], { stdin, stdout: full, stderr: new Sink() })).rejects.toThrow(
    'no space left',
  );
});
