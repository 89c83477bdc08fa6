import { isDay } from '../../domain/calendar.js';
import {
  chooseStandard,
  pollutantLabels,
  pollutants,
  type Pollutant,
  type Standards,
} from '../../domain/standard.js';
import { printIaqi, type AqiReport } from '../../statistics/aqi.js';
import { computeDayIndex } from '../../statistics/indexVersion.js';
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
 *
 * @param under computes every row under this version instead; `standard` then names it, and the additional column
 *   `restated` says `Y` where the day's own version is another one.
 * @throws RangeError when there is no such version.
 */
export function createAqiCalculation(standards: Standards, under?: string): Calculation {
  if (under !== undefined && !standards.aqi.some(({ id }) => id === under))
    throw new RangeError(`expected ${standards.aqi.map(({ id }) => id).join(' or ')}, not ${under}`);
  return {
    inputColumns,
    resultColumns: under === undefined ? resultColumns : [...resultColumns, 'restated'],
    compute(cell, warn) {
      checkStandard(standards, cell, under === undefined ? warn : () => undefined);
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
      const exempt = parseExempt(cell('not_monitored_exempt'));
      const { report, version } = computeDayIndex(standards.aqi, cell('date'), day, {
        restatedUnder: under,
        exempt,
      });
      const inputs = inputColumns.map((column) =>
        column === 'standard' ? version.standardId : cell(column),
      );
      const restated = under === undefined ? [] : [version.restated ? 'Y' : 'N'];
      return [...inputs, ...formatReport(report), ...restated];
    },
  };
}

function checkStandard(
  standards: Standards,
  cell: (column: string) => string,
  warn: (message: string) => void,
): void {
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
  const labels = (list: readonly Pollutant[]) => list.map((p) => pollutantLabels[p]).join(';');
  const yesNo = (value: boolean | null) => (value === null ? '' : value ? 'Y' : 'N');
  return [
    ...pollutants.map((p) => printIaqi(report, p)),
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
