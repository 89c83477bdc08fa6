import type { Decimal } from '../../domain/decimal.js';
import {
  averagings,
  pollutantLabels,
  pollutants,
  type AqiStandard,
  type Standards,
} from '../../domain/standard.js';
import { computeIaqi } from '../../statistics/iaqi.js';
import { CellError, type Calculation } from './calculation.js';
import { parseConcentration } from './concentration.js';

const inputColumns = ['case_id', 'standard', 'pollutant', 'averaging', 'unit', 'concentration_raw'];
const resultColumns = ['concentration_rounded', 'iaqi', 'rule'];
const unitSpellings: Readonly<Record<string, readonly string[]>> = {
  'µg/m³': ['', 'ug/m3', 'μg/m3'],
  'mg/m³': ['', 'mg/m3'],
};

/** `calc iaqi`: one concentration a row, under the version that the row names. */
export function createIaqiCalculation(standards: Standards): Calculation {
  return {
    inputColumns,
    resultColumns,
    compute(cell) {
      const standard = standards.aqi.find(({ id }) => id === cell('standard'));
      if (standard === undefined)
        throw new CellError(
          'standard',
          cell('standard'),
          `expected ${list(standards.aqi.map(({ id }) => id))}`,
        );
      const pollutant = pollutants.find((p) => pollutantLabels[p] === cell('pollutant').toUpperCase());
      if (pollutant === undefined)
        throw new CellError(
          'pollutant',
          cell('pollutant'),
          `expected ${list(Object.values(pollutantLabels))}`,
        );
      const averaging = averagings.find((a) => a === cell('averaging'));
      if (averaging === undefined || averaging === 'year')
        throw new CellError('averaging', cell('averaging'), 'expected 1h, 8h or 24h');
      const unit = pollutant === 'co' ? 'mg/m³' : 'µg/m³';
      if (unitSpellings[unit]?.includes(cell('unit').normalize('NFKC')) !== true)
        throw new CellError('unit', cell('unit'), `expected ${unit.replace('µ', 'u').replace('³', '3')}`);
      const text = cell('concentration_raw');
      const { iaqi, rounded, rule } = computeIaqi(
        standard,
        pollutant,
        averaging,
        parseConcentration('concentration_raw', text),
      );
      const printed = rounded === null ? 'NA' : formatRounded(standard, pollutant, rounded, text);
      return [...inputColumns.map(cell), printed, iaqi === null ? 'NA' : String(iaqi), rule];
    },
  };
}

/** As many decimals as the version rounds to; a version that does not round keeps those of the text. */
function formatRounded(
  standard: AqiStandard,
  pollutant: keyof typeof pollutantLabels,
  rounded: Decimal,
  text: string,
): string {
  const { decimals } = standard.inputRounding;
  if (decimals !== null) return rounded.toFixed(decimals[pollutant]);
  return /e/i.test(text) ? rounded.toFixed() : rounded.toFixed(text.split('.')[1]?.length ?? 0);
}

function list(values: readonly string[]): string {
  return values.join(', ');
}
