/** How a target is judged. */
export type TargetKind =
  | 'annual-mean'
  | 'day-share'
  | 'day-count'
  | 'section-grade'
  | 'rate'
  | 'change-from-base'
  | 'count'
  | 'area'
  | 'milestone';

export type Comparison = '<=' | '>=' | '=';

/** Which ledger of dust-affected figures the plan's words choose: 含沙尘 or 扣除沙尘. */
export type DustLedger = 'with-dust' | 'without-dust';

/** One measurable target of a plan, in the version that is in force. */
export interface Target {
  readonly id: number;
  readonly planId: string;
  /** Clause of the document, e.g. `一(一)`. */
  readonly clause: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly kind: TargetKind;
  readonly indicator: string;
  readonly comparison: Comparison;
  /** Exact decimal text; for section grades 1–6, for milestones `1`. */
  readonly limit: string;
  /** Decimals of the limit as the plan prints it: values are rounded to this precision before comparing. */
  readonly decimals: number;
  readonly unit: string;
  /** The plan's words the target was read from. */
  readonly quote: string;
  readonly scopeZh: string;
  /** Site group whose members the target is about. */
  readonly siteGroup: string;
  readonly offices: readonly string[];
  /** Last Beijing day of the period, e.g. 2025-12-31. */
  readonly due: string;
  /** First day of the year or campaign that is judged. */
  readonly periodStart: string;
  readonly ledger: DustLedger;
  /** Base year of a change-from-base target. */
  readonly baseYear: number | null;
  /** Working assumptions that stand behind the judgement, shown beside it. */
  readonly assumptions: readonly string[];
}

/** A plan document that sets targets. */
export interface Plan {
  readonly id: string;
  readonly document: string;
  readonly titleZh: string;
  readonly issued: string;
  readonly effective: string;
  readonly due: string;
}
