import type { FactsOfKind } from '../alerts/facts.js';
import type { AlertRule, AlertRuleKind, RuleOfKind } from '../domain/alertRule.js';
import type { Queryable } from '../store/pool.js';
import { sitesInScope, type FactContext } from './factContext.js';
import { loadSeriesFacts } from './seriesFacts.js';
import { loadServiceFacts } from './serviceFacts.js';
import { loadPollutionFacts, loadQualityFacts, loadSourceFacts, type Follows } from './siteFacts.js';
import { loadTargetFacts, targetsOfRule } from './targetFacts.js';

export { loadFactContext, type FactContext } from './factContext.js';

/** A site or target by its number. */
export interface FactSubject {
  readonly kind: 'site' | 'target';
  readonly id: number;
}

/** Of what and when facts are asked for. */
export interface FactSpan {
  /** Default: everything that the rule watches. */
  readonly subjects?: readonly FactSubject[] | undefined;
  /** Half-open, epoch milliseconds. For rules about silence an empty span is one look, at `to`. */
  readonly from: number;
  readonly to: number;
  /** Since when a rule about silence watches; default `from`. */
  readonly watchedSince?: number | undefined;
  /** Of alerts that are not followed facts are left out that say no more than that all is well. Default: all are. */
  readonly follows?: Follows | undefined;
}

type Loaders = {
  readonly [K in AlertRuleKind]: (
    db: Queryable,
    context: FactContext,
    rule: RuleOfKind<K>,
    span: FactSpan,
  ) => Promise<FactsOfKind[K][]>;
};

function sitesOf(context: FactContext, { scope }: { readonly scope: Parameters<typeof sitesInScope>[1] }) {
  const all = sitesInScope(context, scope);
  return ({ subjects }: FactSpan) => {
    if (subjects === undefined) return all;
    const wanted = new Set(subjects.filter(({ kind }) => kind === 'site').map(({ id }) => id));
    return all.filter((id) => wanted.has(id));
  };
}

const loaders: Loaders = {
  threshold: (db, context, rule, span) =>
    loadSeriesFacts(db, context, rule, sitesOf(context, rule)(span), span),
  quality: (db, context, rule, span) =>
    loadQualityFacts(db, context, rule, sitesOf(context, rule)(span), span),
  'heavy-pollution': (db, context, rule, span) =>
    loadPollutionFacts(db, context, rule, sitesOf(context, rule)(span), span),
  absence: (db, context, rule, span) =>
    loadSourceFacts(db, context, rule, sitesOf(context, rule)(span), {
      ...span,
      watchedSince: span.watchedSince ?? span.from,
    }),
  target: (db, context, rule, span) => {
    const wanted = span.subjects?.filter(({ kind }) => kind === 'target').map(({ id }) => id);
    const ids = targetsOfRule(context, rule);
    return loadTargetFacts(
      db,
      context,
      rule,
      wanted === undefined ? ids : ids.filter((id) => wanted.includes(id)),
      span,
    );
  },
  service: (db, context, { check }) => loadServiceFacts(db, context, check),
};

/**
 * The facts of a rule, saved or not, over a span of data: of each series, target, source, site and day, place or measurement
 * that it watches. The service's own state has no history: only what it is now.
 */
export async function loadRuleFacts<R extends AlertRule>(
  db: Queryable,
  context: FactContext,
  rule: R,
  span: FactSpan,
): Promise<FactsOfKind[R['kind']][]> {
  const load = loaders[rule.kind] as Loaders[R['kind']];
  return load(db, context, rule as never, span);
}
