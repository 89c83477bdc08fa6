import type { HeaderView } from './headerView.js';
import type { LayoutDraft } from './planParts.js';
import { planPart, planPeriod } from './planParts.js';
import { planFigures } from './townshipRatesLayout.js';

/** Figures of the whole county: indicator, period, value, perhaps numerator, denominator and evidence. */
export function planCountyFigures(view: HeaderView): LayoutDraft {
  const county = planPart({ fixed: { fixedSiteId: view.lookup.countySiteId } });
  return {
    layout: 'county-figures',
    interval: 'period',
    parts: [county, planPeriod(view), ...planFigures(view)],
  };
}
