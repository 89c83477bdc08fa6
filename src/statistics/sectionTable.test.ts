import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { computeSectionTable, type TableSection } from './sectionTable.js';
import { waterRules } from './standards.fixture.js';
import type { WaterSample } from './waterMonths.js';

/** A section by its months: COD of each, `dry` without flow, `null` without a sample. */
function section(name: string, ...months: (string | null)[]): TableSection {
  const samples = months.flatMap((cod, i): WaterSample[] => {
    const month = `2025-0${i + 1}`;
    if (cod === null) return [];
    if (cod === 'dry') return [{ month, values: new Map(), noFlow: true }];
    return [{ month, values: new Map([['cod', { value: new Decimal(cod) }], ['f', { value: new Decimal('0.5') }]]) }];
  }); // prettier-ignore
  return { name, body: 'river', samples };
}

describe('sections × months', () => {
  const table = computeSectionTable(
    waterRules,
    [section('甲', '10', '18', '10'), section('乙', '50', 'dry', '10'), section('丙', '25', '35', null)],
    '2025-01',
    '2025-04',
    { target: 4 },
  );

  test('each section over its months', () => {
    expect(table.rows.map(({ name, period }) => [name, period.result?.grade, period.gradedMonths])).toEqual([
      ['甲', 1, 3],
      ['乙', 4, 2],
      ['丙', 4, 2],
    ]);
    expect(table.rows[1]?.period.failedMonths).toEqual(['2025-01']);
  });

  test('each month over its sections: no flow and missing leave the denominators and are named', () => {
    const shown = table.columns.map(({ month, graded, noFlow, missing, byGrade, goodShare, worstShare, targetShare, failing }) => [
      month, graded, noFlow, missing, byGrade, goodShare?.round(2).toFixed(), worstShare?.round(2).toFixed(),
      targetShare?.round(2).toFixed(), failing,
    ]);
    expect(shown).toEqual([
      ['2025-01', 3, [], [], [1, 0, 0, 1, 0, 1], '33.33', '33.33', '66.67', ['乙']],
      ['2025-02', 2, ['乙'], [], [0, 0, 1, 0, 1, 0], '50', '0', '50', ['丙']],
      ['2025-03', 2, [], ['丙'], [2, 0, 0, 0, 0, 0], '100', '0', '100', []],
    ]);
  }); // prettier-ignore

  test('the share of section-months that meet the target', () => {
    expect([table.gradedMonths, table.targetShare?.round(4).toFixed()]).toEqual([7, '71.4286']);
  });
});

test('without a target there is no such share', () => {
  const table = computeSectionTable(waterRules, [section('甲', '10')], '2025-01', '2025-02');
  expect([table.targetShare, table.columns[0]?.targetShare, table.columns[0]?.failing]).toEqual([null, null, []]);
}); // prettier-ignore

test('a section with approved natural background is graded without it', () => {
  const one = section('甲', '25');
  const removed = new Set(['cod']);
  const table = computeSectionTable(waterRules, [one, { ...one, name: '乙', removed }], '2025-01', '2025-02');
  expect(table.rows.map(({ period }) => period.result?.grade)).toEqual([4, 1]);
});

test('months to come are neither missing nor failed', () => {
  const options = { untilMonth: '2025-02' };
  const table = computeSectionTable(waterRules, [section('甲', null, null)], '2025-01', '2025-03', options);
  expect(table.columns.map(({ missing }) => missing)).toEqual([['甲'], []]);
});

test('no sections: no columns', () => {
  const table = computeSectionTable(waterRules, [], '2025-01', '2025-03');
  expect(table).toEqual({ rows: [], columns: [], gradedMonths: 0, targetShare: null });
});
