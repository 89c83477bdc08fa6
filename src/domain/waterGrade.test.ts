import { describe, expect, test } from '@jest/globals';
import { formatGrade, parseGrade } from './waterGrade.js';

describe('parseGrade', () => {
  test.each([
    ['Ⅰ', 1], ['I', 1], ['i', 1], ['ⅰ', 1], ['1', 1], ['１', 1], ['一', 1], ['Ⅰ类', 1], ['一类水', 1],
    ['Ⅱ', 2], ['II', 2], ['Ⅱ 类', 2], ['Ⅲ', 3], ['III类', 3], ['三类水质', 3], ['Ⅳ', 4], ['IV', 4], ['Class IV', 4],
    ['Ⅴ', 5], ['V', 5], ['五', 5], ['劣Ⅴ', 6], ['劣V', 6], ['劣v类', 6], ['劣五', 6], ['劣五类', 6], ['劣5', 6],
    ['6', 6], ['劣 Ⅴ 类', 6], ['Ⅵ', 6],
  ] as const)('%s is %i', (text, grade) => {
    expect(parseGrade(text)).toBe(grade);
  }); // prettier-ignore

  test.each([[''], ['-'], ['*'], ['-1'], ['0'], ['7'], ['优'], ['IIII'], ['1.5'], ['ⅠⅠⅠⅠ'], ['劣']])(
    'reads nothing from "%s"',
    (text) => {
      expect(parseGrade(text)).toBeUndefined();
    },
  );

  test('reads back what formatGrade prints', () => {
    expect(([1, 2, 3, 4, 5, 6] as const).map((grade) => parseGrade(formatGrade(grade)))).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });
});
