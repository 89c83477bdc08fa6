import type { HeaderView } from './headerView.js';
import type { LayoutDraft } from './planParts.js';
import { planItems, planOptional, planPeriod, planSite } from './planParts.js';

/** Rates and amounts by township and period: a column per indicator, or indicator and value columns. */
export function planTownshipRates(view: HeaderView): LayoutDraft {
  const parts = [planSite(view), planPeriod(view), ...planFigures(view)];
  return { layout: 'township-rates', interval: 'period', parts };
}

/** The columns that hold the figures of a report, in either form, with what may stand beside them. */
export function planFigures(view: HeaderView): LayoutDraft['parts'] {
  const isLong = view.roles.has('indicator') && view.roles.has('value');
  return isLong
    ? [planOptional(view, ['indicator', 'value', 'unit', 'numerator', 'denominator', 'evidence'])]
    : [planItems(view, 'period'), planOptional(view, ['evidence'])];
}
