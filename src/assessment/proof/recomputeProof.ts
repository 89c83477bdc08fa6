import { chooseStandard, parseSomeStandards } from '../../domain/standard.js';
import { waterBodyOf } from '../../domain/waterBody.js';
import { computeDayAqi } from '../../statistics/groupDay.js';
import { airDayItems } from '../../statistics/siteDay.js';
import { dayRulesOf, deriveGroupDay, deriveGroupDays, deriveSiteDay, siteDayOfRow } from '../deriveAir.js';
import { deriveWaterMonth, waterRulesOf } from '../deriveWater.js';
import type { Facts } from '../facts.js';
import { earlierYears, judgeTargetsOver } from '../judgeTargets.js';
import { comparePublications } from './comparePublications.js';
import { computeAirPeriodOf, computeWaterPeriodOf, type Computed } from './computePeriods.js';
import {
  canonicalText,
  digestInputs,
  proofFormat,
  throughJson,
  type AirDayInputs,
  type ProofDocument,
  type ProofInputs,
  type ProofRule,
  type ProofStep,
  type StatedWaterRow,
  type TargetInputs,
  type WaterMonthInputs,
} from './proofDocument.js';
import { traceTarget } from './proofSteps.js';
import { indexStep } from './traceAir.js';

/** What a verification found: agreement, or the first place where the document says something else. */
export type ProofVerdict =
  | { readonly agrees: true; readonly sha256: string }
  | {
      readonly agrees: false;
      /** Where in the document, e.g. `steps.12.after`. */
      readonly path: string;
      readonly stated: unknown;
      readonly recomputed: unknown;
    };

/**
 * Computes a proof's figure again from its inputs alone and compares digest, rules, every step and the result. Anything
 * that cannot even be read is a difference.
 */
export async function recomputeProof(document: unknown): Promise<ProofVerdict> {
  let again: ProofDocument;
  const stated = document as ProofDocument;
  try {
    // The digest first: it names a changed input as such.
    const sha256 = digestInputs(stated.inputs);
    if (stated.format !== proofFormat)
      return { agrees: false, path: 'format', stated: stated.format, recomputed: proofFormat };
    if (stated.sha256 !== sha256)
      return { agrees: false, path: 'sha256', stated: stated.sha256, recomputed: sha256 };
    again = await completeProof(stated.inputs);
  } catch (error) {
    return { agrees: false, path: 'inputs', stated: null, recomputed: (error as Error).message };
  }
  const difference = findDifference(stated, throughJson(again), '');
  return difference === undefined ? { agrees: true, sha256: again.sha256 } : { agrees: false, ...difference };
}

/** The whole document that follows from inputs. */
export async function completeProof(inputs: ProofInputs): Promise<ProofDocument> {
  // Decimals and maps become what a reader of the document sees.
  const { steps, result } = throughJson(await computeFigure(inputs));
  return {
    format: proofFormat,
    inputs,
    rules: listRules(inputs),
    steps,
    result,
    sha256: digestInputs(inputs),
  };
}

async function computeFigure(inputs: ProofInputs): Promise<Computed> {
  switch (inputs.kind) {
    case 'target': {
      assertSettings(inputs);
      const facts = factsOfProof(inputs);
      const [judged] = await judgeTargetsOver(facts, inputs.asOf, inputs.target.id);
      if (judged === undefined) throw new Error('the target is not in force');
      const { judgement, ruleAssumptions } = judged;
      const published = comparePublications(inputs.published, () => judgement.value);
      return {
        steps: await traceTarget(facts, judged, inputs),
        result: { judgement, ruleAssumptions, published },
      };
    }
    case 'air-day':
      return computeAirDay(inputs);
    case 'air-period':
      return computeAirPeriodOf(inputs);
    case 'water-month':
      return computeWaterMonthOf(inputs);
    case 'water-period':
      return computeWaterPeriodOf(inputs);
    default:
      throw new Error(`unknown kind ${String((inputs as { kind: unknown }).kind)}`);
  }
}

/** A program that looks back another number of years cannot repeat the figure, and says so instead of computing another. */
function assertSettings({ settings }: TargetInputs): void {
  const own = { earlierYears };
  if (canonicalText(settings) !== canonicalText(throughJson(own)))
    throw new Error(`settings: this version computes with ${canonicalText(own)}`);
}

/** The facts that a target's proof states, in the form in which verdicts are judged. */
export function factsOfProof(inputs: TargetInputs): Facts {
  const standards = parseSomeStandards(inputs.standards);
  const groups = new Map(Object.entries(inputs.groups));
  const { stationDays, earlierDays } = inputs;
  return {
    reference: { standards, sites: new Map(inputs.sites.map((site) => [site.id, site])), groups },
    listTargets: () =>
      Promise.resolve([
        {
          target: inputs.target,
          version: inputs.version,
          effective: inputs.effective,
          document: inputs.document,
        },
      ]),
    listGroupDays: (groupCode, from, to) => {
      const members = groups.get(groupCode) ?? [];
      const within = ({ day }: { readonly day: string }) => day >= from && day < to;
      return Promise.resolve([
        ...earlierDays.filter(within),
        ...deriveGroupDays(standards, groupCode, members.length, stationDays.filter(within)),
      ]);
    },
    listSiteDays: (siteIds, asked) => {
      const wanted = new Set(asked);
      return Promise.resolve(
        stationDays.filter(({ day, siteId }) => wanted.has(day) && siteIds.includes(siteId)),
      );
    },
    listWaterMonths: (siteIds, from, to) =>
      Promise.resolve(
        inputs.waterMonths.filter(
          ({ siteId, month }) => siteIds.includes(siteId) && month >= from && month < to,
        ),
      ),
    listReports: (indicators, endsBy) =>
      Promise.resolve(
        inputs.reports.filter(
          ({ indicator, periodEnd }) => indicators.includes(indicator) && periodEnd <= endsBy,
        ),
      ),
  };
}

function computeAirDay(inputs: AirDayInputs): Computed {
  const { day, group, members } = inputs;
  const standards = parseSomeStandards(inputs.standards);
  const rules = dayRulesOf(standards, day);
  const steps: ProofStep[] = [];
  const found = inputs.stations.flatMap((station) => {
    const { siteId, hours, reported, dustHours } = station;
    const derived = deriveSiteDay(
      { siteId, day },
      { hours, reported, dustHours: dustHours ?? undefined },
      rules,
    );
    if (derived === undefined) return [];
    for (const item of airDayItems) {
      const { value, basis, validHours } = derived.day.items[item];
      const after = { value: value?.toString() ?? null, basis, validHours };
      const hourly = hours?.[item.startsWith('o3') ? 'o3' : item] ?? null;
      steps.push({
        step: 'value-of-station',
        of: `${siteId} ${item}`,
        before: { hours: hourly, reported: reported?.[item] ?? null },
        after,
        rule: 'GB 3095 table 4, HJ 663: validity; mean unrounded',
      });
    }
    for (const item of ['pm10', 'pm25'] as const)
      steps.push({
        step: 'value-without-dust-hours',
        of: `${siteId} ${item}`,
        before: { dustHours },
        after: derived.day.withoutDust[item].value?.toString() ?? null,
      });
    return [{ day: derived.day, dustHours: derived.row.dustHours, row: derived.row }];
  });
  const county = deriveGroupDay(standards, group, members.length, day, found);
  for (const item of airDayItems)
    steps.push({
      step: 'mean-over-stations',
      of: item,
      before: found.map(({ row }) => ({ siteId: row.siteId, value: row[item] })),
      after: county[item],
    });
  const whole = siteDayOfRow({ ...county, siteId: 0, inputs: {} });
  steps.push(indexStep(day, computeDayAqi(chooseStandard(standards.aqi, day), whole)));
  return { steps, result: { county, stations: found.map(({ row }) => row) } };
}

function computeWaterMonthOf(inputs: WaterMonthInputs): Computed {
  const { siteId, month } = inputs;
  const site = inputs.sites.find(({ id }) => id === siteId);
  if (site === undefined) throw new Error(`the proof does not state site ${siteId}`);
  const rules = waterRulesOf({ standards: parseSomeStandards(inputs.standards) }, `${month}-01`);
  const toRow = (row: StatedWaterRow) => ({
    siteId,
    ts: new Date(row.time).getTime(),
    values: new Map(Object.entries(row.values)),
    detectionLimits: new Map(Object.entries(row.detectionLimits)),
    noFlow: row.noFlow,
    maintenance: row.maintenance,
  });
  const derived = deriveWaterMonth(rules, waterBodyOf(site.kind), siteId, month, {
    monthly: inputs.monthly.map(toRow),
    sampled: inputs.sampled.map(toRow),
  });
  const steps = [...derived.month.values].map(([item, mean]): ProofStep => ({
    step: 'mean-over-samples',
    of: item,
    before: derived.used.flatMap((row) =>
      row.values.has(item)
        ? [{ value: row.values.get(item)!, detectionLimit: row.detectionLimits.get(item) ?? null }]
        : [],
    ),
    after: mean.toString(),
    rule: `below detection: ${rules.evaluation.belowDetection.fraction} of the limit`,
  }));
  const items = derived.month.result?.items ?? [];
  steps.push({
    step: 'grade-of-items',
    of: site.name,
    before: items.map(({ code, value }) => ({ code, value: value.toString() })),
    after: {
      items: items.map(({ code, grade }) => ({ code, grade })),
      grade: derived.month.result?.grade ?? null,
    },
    rule: '环办〔2011〕22号: the worst item decides',
  });
  const grade = derived.row.grade?.toString() ?? null;
  const published = comparePublications(inputs.published, () => grade);
  return { steps, result: { ...derived.row, published } };
}

/** The clause of the plan, and every group of the stated documents that names its clause or source. */
function listRules(inputs: ProofInputs): ProofRule[] {
  const documents = inputs.standards;
  const rules: ProofRule[] = [];
  if (inputs.kind === 'target') {
    const { planId, clause, quote } = inputs.target;
    const source = `${inputs.document} ${clause}：${quote}`;
    rules.push({ standard: planId, path: 'target', source, status: 'confirmed' });
  }
  const visit = (standard: string, value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { source, status } = value as { source?: unknown; status?: unknown };
    if (typeof source === 'string' && typeof status === 'string')
      rules.push({ standard, path, source, status });
    for (const [key, inner] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      visit(standard, inner, path === '' ? key : `${path}.${key}`);
  };
  for (const key of Object.keys(documents).sort()) visit(key, documents[key], '');
  return rules;
}

function findDifference(
  stated: unknown,
  again: unknown,
  path: string,
): { path: string; stated: unknown; recomputed: unknown } | undefined {
  if (Object.is(stated, again)) return undefined;
  const both = [stated, again];
  if (both.every((value) => typeof value === 'object' && value !== null)) {
    const a = stated as Record<string, unknown>;
    const b = again as Record<string, unknown>;
    if (Array.isArray(a) !== Array.isArray(b)) return { path, stated, recomputed: again };
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const found = findDifference(a[key], b[key], path === '' ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return { path, stated, recomputed: again };
}
