import type { HeaderView } from './headerView.js';
import type { LayoutDraft } from './planParts.js';
import { planItems, planOptional, planPublished, planSite, planTime } from './planParts.js';

/**
 * Water sections: a row per section and sample (or month), a column per item, the published class as text, the
 * station's state beside it.
 */
export function planWaterSections(view: HeaderView): LayoutDraft {
  const time = planTime(view);
  const interval = time.interval === 'month' ? 'month' : 'instant';
  // A day or a midnight is a moment to a sample: what only hourly and daily values have to settle is no matter here.
  const rejected = time.rejected.filter(({ code }) => code !== 'interval-ambiguous');
  const assumptions = time.assumptions.filter(({ code }) => code !== 'assumed-midnight-is-day');
  const parts = [
    planSite(view),
    { ...time, rejected, assumptions },
    planItems(view, interval),
    planPublished(view),
    planOptional(view, ['station-state']),
  ];
  return { layout: 'water-sections', interval, parts };
}
