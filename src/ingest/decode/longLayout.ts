import { findNamedIndicator } from './headerCell.js';
import type { HeaderView } from './headerView.js';
import type { LayoutDraft } from './planParts.js';
import { planOptional, planSite, planTime } from './planParts.js';

/** Long: a row per site, time and indicator, with the value and perhaps its unit. */
export function planLong(view: HeaderView): LayoutDraft {
  const time = planTime(view);
  const interval = time.interval !== 'month' && isAboutWater(view) ? 'instant' : time.interval;
  const rejected =
    interval === 'instant'
      ? time.rejected.filter(({ code }) => code !== 'interval-ambiguous')
      : time.rejected;
  const parts = [planSite(view), { ...time, rejected }, planOptional(view, ['indicator', 'value', 'unit'])];
  return { layout: 'long', interval: view.options.interval ?? interval, parts };
}

/** Whether most of the indicators that the first rows name are about water. */
export function isAboutWater(view: HeaderView): boolean {
  const media = sampledMedia(view);
  return media.filter((medium) => medium === 'water').length * 2 > media.length;
}

/** The media of the indicators that the first rows name. */
export function sampledMedia(view: HeaderView): readonly string[] {
  const column = view.roles.get('indicator');
  if (column === undefined) return [];
  return view.sample
    .map(({ cells }) => findNamedIndicator(cells[column.position] ?? '', view.lookup)?.medium)
    .filter((medium) => medium !== undefined);
}
