import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import XLSX from '@e965/xlsx';
import { describe, expect, test } from '@jest/globals';
import { families } from '../../domain/family.js';
import { decodeAll } from './decodeBytes.js';
import type { DecodeOptions } from './decodeLookup.js';
import { countCodes, decodeText, readBytes, type DecodedText } from './decodeText.fixture.js';
import { fakeLookup } from './indicators.fixture.js';
import { mappedDataOutcomes } from './mappedDataOutcomes.fixture.js';
import { sharedDataOutcomes, type Outcome } from './sharedDataOutcomes.fixture.js';

// Real files that must not be copied into the project; their outcomes are stated here, their content is not.
const root = path.resolve('../shared/data');
const present = existsSync(root);
const cases = [...sharedDataOutcomes, ...mappedDataOutcomes];

/** `time code=value…` of one reading, in Beijing time. */
function shown({ readings }: DecodedText, index: number): string | undefined {
  const reading = readings.at(index);
  if (reading === undefined) return undefined;
  const { ts, family, values } = reading;
  const time = new Date(ts + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
  const filled = families[family].columns.flatMap((code, i) =>
    values[i] === null ? [] : [`${code}=${values[i]}`],
  );
  return [time, ...filled].join(' ');
}

async function outcomeOf(file: string, options: DecodeOptions): Promise<Outcome> {
  const read = readBytes(readFileSync(path.join(root, file)));
  if ('code' in read) return { refused: [read.code] };
  const decoded = await decodeText(read.text, options);
  const refused = decoded.refused.map(({ code, column }) => (column === '' ? code : `${code} ${column}`));
  if (decoded.plan === undefined) return { encoding: read.encoding, refused };
  const first = shown(decoded, 0);
  const last = shown(decoded, -1);
  return {
    encoding: read.encoding,
    layout: `${decoded.plan.layout} ${decoded.plan.interval}`,
    rows: decoded.rowsRead,
    readings: decoded.readings.length,
    series: decoded.series.length,
    empty: decoded.rowsEmpty,
    rejected: countCodes(decoded.rejected),
    ...(refused.length === 0 ? {} : { refused }),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  };
}

if (!present) console.warn(`skipped: the shared data are not at ${root}`);

(present ? describe : describe.skip)('shared data files', () => {
  test.each(cases)('%s %j', async (file, options, outcome) => {
    expect(await outcomeOf(file, options)).toEqual(outcome);
  });

  test('a workbook with serial dates and blanks from merged cells', async () => {
    const sheet = XLSX.read(readFileSync(path.join(root, 'water-xlsx/水质数据.xlsx'))).Sheets['Sheet1'];
    if (sheet === undefined) throw new Error('no sheet');
    const rows: unknown[][] = XLSX.utils.sheet_to_json(sheet, { header: 1, raw: true, defval: '' });
    const records = rows.map((cells, i) => ({ line: i + 1, cells: cells.map(String) }));
    const decode = (options: DecodeOptions) =>
      decodeAll(records, [], fakeLookup(), { site: '断面', ...options });
    const plain = await decode({});
    expect(countCodes(plain.rejected)).toEqual({ 'date-excel-serial': 2177, 'time-missing': 22 });
    const decoded = await decode({ serialDates: true, fillDownDates: true });
    expect(shown(decoded, 0)).toBe(
      '2024-04-11 00:00 wt=17 ph=7.97 do=12.58 codmn=5.06 nh3n=0.025 tp=0.035 tn=3.91 ec=762.3 turb=11.3',
    );
    expect(shown(decoded, -1)?.slice(0, 30)).toBe('2024-05-15 00:00 wt=17.8 ph=8.');
    expect([decoded.rowsRead, decoded.readings.length, decoded.rejected]).toEqual([2199, 2199, []]);
    expect(decoded.plan?.assumptions).toMatchObject([
      { code: 'assumed-date-filled-down', params: { firstLine: 4 } },
    ]);
  });

  test('every file has a stated outcome', () => {
    const entries = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const files = entries.filter((file) => /\.(?:csv|json|line|xlsx)$/.test(file));
    expect(new Set(cases.map(([file]) => path.normalize(file)))).toEqual(
      new Set(files.map((file) => path.normalize(file))),
    );
  });
});
