import type { KeyedTable, StagedRow } from './keyedTable.js';

const maxSeries = 20_000;

/**
 * Watches the keys of rows as they are staged, so that the database need not be asked what their order shows: whether
 * a key can occur twice, whether they come in key order, and between which times they lie. Nearly every file goes
 * through each site's times upwards or downwards.
 */
export class KeyTrack {
  rows = 0;
  #first = Infinity;
  #last = -Infinity;
  #distinct = true;
  #ordered: boolean;
  #lastSite = -Infinity;
  readonly #narrow: boolean;
  readonly #spans = new Map<number | string, { first: number; last: number }>();

  constructor(table: Pick<KeyedTable, 'extraKeys'>) {
    this.#narrow = table.extraKeys.length > 0;
    // Texts are ordered by the database's collation.
    this.#ordered = !this.#narrow;
  }

  /** Every key differs from all others. False: it was not shown. */
  get distinct(): boolean {
    return this.#distinct;
  }

  /** The rows came in ascending order of (ts, site_id). False: it was not shown. */
  get ordered(): boolean {
    return this.#ordered;
  }

  /** The times between which all rows lie, epoch milliseconds, both included; `undefined` without rows. */
  get range(): { readonly first: number; readonly last: number } | undefined {
    // The database keeps microseconds, and rounds.
    return this.rows === 0 ? undefined : { first: Math.floor(this.#first), last: Math.ceil(this.#last) };
  }

  add(row: StagedRow): void {
    const { ts, siteId } = row;
    this.rows += 1;
    if (this.#ordered) {
      this.#ordered = ts > this.#last || (ts === this.#last && siteId > this.#lastSite);
      this.#lastSite = siteId;
    }
    if (ts < this.#first) this.#first = ts;
    if (ts > this.#last) this.#last = ts;
    if (this.#distinct) this.#distinct = this.#extends(row);
  }

  /** Whether the row lies before or after all others of its series. */
  #extends({ ts, siteId, keys }: StagedRow): boolean {
    // Two times may become one where the database rounds to microseconds.
    if (!Number.isInteger(ts)) return false;
    const series = this.#narrow ? `${siteId}\0${(keys ?? []).join('\0')}` : siteId;
    const span = this.#spans.get(series);
    if (span === undefined) {
      if (this.#spans.size >= maxSeries) return false;
      this.#spans.set(series, { first: ts, last: ts });
      return true;
    }
    if (ts > span.last) span.last = ts;
    else if (ts < span.first) span.first = ts;
    else return false;
    return true;
  }
}
