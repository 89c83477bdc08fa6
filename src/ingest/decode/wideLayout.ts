import type { HeaderView } from './headerView.js';
import type { LayoutDraft } from './planParts.js';
import { planItems, planPublished, planSite, planTime } from './planParts.js';

/** Wide by indicator: a row per site and time, a column per item; hourly, daily or monthly by its time columns. */
export function planWide(view: HeaderView): LayoutDraft {
  const time = planTime(view);
  const parts = [planSite(view), time, planItems(view, time.interval), planPublished(view)];
  return { layout: 'wide', interval: time.interval, parts };
}
