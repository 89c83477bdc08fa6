import type { AlertMatcher } from './alertMatcher.js';
import type { AlertRoute, AlertRouting } from './alertRoute.js';
import type { AlertRule } from './alertRule.js';

/** What rules and routes may name: codes of what exists, and numbers of targets. */
export interface AlertReferences {
  readonly sites: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
  readonly indicators: ReadonlySet<string>;
  readonly offices: ReadonlySet<string>;
  readonly targets: ReadonlySet<number>;
}

/** One name that leads nowhere: where it stands, and what it is of. */
export interface DanglingReference {
  /** As `scope.sites.0`. */
  readonly path: string;
  readonly whatZh: string;
  readonly whatEn: string;
  readonly value: string;
}

/** Names in a rule that nothing has: a rule about a misspelt site would be silent for ever. */
export function findDanglingReferences(rule: AlertRule, known: AlertReferences): DanglingReference[] {
  const faults: DanglingReference[] = [];
  const check = <T extends string | number>(
    path: string,
    values: readonly T[],
    set: ReadonlySet<T>,
    [whatZh, whatEn]: readonly [string, string],
  ): void =>
    values.forEach((value, index) => {
      if (!set.has(value)) faults.push({ path: `${path}.${index}`, whatZh, whatEn, value: String(value) });
    });
  if (rule.offices !== 'of-target') check('offices', rule.offices, known.offices, ['单位', 'office']);
  if ('scope' in rule) {
    check('scope.sites', rule.scope.sites, known.sites, ['点位', 'site']);
    check('scope.groups', rule.scope.groups, known.groups, ['点位组', 'site group']);
    check('scope.kinds', rule.scope.kinds, known.kinds, ['点位类型', 'kind of site']);
  }
  const indicator = ['指标', 'indicator'] as const;
  if (rule.kind === 'threshold') {
    const { measure } = rule;
    if ('indicator' in measure && !known.indicators.has(measure.indicator))
      faults.push({
        path: 'measure.indicator',
        whatZh: indicator[0],
        whatEn: indicator[1],
        value: measure.indicator,
      });
    if (measure.of === 'class-limit' && measure.items !== 'all')
      check('measure.items', measure.items, known.indicators, indicator);
  }
  if (rule.kind === 'absence' && rule.indicators !== 'any')
    check('indicators', rule.indicators, known.indicators, indicator);
  if (rule.kind === 'target' && rule.targets !== 'all')
    check('targets', rule.targets, known.targets, ['目标', 'target']);
  return faults;
}

/** Offices that a route, an inhibition or a silence compares with and that do not exist; such a route takes nothing. */
export function findUnknownOffices(
  { root, inhibitions }: AlertRouting,
  offices: ReadonlySet<string>,
): DanglingReference[] {
  const faults: DanglingReference[] = [];
  const check = (path: string, matchers: readonly AlertMatcher[]): void =>
    matchers.forEach(({ label, op, value }, index) => {
      const isName = label === 'office' && (op === '=' || op === '!=') && value !== '';
      if (isName && !offices.has(value))
        faults.push({ path: `${path}.${index}.value`, whatZh: '单位', whatEn: 'office', value });
    });
  const walk = (route: AlertRoute, path: string): void => {
    check(`${path}.match`, route.match);
    route.routes.forEach((child, index) => walk(child, `${path}.routes.${index}`));
  };
  walk(root, 'root');
  inhibitions.forEach(({ source, target }, index) => {
    check(`inhibitions.${index}.source`, source);
    check(`inhibitions.${index}.target`, target);
  });
  return faults;
}

/** Codes of all channels that a routing names, each once, in the order of the file. */
export function listRoutedChannels({ root }: Pick<AlertRouting, 'root'>): string[] {
  const found = new Set<string>();
  const walk = ({ channels, escalation, routes }: AlertRoute): void => {
    for (const code of [...channels, ...(escalation ?? []).flatMap((level) => level.channels)])
      found.add(code);
    routes.forEach(walk);
  };
  walk(root);
  return [...found];
}
