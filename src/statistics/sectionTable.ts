import type { Decimal } from '../domain/decimal.js';
import { countByGrade, type RiverEvaluation } from './riverState.js';
import { computeShare } from './share.js';
import type { WaterBody, WaterRules } from './waterGrade.js';
import {
  computeWaterPeriod,
  type WaterMonth,
  type WaterPeriod,
  type WaterPeriodOptions,
  type WaterSample,
} from './waterMonths.js';

/** A section with its samples; `removed` are its own approved natural-background items. */
export interface TableSection {
  readonly name: string;
  readonly body: WaterBody;
  readonly samples: readonly WaterSample[];
  readonly removed?: ReadonlySet<string>;
}

/** One month over all sections. Sections without a grade leave the denominators. */
export interface SectionColumn {
  readonly month: string;
  readonly graded: number;
  readonly noFlow: readonly string[];
  readonly missing: readonly string[];
  readonly byGrade: RiverEvaluation['byGrade'];
  /** Shares in percent of the graded sections, unrounded: Ⅰ–Ⅲ, 劣Ⅴ, and those that meet the target. */
  readonly goodShare: Decimal | null;
  readonly worstShare: Decimal | null;
  readonly targetShare: Decimal | null;
  readonly failing: readonly string[];
}

/** Sections × months: each section's months and period, and each month's sections. */
export interface SectionTable {
  readonly rows: readonly { readonly name: string; readonly period: WaterPeriod }[];
  readonly columns: readonly SectionColumn[];
  /** Section-months with a grade, and those of them that meet the target; `null` share without any or without target. */
  readonly gradedMonths: number;
  readonly targetShare: Decimal | null;
}

/** The table of sections × months over the half-open range of months [from, to), with shares by month. */
export function computeSectionTable(
  rules: WaterRules,
  sections: readonly TableSection[],
  from: string,
  to: string,
  options: Omit<WaterPeriodOptions, 'removed'> = {},
): SectionTable {
  const rows = sections.map(({ name, body, samples, removed }) => ({
    name,
    period: computeWaterPeriod(rules, body, samples, from, to, {
      ...options,
      ...(removed === undefined ? {} : { removed }),
    }),
  }));
  const months = rows[0]?.period.months.map(({ month }) => month) ?? [];
  const columns = months.map((month, index) =>
    toColumn(
      month,
      rows.flatMap(({ name, period }) => {
        const cell = period.months[index];
        return cell === undefined ? [] : [{ name, cell }];
      }),
    ),
  );
  const cells = rows.flatMap(({ period }) => period.months);
  return {
    rows,
    columns,
    gradedMonths: rows.reduce((total, { period }) => total + period.gradedMonths, 0),
    targetShare: shareMeeting(cells),
  };
}

function toColumn(
  month: string,
  cells: readonly { readonly name: string; readonly cell: WaterMonth }[],
): SectionColumn {
  const inState = (state: WaterMonth['state']) =>
    cells.filter(({ cell }) => cell.state === state).map(({ name }) => name);
  const grades = cells.flatMap(({ cell }) => cell.result?.grade ?? []);
  return {
    month,
    graded: grades.length,
    noFlow: inState('no-flow'),
    missing: inState('missing'),
    byGrade: countByGrade(grades),
    goodShare: computeShare(grades.filter((grade) => grade <= 3).length, grades.length),
    worstShare: computeShare(grades.filter((grade) => grade === 6).length, grades.length),
    targetShare: shareMeeting(cells.map(({ cell }) => cell)),
    failing: cells.filter(({ cell }) => cell.meetsTarget === false).map(({ name }) => name),
  };
}

/** Months without a grade and tables without a target have no verdict and take no part. */
function shareMeeting(cells: readonly WaterMonth[]): Decimal | null {
  const decided = cells.flatMap(({ meetsTarget }) => meetsTarget ?? []);
  return computeShare(decided.filter(Boolean).length, decided.length);
}
