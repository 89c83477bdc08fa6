import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCsvRecords, PlainLine, type CsvRecord } from './csvRecords.js';
import { decodeAll } from './decodeBytes.js';
import type { DecodeLookup } from './decodeLookup.js';
import { fakeLookup } from './indicators.fixture.js';
import { readPlainNumber } from './numberCell.js';

const sites = ['1001A', '官庄坪', 'B-2'];
const lookup: DecodeLookup = {
  ...fakeLookup(),
  findSite: (name) => {
    const id = sites.indexOf(name.trim());
    return id < 0 ? undefined : { id: id + 1, code: name, name, kind: 'air-station' };
  },
};

/** Decodes a text with lines as they are read, and with every line cut into cells beforehand. */
async function decodeBoth(text: string, delimiter: string) {
  const lines: CsvRecord[] = [];
  for await (const { records } of readCsvRecords([text], { delimiter })) lines.push(...records);
  const cut = lines.map(({ line, cells }): CsvRecord => ({ line, cells: [...cells] }));
  // The cells were asked for above; what is kept of them must not matter.
  const plain = await decodeAll(lines, [], lookup, {}, delimiter);
  const full = await decodeAll(cut, [], lookup, {}, delimiter);
  return { plain, full, plainLines: lines.filter((line) => line instanceof PlainLine).length };
}

const number = fc.oneof(
  { arbitrary: fc.integer({ min: -20, max: 400 }).map(String), weight: 6 },
  { arbitrary: fc.tuple(fc.integer({ min: 0, max: 400 }), fc.nat(9999)).map(([a, b]) => `${a}.${b}`), weight: 6 },
  fc.constantFrom('', ' ', '—', 'NA', '0', '-0', '-0.0', '007', '1.', '.5', '1e2', '+3', '1,5', '12L', '<0.5', ' 12', '12 '),
  fc.constantFrom('１２', '断流', '123456789012345', '1234567890123456', '0.1234567890123456', '99999', '"7"', '"1\n2"', '--'),
); // prettier-ignore
const time = fc.oneof(
  { arbitrary: fc.constantFrom('2024-03-01', '2024-03-02', '2024/3/2'), weight: 8 },
  fc.constantFrom('', '2024-02-30', '20240301', '2024年3月1日', '01/02/2024', '—'),
);
const hour = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 24 }).map((n) => String(n).padStart(2, '0')), weight: 8 },
  fc.constantFrom('', '25', '8时', '08:00', '08:30', 'x', '24:00'),
);
const site = fc.oneof(
  { arbitrary: fc.constantFrom(...sites), weight: 8 },
  fc.constantFrom('', ' 1001A ', '没有的点', '"1001A"'),
);

describe('a plain row comes out as the full reading of its cells', () => {
  const heads = [
    ['日期', '小时', '点位', 'SO2', 'NO2', 'CO', 'O3', 'PM10', 'PM2.5'],
    ['点位', '日期', '小时', 'PM2.5', 'PM10', '备注'],
    ['日期', '小时', '点位', 'CO(μg/m³)', 'PM2.5'],
    ['日期', '小时', '点位', 'PM10', 'AQI', 'PM2.5'],
    ['日期', '点位', 'SO2', 'PM10', 'PM2.5'],
    ['采样时间', '断面', 'pH', '氨氮', '总磷'],
  ];
  test.each(heads.map((head) => [head.join(','), head] as const))('%s', async (_, head) => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            time,
            hour,
            site,
            fc.array(number, { minLength: 7, maxLength: 7 }),
            fc.integer({ min: -1, max: 9 }),
          ),
          { minLength: 1, maxLength: 12 },
        ),
        fc.constantFrom(',', '\t', ';'),
        fc.constantFrom('\n', '\r\n'),
        async (rows, delimiter, lineEnd) => {
          const lines = rows.map(([date, clock, name, values, odd]) => {
            const rest = [...values];
            const cells = head.map((header) => {
              if (header === '日期' || header === '采样时间') return date;
              if (header === '小时') return clock;
              return header === '点位' || header === '断面' ? name : rest.pop()!;
            });
            // Now and then a cell too many or too few.
            if (odd === 0) cells.pop();
            if (odd === 1) cells.push('');
            return cells.join(delimiter);
          });
          const { plain, full, plainLines } = await decodeBoth(
            [head.join(delimiter), ...lines].join(lineEnd),
            delimiter,
          );
          expect(plain).toEqual(full);
          taken += plainLines;
        },
      ),
      { numRuns: 150, seed: 20251122 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

test('a plain number is the one that reading its text gives', () => {
  const digits = fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 17 })
    .map((all) => all.join(''));
  const text = fc.oneof(
    fc.tuple(fc.constantFrom('', '-'), digits, fc.nat(17)).map(([sign, all, at]) => {
      const cut = at % (all.length + 1);
      return cut === 0 ? sign + all : `${sign}${all.slice(0, cut)}.${all.slice(cut)}`;
    }),
    fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-', 'e', ' ', '１'), maxLength: 8 }),
  );
  fc.assert(
    fc.property(text, (written) => {
      const plain = /^-?\d+(?:\.\d+)?$/.test(written) && written.replace(/\D/g, '').length <= 15;
      expect(Object.is(readPlainNumber(written), plain ? Number(written) + 0 : NaN)).toBe(true);
    }),
    { numRuns: 20_000, seed: 20251122 },
  );
});
