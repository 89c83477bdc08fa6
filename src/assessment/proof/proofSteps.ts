import { Decimal } from '../../domain/decimal.js';
import type { Target } from '../../domain/target.js';
import { waterBodyOf } from '../../domain/waterBody.js';
import { findJudgedPeriod, type JudgedPeriod } from '../../evaluation/judgement.js';
import { monthsOf } from '../../evaluation/judgeSections.js';
import { computeWaterPeriod, type WaterPeriod } from '../../statistics/waterMonths.js';
import { waterRulesOf } from '../deriveWater.js';
import type { Facts } from '../facts.js';
import type { JudgedTarget } from '../judgeTargets.js';
import { halfEven, type ProofStep, type TargetInputs } from './proofDocument.js';
import { traceDays, traceMean } from './traceAir.js';

/** The computing and rounding steps of a target's figure, by the statistics functions that judge it. */
export async function traceTarget(
  facts: Facts,
  judged: JudgedTarget,
  { asOf, reports }: Pick<TargetInputs, 'asOf' | 'reports'>,
): Promise<ProofStep[]> {
  const { target } = judged;
  const period = findJudgedPeriod(target, asOf);
  switch (target.kind) {
    case 'annual-mean':
      return [...(await traceMean(facts, target, period)), roundStep(judged), ...traceConclusion(judged)];
    case 'day-share':
      return [...(await traceDays(facts, target, period)), roundStep(judged), ...traceConclusion(judged)];
    case 'day-count':
      return [...(await traceDays(facts, target, period)), ...traceConclusion(judged)];
    case 'section-grade':
      return [...(await traceSections(facts, target, period)), ...traceConclusion(judged)];
    default:
      return [traceReports(judged, reports), ...traceConclusion(judged)];
  }
}

/** Measured statistics are compared at the precision of the target; what offices report, as reported. */
function roundStep({ target, judgement }: JudgedTarget): ProofStep {
  return {
    step: 'round-to-target-precision',
    of: '',
    before: judgement.valueUnrounded,
    after: judgement.value,
    rule: `${halfEven}, ${target.decimals} decimals`,
  };
}

function traceReports({ judgement }: JudgedTarget, reports: TargetInputs['reports']): ProofStep {
  return {
    step: 'value-from-reports',
    of: judgement.inputs.join(', '),
    before: reports.map(({ siteId, periodStart, periodEnd, value, numerator, denominator, writeId }) => ({
      siteId,
      periodStart,
      periodEnd,
      value,
      numerator,
      denominator,
      writeId,
    })),
    after: { valueUnrounded: judgement.valueUnrounded, value: judgement.value },
    rule: '上报数不修约 / reported figures are compared as reported, not rounded',
  };
}

function traceConclusion({ target, judgement }: JudgedTarget): ProofStep[] {
  const { value, verdict, distance } = judgement;
  return [
    {
      step: 'compare',
      of: '',
      before: `${value ?? '-'} ${target.comparison} ${target.limit}`,
      after: distance,
      rule: target.quote,
    },
    {
      step: 'conclude',
      of: '',
      before: { used: judgement.used, missing: judgement.missing },
      after: verdict,
    },
  ];
}

async function traceSections(facts: Facts, target: Target, period: JudgedPeriod): Promise<ProofStep[]> {
  const siteIds = facts.reference.groups.get(target.siteGroup) ?? [];
  const { from, to } = monthsOf(period);
  const rows = await facts.listWaterMonths(siteIds, `${from}-01`, `${to}-01`);
  const rules = waterRulesOf(facts.reference, period.from);
  const until = period.until.slice(0, 7);
  return siteIds.flatMap((siteId): ProofStep[] => {
    const site = facts.reference.sites.get(siteId)!;
    const months = rows
      .filter((row) => row.siteId === siteId && row.month.slice(0, 7) < until)
      .map((row) => ({
        month: row.month.slice(0, 7),
        noFlow: row.noFlow,
        values: new Map(
          Object.entries(row.items).map(([item, text]) => [item, { value: new Decimal(text) }]),
        ),
      }));
    const water = computeWaterPeriod(rules, waterBodyOf(site.kind), months, from, to, { untilMonth: until });
    return waterPeriodSteps(site.name, water);
  });
}

/** The means of the items over the months of a section, and its grade. */
export function waterPeriodSteps(name: string, water: WaterPeriod): ProofStep[] {
  return [
    ...[...water.values].map(([item, mean]): ProofStep => ({
      step: 'mean-over-months',
      of: `${name} ${item}`,
      before: water.months.flatMap(({ month, values }) =>
        values.has(item) ? [{ month, value: values.get(item)!.toString() }] : [],
      ),
      after: mean.toString(),
    })),
    {
      step: 'grade-of-items',
      of: name,
      before: water.result?.items.map(({ code, value }) => ({ code, value: value.toString() })) ?? null,
      after: {
        items: water.result?.items.map(({ code, grade }) => ({ code, grade })) ?? null,
        grade: water.result?.grade ?? null,
        gradedMonths: water.gradedMonths,
        noFlowMonths: water.noFlowMonths,
        missingMonths: water.missingMonths,
      },
      rule: '环办〔2011〕22号: the worst item decides',
    },
  ];
}
