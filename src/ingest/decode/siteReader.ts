import type { DecodeLookup } from './decodeLookup.js';
import { maxNameLength } from './headerCell.js';
import { columnOf, type LayoutPlan, type PlanColumn } from './layoutPlan.js';
import { nearText } from './planParts.js';
import type { Fault } from './rejectCell.js';
import type { PlacedFault } from './rowTime.js';

const maxRemembered = 10_000;

/** Finds the site of a row; asks the lookup once per name. Unknown names are faults, never new sites. */
export class SiteReader {
  private readonly column: PlanColumn | undefined;
  private readonly seen = new Map<string, number | Fault>();

  constructor(
    private readonly plan: LayoutPlan,
    private readonly lookup: DecodeLookup,
  ) {
    this.column = columnOf(plan, 'site');
  }

  /** The site's id, or what is wrong with the cell. */
  read(cells: readonly string[]): number | PlacedFault {
    if (this.column === undefined) return this.plan.fixedSiteId ?? this.lookup.countySiteId;
    const text = cells[this.column.position] ?? '';
    const found = this.readText(text);
    if (typeof found === 'number') return found;
    return { fault: found, column: this.column.header, value: text };
  }

  /** The place of the cell that names the site; `undefined` when all rows are of one. */
  get position(): number | undefined {
    return this.column?.position;
  }

  /** As `read`, for the text of the cell. */
  readText(text: string): number | Fault {
    let found = this.seen.get(text);
    if (found === undefined) {
      found = this.find(text);
      if (this.seen.size < maxRemembered) this.seen.set(text, found);
    }
    return found;
  }

  private find(text: string): number | Fault {
    if (text.trim() === '') return { code: 'site-missing' };
    if (text.length > maxNameLength) return { code: 'site-unknown', params: { near: '' } };
    const site = this.lookup.findSite(text);
    return site?.id ?? { code: 'site-unknown', params: { near: nearText(this.lookup.nearSites(text)) } };
  }
}
