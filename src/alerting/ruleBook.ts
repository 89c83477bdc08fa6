import type { FactSite } from '../alerts/facts.js';
import type { Logger } from '../log.js';
import { readRulesStamp } from '../store/alertEngine.js';
import type { Queryable } from '../store/pool.js';
import { loadRules, type KnownRule } from './rules.js';

/** Rules by what they watch, so that a round looks only at those that a change concerns. */
export interface RuleIndex {
  readonly all: readonly KnownRule[];
  readonly byCode: ReadonlyMap<string, KnownRule>;
  /** Rules in force that watch a site by its code, kind or group. */
  ofSite(site: FactSite): readonly KnownRule[];
  /** Rules about targets in force that watch one. */
  ofTarget(id: number): readonly KnownRule[];
}

/** Keeps the rules of one process; they are read again when one has changed. */
export class RuleBook {
  readonly #logger: Logger;
  #stamp: string | undefined;
  #index: RuleIndex | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** The rules as the transaction of the caller sees them. */
  async read(db: Queryable): Promise<RuleIndex> {
    const stamp = await readRulesStamp(db);
    if (this.#index === undefined || stamp !== this.#stamp) {
      this.#index = indexRules(await loadRules(db, this.#logger));
      this.#stamp = stamp;
    }
    return this.#index;
  }
}

function indexRules(all: readonly KnownRule[]): RuleIndex {
  const byPart = new Map<string, KnownRule[]>();
  const add = (part: string, rule: KnownRule) => {
    const list = byPart.get(part);
    if (list === undefined) byPart.set(part, [rule]);
    else list.push(rule);
  };
  for (const known of all) {
    const { rule } = known;
    if (rule === undefined) continue;
    if (rule.kind === 'target') {
      if (rule.targets === 'all') add('targets', known);
      else for (const id of rule.targets) add(`target ${id}`, known);
    } else if (rule.kind !== 'service') {
      for (const code of rule.scope.sites) add(`site ${code}`, known);
      for (const code of rule.scope.groups) add(`group ${code}`, known);
      for (const code of rule.scope.kinds) add(`kind ${code}`, known);
    }
  }
  const gather = (parts: readonly string[]) => [...new Set(parts.flatMap((part) => byPart.get(part) ?? []))];
  return {
    all,
    byCode: new Map(all.map((rule) => [rule.code, rule])),
    ofSite: ({ code, kind, groups }) =>
      gather([`site ${code}`, `kind ${kind}`, ...groups.map((group) => `group ${group}`)]),
    ofTarget: (id) => gather(['targets', `target ${id}`]),
  };
}
