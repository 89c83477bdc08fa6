import type { FactsOfKind } from '../alerts/facts.js';
import type { AlertRule } from '../domain/alertRule.js';
import type { Queryable } from '../store/pool.js';
import type { Stretch } from './alertWalk.js';
import { sitesInScope, type FactContext } from './factContext.js';
import { loadRuleFacts, type FactSubject } from './loadFacts.js';
import { piecesOf } from './pieces.js';
import { reachOf } from './stretches.js';

/**
 * The facts of a rule over a span as `loadRuleFacts` has them, a part at a time and in the order of time of each: one site
 * after the other, and of rules that judge each hour or day for itself a piece of its data after the other.
 */
export async function* loadFactPieces(
  db: Queryable,
  context: FactContext,
  rule: AlertRule,
  span: Stretch,
): AsyncGenerator<readonly FactsOfKind[AlertRule['kind']][]> {
  const version = { version: 1, rule, from: -Infinity, to: Infinity };
  for (const subjects of subjectsOf(context, rule)) {
    const kind = subjects?.[0] === undefined ? undefined : context.sites.get(subjects[0].id)?.kind;
    const reach = reachOf({ segments: [version] }, kind, 0);
    const count = subjects?.length ?? context.sites.size;
    for (const piece of piecesOf(reach, span, count))
      yield await loadRuleFacts(db, context, rule, { ...piece, subjects, watchedSince: span.from });
  }
}

/** Sites one by one where each is judged for itself; `undefined`: everything together. */
function subjectsOf(context: FactContext, rule: AlertRule): (readonly FactSubject[] | undefined)[] {
  const isAlone =
    rule.kind === 'threshold' ||
    rule.kind === 'absence' ||
    (rule.kind === 'quality' && rule.check !== 'published-changed');
  return isAlone ? sitesInScope(context, rule.scope).map((id) => [{ kind: 'site', id }]) : [undefined];
}
