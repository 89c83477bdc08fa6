/** What stands at a site, or what area a figure is about. */
export type SiteKind =
  | 'air-station'
  | 'river-section'
  | 'lake-section'
  /** A source drawn from a river. */
  | 'drinking-water-surface'
  /** A source drawn from a lake or reservoir. */
  | 'drinking-water-lake'
  | 'drinking-water-ground'
  | 'township'
  | 'county'
  | 'other';

/** A place or area that values belong to. */
export interface Site {
  readonly id: number;
  /** Stable code, unique. */
  readonly code: string;
  readonly name: string;
  readonly kind: SiteKind;
  /** River or lake of a section, e.g. 清水河. */
  readonly waterBody: string | null;
  readonly aliases: readonly string[];
  /** The plan does not name this site; the bureau has yet to supply the name. */
  readonly placeholder: boolean;
}
