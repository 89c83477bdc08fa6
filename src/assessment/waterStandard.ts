import type { Standard } from '../domain/standard.js';
import type { SectionBody } from '../domain/waterBody.js';
import type { WaterRules } from '../statistics/waterGrade.js';
import type { WaterMonth } from '../statistics/waterMonths.js';
import type { WaterSiteMonthRow } from '../store/waterSiteMonths.js';

/** The standard that holds for a body of water; `undefined` for groundwater without limits. */
export function limitsOf(rules: WaterRules, body: SectionBody): Standard | undefined {
  return body === 'groundwater' ? rules.groundwater : rules.limits;
}

/** The standards behind the figures of some bodies of water, each once, the limits first. */
export function waterStandardsOf(rules: WaterRules, used: readonly SectionBody[]): Standard[] {
  const limits = (used.length === 0 ? (['river'] as const) : used).map((body) => limitsOf(rules, body));
  return [...new Set(limits)].flatMap((standard) => standard ?? []).concat(rules.evaluation);
}

/** Standard id of a month that no standard judges. */
const noStandard = 'none';

/**
 * What a month is stored with. Groundwater has no class: its items over the class Ⅲ limits stand where the others have
 * their main pollutants, with the multiples of those limits.
 */
export function gradeColumns(
  rules: WaterRules,
  body: SectionBody,
  { result, groundwater }: WaterMonth,
): Pick<WaterSiteMonthRow, 'grade' | 'determining' | 'mainPollutants' | 'standardId'> {
  const over = result?.mainPollutants ?? groundwater?.failing ?? [];
  const determining = result?.determining ?? groundwater?.failing ?? [];
  return {
    grade: result?.grade ?? null,
    determining: determining.map(({ code }) => code),
    mainPollutants: over.map(({ code, multiple }) => ({ code, multiple: multiple?.toString() ?? null })),
    standardId: limitsOf(rules, body)?.id ?? noStandard,
  };
}
