import type { VariableModel } from '@grafana/schema';

/** A time range as Grafana knows it. */
export interface Range {
  readonly from: Date;
  readonly to: Date;
}

/** Chosen values of variables: a list, or all of them. */
export type Choices = Readonly<Record<string, readonly string[] | 'all'>>;

/**
 * What Grafana makes of a query: `${name:sqlstring}` and the time macros. Like Grafana's, the text of a variable's
 * `allValue` goes in as it is, and an unknown macro is an error.
 */
export function expandSql(
  rawSql: string,
  range: Range,
  variables: readonly VariableModel[] = [],
  choices: Choices = {},
): string {
  const withValues = rawSql.replace(/\$\{(\w+):sqlstring\}/g, (_, name: string) => {
    const variable = variables.find((each) => each.name === name);
    if (variable === undefined) throw new Error(`no variable ${name}`);
    const chosen = choices[name] ?? 'all';
    if (chosen !== 'all') return chosen.map(quote).join(',');
    if (variable.includeAll !== true || variable.allValue === undefined)
      throw new Error(`${name} has no value for all`);
    return variable.allValue;
  });
  const [from, to] = [quote(range.from.toISOString()), quote(range.to.toISOString())];
  const expanded = withValues
    .replace(/\$__timeFilter\((\w+)\)/g, (_, column: string) => `${column} BETWEEN ${from} AND ${to}`)
    .replace(/\$__timeFrom\(\)/g, from)
    .replace(/\$__timeTo\(\)/g, to);
  // A value may hold a dollar sign: only what is no literal is looked at.
  const rest = expanded.replace(/'(?:[^']|'')*'/g, '').match(/\$\S*/);
  if (rest !== null) throw new Error(`not expanded: ${rest[0]} in ${rawSql}`);
  return expanded;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
