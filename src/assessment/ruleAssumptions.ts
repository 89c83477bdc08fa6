import {
  chooseStandard,
  listAssumptions,
  type AirEvaluation,
  type AqiStandard,
  type Standard,
  type Standards,
} from '../domain/standard.js';
import type { Judgement } from '../evaluation/judgement.js';
import { projectionSettingsOf, type ProjectionSettings } from '../evaluation/projectionSettings.js';
import type { WaterRules } from '../statistics/waterGrade.js';

/** The unconfirmed groups of standards whose paths begin with one of those given. */
export function assumptionsOf(standards: readonly Standard[], paths: readonly string[]) {
  return standards.flatMap((standard) =>
    listAssumptions(standard).filter(({ path }) => paths.some((wanted) => path.startsWith(wanted))),
  );
}

/** The unconfirmed rules behind the indexes of days: of every version used, without saying one thing twice. */
export function indexAssumptions(versions: readonly AqiStandard[], evaluation: AirEvaluation) {
  const paths = ['inputRounding', 'daily', 'cap', 'afterTransition'];
  if (versions.length > 1) paths.push('versionChange');
  const found = assumptionsOf(versions, paths);
  // The daily maximum 1 h matters only where a version indexes it.
  const usesOneHour = versions.some(({ daily }) => daily.o3OneHour !== 'never');
  const all = [...found, ...(usesOneHour ? assumptionsOf([evaluation], ['ozoneOneHour']) : [])];
  return all.filter(({ zh }, index) => all.findIndex((one) => one.zh === zh) === index);
}

const waterPaths = [
  'items',
  'period',
  'noFlow',
  'belowDetection',
  'detectionAboveClass',
  'phMean',
  'rounding',
  'mainPollutants',
  'oxygenSaturation',
];

/** The unconfirmed rules behind the verdicts of sections, by the standards of their water. */
export function waterAssumptions({ evaluation }: WaterRules, used: readonly Standard[]) {
  return assumptionsOf([evaluation, ...used.filter((standard) => standard !== evaluation)], waterPaths);
}

/** The settings of projections in force for a period that begins on a day. */
export function projectionOn({ projection }: Pick<Standards, 'projection'>, day: string): ProjectionSettings {
  return projectionSettingsOf(projection.length === 0 ? undefined : chooseStandard(projection, day));
}

/** What a verdict with a projection rests on besides its standards; nothing where there is no projection. */
export function projectionAssumptions(
  { projection }: Pick<Standards, 'projection'>,
  day: string,
  judgement: Pick<Judgement, 'projection'>,
): readonly { readonly zh: string; readonly en: string }[] {
  if (judgement.projection === null || projection.length === 0) return [];
  return listAssumptions(chooseStandard(projection, day));
}
