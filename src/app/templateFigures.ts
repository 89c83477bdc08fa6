import type { Indicator } from '../domain/indicator.js';
import type { Plan, Target, TargetKind } from '../domain/target.js';
import type { DecodeLookup, SiteKey } from '../ingest/decode/decodeLookup.js';
import { findNamedIndicator } from '../ingest/decode/headerCell.js';

/** One figure that an office has to report: a row of its template. */
export interface TemplateFigure {
  readonly indicator: Indicator;
  /** As the importer reads it. */
  readonly indicatorName: string;
  readonly siteName: string;
  /** Of a township rather than of the whole county. */
  readonly ofTownship: boolean;
  /** As the importer reads it: `2025年`, `截至2025-12-31`. */
  readonly period: string;
  readonly kind: TargetKind;
  /** What the targets ask, for the reader. */
  readonly limit: string;
  /** Document, clause and words of the targets, for the reader. */
  readonly clause: string;
}

export interface TemplateReference {
  readonly targets: readonly Target[];
  readonly plans: readonly Plan[];
  readonly indicators: readonly Indicator[];
  readonly county: SiteKey;
  readonly townships: readonly SiteKey[];
  /** Of the importer that the filled template will go to. */
  readonly lookup: DecodeLookup;
}

const reportedKinds: ReadonlySet<TargetKind> = new Set([
  'rate',
  'change-from-base',
  'count',
  'area',
  'milestone',
]);

/** The years that a target's figures are reported for: from its plan's first year to the year it is due. */
export function reportedYears(target: Target, plans: readonly Plan[]): { from: number; to: number } {
  const effective = plans.find(({ id }) => id === target.planId)?.effective ?? target.periodStart;
  const first = effective < target.periodStart ? effective : target.periodStart;
  return { from: yearOf(first), to: yearOf(target.due) };
}

/** Whether offices report a target's figure; the others are derived from measurements. */
export function isReported(target: Target): boolean {
  return reportedKinds.has(target.kind);
}

/**
 * What an office reports for a year, in the order of the targets. A target whose scope names townships (全县（分乡镇）)
 * has a row for each; an office that is the townships' own has those rows alone. Targets of one indicator and period
 * share their rows.
 */
export function listFigures(
  reference: TemplateReference,
  office: { readonly code: string; readonly nameZh: string },
  year: number,
): TemplateFigure[] {
  const figures = new Map<string, TemplateFigure>();
  const indicators = new Map(reference.indicators.map((indicator) => [indicator.code, indicator]));
  for (const target of reference.targets) {
    const indicator = indicators.get(target.indicator);
    const years = reportedYears(target, reference.plans);
    if (indicator === undefined || !isReported(target) || !target.offices.includes(office.code)) continue;
    if (year < years.from || year > years.to) continue;
    const common = {
      indicator,
      indicatorName: readableIndicator(indicator, reference.lookup),
      period: periodOf(target, year),
      kind: target.kind,
      limit: limitWords(target),
      clause: clauseWords(target, reference.plans),
    };
    for (const { siteName, ofTownship } of sitesOf(target, office.nameZh, reference)) {
      const key = JSON.stringify([indicator.code, siteName, common.period]);
      const before = figures.get(key);
      figures.set(key, {
        ...common,
        siteName,
        ofTownship,
        ...(before === undefined
          ? {}
          : { limit: `${before.limit}；${common.limit}`, clause: `${before.clause}；${common.clause}` }),
      });
    }
  }
  return [...figures.values()];
}

const townshipWords = /乡镇/;

function sitesOf(target: Target, officeName: string, { county, townships, lookup }: TemplateReference) {
  const whole = [{ siteName: readableSite(county, lookup), ofTownship: false }];
  if (!townshipWords.test(target.scopeZh)) return whole;
  const parts = townships.map((site) => ({ siteName: readableSite(site, lookup), ofTownship: true }));
  return townshipWords.test(officeName) ? parts : [...whole, ...parts];
}

/**
 * Yearly targets are reported by the year. What is added up over a campaign, and what is done or not, is reported as it
 * stands at the end of the year, or on the due day in its last.
 */
function periodOf(target: Target, year: number): string {
  const yearEnd = `${year}-12-31`;
  const end = target.due < yearEnd ? target.due : yearEnd;
  const isYearly =
    target.kind !== 'milestone' && target.periodStart === `${yearOf(target.due)}-01-01` && end === yearEnd;
  return isYearly ? `${year}年` : `截至${end}`;
}

/** The indicator's name, or the first of its names that the importer does not take for another indicator. */
function readableIndicator(indicator: Indicator, lookup: DecodeLookup): string {
  const names = [indicator.nameZh, ...indicator.synonyms];
  return names.find((name) => findNamedIndicator(name, lookup)?.code === indicator.code) ?? indicator.code;
}

/** The site's name, or its code where two sites bear the name. */
function readableSite(site: SiteKey, lookup: DecodeLookup): string {
  return lookup.findSite(site.name)?.id === site.id ? site.name : site.code;
}

function limitWords({ kind, comparison, limit, unit, due }: Target): string {
  const by = `（${yearOf(due)} 年底）`;
  if (kind === 'milestone') return `完成${by}`;
  const sign = { '>=': '≥ ', '<=': '≤ ', '=': '' }[comparison];
  return `${sign}${limit} ${unit}${by}`;
}

function clauseWords({ planId, clause, quote }: Target, plans: readonly Plan[]): string {
  const document = plans.find(({ id }) => id === planId)?.document ?? planId;
  return `${document} ${clause}：${quote}`;
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}
