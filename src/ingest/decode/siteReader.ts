import { dayOfInstant } from '../../domain/calendar.js';
import type { DecodeLookup, SitePeriod } from './decodeLookup.js';
import { maxNameLength } from './headerCell.js';
import { columnOf, type LayoutPlan, type PlanColumn } from './layoutPlan.js';
import { nearParams } from './planParts.js';
import type { Fault } from './rejectCell.js';
import type { PlacedFault } from './rowTime.js';
import { resolveOn } from './siteOverTime.js';

const maxRemembered = 10_000;

/** Finds the site of a row; asks the lookup once per name. Unknown names are faults unless the lookup makes sites. */
export class SiteReader {
  private readonly column: PlanColumn | undefined;
  private readonly seen = new Map<string, number | Fault | readonly SitePeriod[]>();
  private readonly told = new Set<SitePeriod>();

  constructor(
    private readonly plan: LayoutPlan,
    private readonly lookup: DecodeLookup,
  ) {
    this.column = columnOf(plan, 'site');
  }

  /**
   * The site's id, or what is wrong with the cell. `when` is the start of what the row speaks for: epoch milliseconds,
   * a Beijing day, or the fault that keeps it unknown (for which the row is rejected anyway).
   */
  read(cells: readonly string[], when: number | string | PlacedFault): number | PlacedFault {
    const { column, plan } = this;
    if (column === undefined && plan.fixedSiteName === undefined)
      return plan.fixedSiteId ?? this.lookup.countySiteId;
    const text = column === undefined ? plan.fixedSiteName! : (cells[column.position] ?? '');
    const found = this.named(text, when);
    if (typeof found === 'number') return found;
    return { fault: found, column: column?.header ?? 'site', value: text };
  }

  /** The place of the cell that names the site; `undefined` when all rows are of one. */
  get position(): number | undefined {
    return this.column?.position;
  }

  /** As `read`, for a name wherever it stands. */
  named(text: string, when: number | string | PlacedFault): number | Fault {
    let found = this.seen.get(text);
    if (found === undefined) {
      found = this.find(text);
      if (this.seen.size < maxRemembered) this.seen.set(text, found);
    }
    return Array.isArray(found)
      ? this.onDay(text, found as readonly SitePeriod[], when)
      : (found as number | Fault);
  }

  private onDay(
    text: string,
    periods: readonly SitePeriod[],
    when: number | string | PlacedFault,
  ): number | Fault {
    if (typeof when === 'object') return periods[0]!.site.id;
    const found = resolveOn(periods, typeof when === 'number' ? dayOfInstant(when) : when);
    if ('code' in found) return found;
    if (found.mergedFrom !== undefined && !this.told.has(found)) {
      this.told.add(found);
      this.lookup.noteSuccessor?.(text, found);
    }
    return found.site.id;
  }

  private find(text: string): number | Fault | readonly SitePeriod[] {
    if (text.trim() === '') return { code: 'site-missing' };
    if (text.length > maxNameLength) return { code: 'site-unknown', params: nearParams([]) };
    const periods = this.lookup.sitePeriods?.(text) ?? [];
    if (periods.length > 0) return periods;
    const site = this.lookup.findSite(text) ?? this.lookup.createSite?.(text);
    if (site !== undefined && 'id' in site) return site.id;
    const near = nearParams(this.lookup.nearSites(text));
    return { code: site?.code ?? 'site-unknown', params: { ...near, ...site?.params } };
  }
}
