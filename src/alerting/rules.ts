import type { ConditionResult } from '../alerts/conditionResult.js';
import { evaluateRule, timingOf, type ConditionContext } from '../alerts/evaluateRule.js';
import type { FactsOfKind } from '../alerts/facts.js';
import { breathe } from '../breathing.js';
import { alertRuleSchema, type AlertRule } from '../domain/alertRule.js';
import type { Logger } from '../log.js';
import { listRuleVersions, type RuleVersionRow } from '../store/alertEngine.js';
import type { Queryable } from '../store/pool.js';
import type { JudgedResult } from './followAlert.js';

/** A version of a rule and the data that it holds for. */
export interface RuleSegment {
  readonly version: number;
  /** Absent: switched off or removed. */
  readonly rule: AlertRule | undefined;
  /** Half-open, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** A rule with every version of it. */
export interface KnownRule {
  readonly code: string;
  readonly version: number;
  /** The version that the engine has taken up. */
  readonly evaluated: number;
  /** The rule in force; absent: switched off or removed. */
  readonly rule: AlertRule | undefined;
  readonly segments: readonly RuleSegment[];
  /** When it was first recorded. */
  readonly since: number;
}

/** Documents that were read once: rules are many and change seldom. */
const parsed = new Map<string, { readonly text: string; readonly rule: AlertRule | undefined }>();

/** All rules with their versions. A document that is no rule any more is as if switched off, and said in the log. */
export async function loadRules(db: Queryable, logger: Logger): Promise<KnownRule[]> {
  const byCode = new Map<string, RuleVersionRow[]>();
  for (const row of await listRuleVersions(db)) {
    const list = byCode.get(row.code);
    if (list === undefined) byCode.set(row.code, [row]);
    else list.push(row);
  }
  return [...byCode.values()].map((rows) => {
    const segments = rows.map((row, index): RuleSegment => {
      const after = rows[index + 1];
      return {
        version: row.version,
        rule: readRule(row, logger),
        from: index === 0 ? -Infinity : (row.holdsFrom ?? -Infinity),
        // One without a start replaces those before it altogether.
        to: after === undefined ? Infinity : (after.holdsFrom ?? -Infinity),
      };
    });
    const [first, last] = [rows[0]!, rows.at(-1)!];
    return {
      code: first.code,
      version: last.current,
      evaluated: last.evaluated,
      rule: segments.at(-1)!.rule,
      segments,
      since: first.recordedAt,
    };
  });
}

function readRule(row: RuleVersionRow, logger: Logger): AlertRule | undefined {
  if (row.removed) return undefined;
  const text = JSON.stringify(row.document);
  const key = `${row.code} ${row.version}`;
  const known = parsed.get(key);
  if (known?.text === text) return known.rule;
  const read = alertRuleSchema.safeParse(row.document);
  if (!read.success) logger.error({ rule: row.code, version: row.version }, 'a stored rule cannot be read');
  const rule = read.success && read.data.enabled ? read.data : undefined;
  parsed.set(key, { text, rule });
  return rule;
}

/** What the versions of a rule say of facts, each of the data that it holds for. */
export async function judgeBySegments(
  segments: readonly RuleSegment[],
  factsOf: (rule: AlertRule) => Promise<readonly FactsOfKind[AlertRule['kind']][]>,
  { conditions, failures }: { readonly conditions: ConditionContext; readonly failures: RuleFailure[] },
): Promise<JudgedResult[]> {
  const judged: JudgedResult[] = [];
  for (const { rule, version, from, to } of segments) {
    if (rule === undefined || from >= to) continue;
    const timing = timingOf(rule);
    for (const facts of await factsOf(rule)) {
      for (const result of evaluate(rule, facts, conditions, failures))
        if (result.at >= from && result.at < to) judged.push({ result, timing, version });
      await breathe();
    }
  }
  return judged;
}

/** A rule that could not be evaluated, and why. */
export interface RuleFailure {
  readonly rule: string;
  readonly error: unknown;
}

/** One rule that fails must not keep the others from being told: it is remembered, and the job fails when it is done. */
function evaluate(
  rule: AlertRule,
  facts: FactsOfKind[AlertRule['kind']],
  conditions: ConditionContext,
  failures: RuleFailure[],
): ConditionResult[] {
  try {
    return evaluateRule(rule as never, facts as never, conditions);
  } catch (error) {
    failures.push({ rule: rule.code, error });
    return [];
  }
}
