import type { Decimal } from '../../domain/decimal.js';
import { parseDecimal, roundHalfEven } from '../../domain/decimal.js';
import type { Standards } from '../../domain/standard.js';
import { formatGrade } from '../../domain/waterGrade.js';
import { computeWaterGrade, type WaterGradeResult, type WaterRules } from '../../statistics/waterGrade.js';
import { CellError, type Calculation } from './calculation.js';

const inputColumns = ['case_id', 'body', 'items'];
const resultColumns = [
  'grade', 'grade_num', 'quality_word', 'determining_items', 'main_pollutants', 'multiples_vs_class3', 'meets_class3',
  'meets_class4',
]; // prettier-ignore

/** `calc water`: one sample a row, `items` as `code=value;…`; `0.025L` or `<0.025` counts as half the limit. */
export function createWaterCalculation(standards: Standards): Calculation {
  const limits = standards.waterLimits.at(-1);
  const evaluation = standards.waterEvaluation.at(-1);
  if (limits === undefined || evaluation === undefined) throw new Error('no standard for surface water');
  const rules = { limits, evaluation };
  return {
    inputColumns,
    resultColumns,
    compute(cell) {
      const body = cell('body');
      if (body !== 'river' && body !== 'lake') throw new CellError('body', body, 'expected river or lake');
      const result = computeWaterGrade(rules, body, parseItems(rules, cell('items')));
      return [...inputColumns.map(cell), ...formatResult(result)];
    },
  };
}

function parseItems({ limits, evaluation }: WaterRules, text: string): Map<string, Decimal> {
  const values = new Map<string, Decimal>();
  for (const part of text.split(';').filter((piece) => piece.trim() !== '')) {
    const [label = '', valueText = '', ...rest] = part.split('=').map((piece) => piece.trim());
    const item = limits.items.list.find((i) => i.label.toLowerCase() === label.toLowerCase());
    if (item === undefined || rest.length > 0)
      throw new CellError('items', part, 'expected code=value with a code of GB 3838-2002 table 1');
    if (values.has(item.code)) throw new CellError('items', part, 'the item occurs twice');
    const below = /^(?:<(.*)|(.*)L)$/.exec(valueText);
    const number = parseDecimal(below ? (below[1] ?? below[2] ?? '') : valueText);
    if (number === undefined) throw new CellError('items', part, 'expected a decimal number, or 0.025L');
    if (number.lt(0) && item.code !== 'wt')
      throw new CellError('items', part, 'a concentration is not negative');
    values.set(item.code, below ? number.times(evaluation.belowDetection.fraction) : number);
  }
  return values;
}

function formatResult(result: WaterGradeResult): string[] {
  const { grade, qualityWord, determining, mainPollutants } = result;
  if (grade === null) return ['NA', 'NA', 'NA', '', '', '', '', ''];
  const multiples = mainPollutants.map(({ multiple }) =>
    multiple === null ? '' : roundHalfEven(multiple, 4).toFixed(4),
  );
  return [
    formatGrade(grade),
    String(grade),
    qualityWord ?? '',
    determining.map(({ label }) => label).join(';'),
    mainPollutants.map(({ label }) => label).join(';'),
    multiples.join(';'),
    grade <= 3 ? 'Y' : 'N',
    grade <= 4 ? 'Y' : 'N',
  ];
}
