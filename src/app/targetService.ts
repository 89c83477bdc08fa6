import { loadFactsAt } from '../assessment/factsAt.js';
import { judgeTargets, judgeTargetsOver, type JudgedTarget } from '../assessment/judgeTargets.js';
import type { Language } from '../domain/messages.js';
import { verdictZh } from '../domain/verdict.js';
import { localise, type Words } from '../evaluation/words.js';
import type { TargetService, TargetView } from '../http/services.js';
import { inSnapshot, type Pool } from '../store/pool.js';
import { listOffices } from '../store/reference.js';
import { listPlansAt } from '../store/standardVersions.js';
import { listPlans } from '../store/targets.js';
import { listTurningDays } from '../store/verdictDays.js';
import { refuseFuture } from './refuseFuture.js';

/** Judges the targets on request, in the words of one language. */
export function createTargetService(pool: Pool, demoData: () => boolean): TargetService {
  const list = async (asOf: string, language: Language, knownAt?: string, only?: number) => {
    const judged =
      knownAt === undefined
        ? await judgeTargets(pool, asOf, only)
        : await judgeTargetsAt(pool, asOf, knownAt, only);
    const stored = knownAt === undefined ? await listPlans(pool) : await listPlansAt(pool, knownAt);
    const plans = new Map(stored.map((plan) => [plan.id, plan.document]));
    const offices = await listOffices(pool);
    const turned = await listTurningDays(pool, asOf, knownAt ?? null);
    return judged.map((one) =>
      toView(one, {
        asOf,
        knownAt: knownAt ?? null,
        language,
        planDocument: plans.get(one.target.planId) ?? '',
        offices: one.target.offices.map((code) => offices.get(code) ?? code),
        demo: demoData(),
        turnedOn: turnedOn(one, turned.get(one.target.id)),
      }),
    );
  };
  return {
    async list(asOf, language, filter) {
      const views = await list(asOf, language, filter.knownAt);
      return views.filter(
        (view) =>
          (filter.planId === undefined || view.planId === filter.planId) &&
          (filter.verdict === undefined || view.verdict === filter.verdict),
      );
    },
    async find(id, asOf, language, knownAt) {
      return (await list(asOf, language, knownAt, id))[0];
    },
  };
}

/**
 * Judges targets with what was stored at an instant, seeing one state of the database.
 *
 * @throws DomainError `invalid-request` for an instant that is still to come
 */
export async function judgeTargetsAt(
  pool: Pool,
  asOf: string,
  knownAt: string,
  only?: number,
): Promise<JudgedTarget[]> {
  return inSnapshot(pool, async (client) => {
    await refuseFuture(client, knownAt);
    return judgeTargetsOver(await loadFactsAt(client, knownAt), asOf, only);
  });
}

interface ViewContext {
  readonly asOf: string;
  readonly knownAt: string | null;
  readonly language: Language;
  readonly planDocument: string;
  readonly offices: string[];
  readonly demo: boolean;
  readonly turnedOn: string | null;
}

/** While the history lags behind the data, nobody can tell yet. */
function turnedOn(
  { judgement }: JudgedTarget,
  said: { readonly verdict: string; readonly since: string } | undefined,
): string | null {
  return said?.verdict === judgement.verdict ? said.since : null;
}

const dayKinds = new Set(['annual-mean', 'day-share', 'day-count']);

function toView({ target, judgement, ruleAssumptions }: JudgedTarget, context: ViewContext): TargetView {
  const words = (pair: Words) => pair[context.language];
  return {
    id: target.id,
    planId: target.planId,
    planDocument: context.planDocument,
    clause: target.clause,
    name: target.nameZh,
    nameEn: target.nameEn,
    kind: target.kind,
    indicator: target.indicator,
    comparison: target.comparison,
    limit: target.limit,
    unit: target.unit,
    quote: target.quote,
    scope: target.scopeZh,
    offices: context.offices,
    due: target.due,
    asOf: context.asOf,
    knownAt: context.knownAt,
    verdict: judgement.verdict,
    verdictZh: verdictZh[judgement.verdict],
    turnedOn: context.turnedOn,
    value: judgement.value,
    valueUnrounded: judgement.valueUnrounded,
    distance: judgement.distance,
    used: judgement.used,
    missing: judgement.missing,
    unitOfCount: judgement.countUnit,
    inputs: [...judgement.inputs],
    ledger: dayKinds.has(target.kind) ? target.ledger : null,
    otherLedgerValue: judgement.otherLedgerValue,
    yearOnYear: localise(judgement.yearOnYear, context.language),
    certainSince: judgement.certainSince,
    allowed: localise(judgement.allowed, context.language),
    projection: localise(judgement.projection, context.language),
    reason: words(judgement.reason),
    notes: judgement.notes.map(words),
    assumptions: [...target.assumptions, ...ruleAssumptions.map(words)],
    standards: [...judgement.standards],
    demo: context.demo,
  };
}
