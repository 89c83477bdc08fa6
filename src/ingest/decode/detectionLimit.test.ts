import { describe, expect, test } from '@jest/globals';
import type { DecodeOptions } from './decodeLookup.js';
import { countCodes, decodeText, type DecodedText } from './decodeText.fixture.js';

const limitsOf = ({ readings }: DecodedText) =>
  readings.flatMap(({ notes, values }) =>
    notes.map((note) => [note.raw, note.detectionLimit, values.find((value) => value !== null)]),
  );

describe('detection limits of the request', () => {
  const text =
    '断面,时间,汞(μg/L)\n甲,2025-01-01 08:00,ND\n甲,2025-01-02 08:00,未检出\n甲,2025-01-03 08:00,0.02L\n';

  test.each<[string, DecodeOptions['detectionLimits'], number]>([
    ['by indicator, in the unit of storage', { hg: 0.00004 }, 0.00004],
    ['by name', { 汞: '0.00004' }, 0.00004],
    ['by header, in the unit of its column', { '汞(μg/L)': 0.04 }, 0.00004],
    ['with its own unit', { hg: '0.04μg/L' }, 0.00004],
    ['the header goes first', { hg: 9, '汞(μg/L)': 0.04 }, 0.00004],
  ])('%s', async (_, detectionLimits, limit) => {
    const decoded = await decodeText(text, { detectionLimits });
    expect(limitsOf(decoded)).toEqual([
      ['ND', limit, limit / 2],
      ['未检出', limit, limit / 2],
      ['0.02L', 0.00002, 0.00001],
    ]);
    expect(decoded.rejected).toEqual([]);
  });

  test('long tables', async () => {
    const long = '断面,时间,指标,数值\n甲,2025-01-01 08:00,氨氮,ND\n甲,2025-01-01 08:00,总磷,ND\n';
    const decoded = await decodeText(long, { detectionLimits: { nh3n: 0.025 } });
    expect(limitsOf(decoded)).toEqual([['ND', 0.025, 0.0125]]);
    expect(countCodes(decoded.rejected)).toEqual({ 'detection-limit-missing': 1 });
  });

  test.each<[string, DecodeOptions['detectionLimits']]>([
    ['zero', { hg: 0 }],
    ['negative', { hg: -1 }],
    ['not a number', { hg: NaN }],
    ['text', { hg: 'small' }],
    ['another kind of unit', { hg: '1 ppm' }],
    ['a name nobody knows', { 水银: 1 }],
  ])('refused: %s', async (_, detectionLimits) => {
    expect((await decodeText(text, { detectionLimits })).refused.map(({ code }) => code)).toEqual([
      'option-invalid',
    ]);
  });
});
