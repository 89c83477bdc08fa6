import type { SiteKind } from './site.js';

/** What is sampled: a column of GB 3838 (reservoirs are lakes), or groundwater, for which GB/T 14848 holds. */
export type SectionBody = 'river' | 'lake' | 'groundwater';

const bodies: Partial<Record<SiteKind, SectionBody>> = {
  'lake-section': 'lake',
  'drinking-water-lake': 'lake',
  'drinking-water-ground': 'groundwater',
};

/** What water a site of a kind has; it decides the one standard that holds for the site. */
export function waterBodyOf(kind: SiteKind): SectionBody {
  return bodies[kind] ?? 'river';
}

/** Whether a site of a kind is a source of drinking water. */
export function isDrinkingSource(kind: SiteKind): boolean {
  return kind.startsWith('drinking-water-');
}
