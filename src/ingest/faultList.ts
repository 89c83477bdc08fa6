import type { Rejection } from '../domain/rejection.js';
import { maxListedFaults } from './uploadReport.js';

const maxUnknownSites = 200;
const maxKeptFaults = 200_000;

/** The faults of one input: all of them counted, the first 200,000 kept, the first thousand of those for the report. */
export class FaultList {
  readonly #listed: Rejection[] = [];
  #count = 0;
  #fatal = 0;
  readonly #unknownSites = new Set<string>();
  /** Sheets in the order of the workbook. */
  readonly #sheets = new Map<string, number>();

  /** Faults of sheets are listed in the order in which this names them. */
  beginSheet(sheet: string): void {
    if (!this.#sheets.has(sheet)) this.#sheets.set(sheet, this.#sheets.size);
  }

  /** A fault of a row: the row is rejected. */
  add(rejection: Rejection): void {
    this.#count += 1;
    if (rejection.code === 'site-unknown' && this.#unknownSites.size < maxUnknownSites) {
      this.#unknownSites.add(rejection.value);
    }
    if (this.#listed.length < maxKeptFaults) this.#listed.push(rejection);
  }

  /** A fault for which the whole input is refused, whatever the uploader chose; listed before the others. */
  addFatal(rejection: Rejection): void {
    this.#count += 1;
    this.#listed.splice(this.#fatal, 0, rejection);
    this.#fatal += 1;
    if (this.#listed.length > maxKeptFaults) this.#listed.pop();
  }

  /** The distinct names that no site bears: one line tells the clerk what a thousand faults do not. */
  get unknownSites(): readonly string[] {
    return [...this.#unknownSites];
  }

  get count(): number {
    return this.#count;
  }

  get fatal(): number {
    return this.#fatal;
  }

  /** Faults of the whole first, then in the order of sheets and lines. */
  get listed(): readonly Rejection[] {
    return this.kept.slice(0, maxListedFaults);
  }

  /** All that were kept, in the same order. */
  get kept(): readonly Rejection[] {
    const rest = this.#listed
      .slice(this.#fatal)
      .sort((a, b) => this.#orderOf(a) - this.#orderOf(b) || a.line - b.line);
    return [...this.#listed.slice(0, this.#fatal), ...rest];
  }

  #orderOf({ sheet = '' }: Rejection): number {
    return this.#sheets.get(sheet) ?? 0;
  }
}
