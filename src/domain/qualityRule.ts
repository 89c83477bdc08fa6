import { z } from 'zod';
import { families } from './family.js';

/**
 * The automatic checks, in the order in which they are named beside a value. `range`, `inversion`, `detection-limit`
 * and `station-state` need one row, the others its neighbours.
 */
export const qualityRuleNames = [
  'range',
  'inversion',
  'detection-limit',
  'station-state',
  'constant',
  'jump',
  'negatives',
] as const;
export type QualityRuleName = (typeof qualityRuleNames)[number];

const enabled = z.boolean();
// A longer window would make every changed hour recheck more than a week around it.
const hours = z.int().min(2).max(72);

const parameterSchemas = {
  range: z.strictObject({ enabled }),
  inversion: z.strictObject({ enabled, margin: z.number().min(0) }),
  'detection-limit': z.strictObject({ enabled, gradeWithoutTarget: z.int().min(1).max(5).nullable() }),
  'station-state': z.strictObject({}),
  constant: z.strictObject({ enabled, hours, above: z.number() }),
  jump: z.strictObject({ enabled, difference: z.number().positive(), ratio: z.number().min(1) }),
  negatives: z.strictObject({ enabled, hours, count: z.int().min(1).max(72) }),
} satisfies Record<QualityRuleName, z.ZodType>;

type ParametersOf<R extends QualityRuleName> = z.output<(typeof parameterSchemas)[R]>;

/** One rule for one indicator, `*` for all that the rule is about. */
export interface QualityRule {
  readonly rule: QualityRuleName;
  readonly indicator: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly titleZh: string;
  readonly titleEn: string;
  readonly explanationZh: string;
  readonly explanationEn: string;
  readonly version: number;
}

/** What the neighbouring hours of one item are held against. */
export interface HourRules {
  readonly constant?: Omit<ParametersOf<'constant'>, 'enabled'>;
  readonly jump?: Omit<ParametersOf<'jump'>, 'enabled'>;
  readonly negatives?: Omit<ParametersOf<'negatives'>, 'enabled'>;
}

/** The rules that are switched on, ready for use. */
export interface ActiveRules {
  readonly range: boolean;
  /** How far PM2.5 may lie above PM10, µg/m³; `undefined` when that is not checked. */
  readonly inversionMargin: number | undefined;
  /** `gradeWithoutTarget` is the class by which sections without a target are checked, `null` for none. */
  readonly detectionLimit: { readonly gradeWithoutTarget: number | null } | undefined;
  readonly hours: ReadonlyMap<string, HourRules>;
}

/** The key of a rule for an indicator. */
export function qualityRuleKey({ rule, indicator }: Pick<QualityRule, 'rule' | 'indicator'>): string {
  return `${rule}:${indicator}`;
}

/** The indicators that a rule can be set for. */
export function indicatorsOfRule(rule: QualityRuleName): readonly string[] {
  if (rule === 'constant' || rule === 'jump' || rule === 'negatives') return families.air_hour.columns;
  return rule === 'inversion' ? ['pm25'] : ['*'];
}

/** What is wrong with the parameters of a rule, or `undefined`. */
export function findParameterFault(rule: QualityRuleName, parameters: unknown): string | undefined {
  const parsed = parameterSchemas[rule].safeParse(parameters);
  if (parsed.success) return undefined;
  return parsed.error.issues.map(({ path, message }) => `${path.join('.') || rule}: ${message}`).join('; ');
}

/** Gathers the rules that are switched on. Throws when stored parameters are not of the right shape. */
export function activateRules(rules: readonly QualityRule[]): ActiveRules {
  const find = <R extends QualityRuleName>(rule: R, indicator: string): ParametersOf<R> | undefined => {
    const found = rules.find((one) => one.rule === rule && one.indicator === indicator);
    if (found === undefined) return undefined;
    const parameters = parameterSchemas[rule].parse(found.parameters) as ParametersOf<R>;
    return 'enabled' in parameters && !parameters.enabled ? undefined : parameters;
  };
  const hourRules = families.air_hour.columns.map((item): [string, HourRules] => {
    const [constant, jump, negatives] = [find('constant', item), find('jump', item), find('negatives', item)];
    return [item, { ...(constant && { constant }), ...(jump && { jump }), ...(negatives && { negatives }) }];
  });
  return {
    range: find('range', '*') !== undefined,
    inversionMargin: find('inversion', 'pm25')?.margin,
    detectionLimit: find('detection-limit', '*'),
    hours: new Map(hourRules.filter(([, one]) => Object.keys(one).length > 0)),
  };
}

/** Joins the names of rules in their one order, each once. */
export function joinRules(names: Iterable<string>): string {
  const wanted = new Set(names);
  return qualityRuleNames.filter((name) => wanted.has(name)).join(',');
}
