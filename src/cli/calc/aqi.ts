import { isDay } from '../../domain/calendar.js';
import {
  chooseStandard,
  pollutantLabels,
  pollutants,
  type AqiStandard,
  type Pollutant,
  type Standards,
} from '../../domain/standard.js';
import { computeDailyAqi, type AqiReport } from '../../statistics/aqi.js';
import { CellError, type Calculation } from './calculation.js';
import { parseConcentration } from './concentration.js';

const inputColumns = [
  'case_id', 'standard', 'date', 'so2', 'no2', 'co', 'o3_8h', 'o3_1h_max', 'pm10', 'pm25', 'not_monitored_exempt',
]; // prettier-ignore
const resultColumns = [
  'iaqi_so2', 'iaqi_no2', 'iaqi_co', 'iaqi_o3', 'iaqi_pm10', 'iaqi_pm25', 'aqi_calculated', 'aqi_published', 'level',
  'category', 'color', 'primary', 'iaqi_over_100', 'good_day', 'heavy_day',
]; // prettier-ignore

/**
 * `calc aqi`: one day a row. The date picks the version. A `standard` cell that names another one is overruled: the
 * row is computed by its date, the cell is written as the version used, and a warning goes to stderr, so that no
 * figure ever leaves under a version that did not make it.
 */
export function createAqiCalculation(standards: Standards): Calculation {
  return {
    inputColumns,
    resultColumns,
    compute(cell, warn) {
      const standard = pickStandard(standards, cell, warn);
      const value = (column: string) => parseConcentration(column, cell(column));
      const day = {
        so2: value('so2'),
        no2: value('no2'),
        co: value('co'),
        o3_8h: value('o3_8h'),
        o3_1h: value('o3_1h_max'),
        pm10: value('pm10'),
        pm25: value('pm25'),
      };
      const report = computeDailyAqi(standard, day, parseExempt(cell('not_monitored_exempt')));
      const inputs = inputColumns.map((column) => (column === 'standard' ? standard.id : cell(column)));
      return [...inputs, ...formatReport(report)];
    },
  };
}

function pickStandard(
  standards: Standards,
  cell: (column: string) => string,
  warn: (message: string) => void,
): AqiStandard {
  const date = cell('date');
  if (!isDay(date)) throw new CellError('date', date, 'expected a day YYYY-MM-DD');
  const standard = chooseStandard(standards.aqi, date);
  const named = cell('standard');
  if (named !== '' && !standards.aqi.some(({ id }) => id === named))
    throw new CellError(
      'standard',
      named,
      `expected ${standards.aqi.map(({ id }) => id).join(', ')} or nothing`,
    );
  if (named !== '' && named !== standard.id)
    warn(`column standard: ${named} is not in force on ${date}; computed under ${standard.id}`);
  return standard;
}

function parseExempt(text: string): Set<Pollutant> {
  const labels = text.split(';').flatMap((label) => label.trim().toUpperCase() || []);
  return new Set(
    labels.map((label) => {
      const found = pollutants.find((p) => pollutantLabels[p] === label);
      if (found === undefined)
        throw new CellError('not_monitored_exempt', text, `expected items such as CO;O3, not ${label}`);
      return found;
    }),
  );
}

function formatReport(report: AqiReport): string[] {
  const index = (p: Pollutant) => report.items[p].iaqi ?? (report.exempt.includes(p) ? '/' : 'NA');
  const labels = (list: readonly Pollutant[]) => list.map((p) => pollutantLabels[p]).join(';');
  const yesNo = (value: boolean | null) => (value === null ? '' : value ? 'Y' : 'N');
  return [
    ...pollutants.map(index),
    report.calculated ?? 'NA',
    report.aqi ?? 'NA',
    report.level?.level ?? 'NA',
    report.level?.category ?? 'NA',
    report.level?.colour ?? 'NA',
    report.aqi === null ? 'NA' : labels(report.primary),
    labels(report.over100),
    yesNo(report.good),
    yesNo(report.heavy),
  ].map(String);
}
