import type { FamilyName } from '../domain/family.js';
import type { Seeds, SiteSeed } from '../domain/seed.js';
import type { SiteKind } from '../domain/site.js';
import { generateAirRows } from './air.js';
import { listCountyReports } from './countyFigures.js';
import { demoBatchRows, type DemoBatch, type DemoData, type DemoRow } from './demoData.js';
import { listDustPeriods } from './dust.js';
import { generateStrawReports } from './townships.js';
import { generateWaterRows, hasWaterProfile } from './water.js';

const waterKinds: readonly SiteKind[] = [
  'river-section',
  'lake-section',
  'drinking-water-surface',
  'drinking-water-lake',
  'drinking-water-ground',
];

/**
 * The demonstration data (示例数据) of the county, 2021-01-01 to 2025-09-29: the same at every call and on every
 * machine. What the seeds do not have (another county's sites and indicators) is left out.
 */
export function generateDemo(seeds: Seeds): DemoData {
  const dustPeriods = listDustPeriods();
  const stations = sitesOf(seeds, ['air-station']).map((site) => site.code);
  const waterSites = sitesOf(seeds, waterKinds)
    .map((site) => site.code)
    .filter(hasWaterProfile);
  const county = sitesOf(seeds, ['county'])[0]?.code;
  const known = new Set(seeds.indicators.map((indicator) => indicator.code));
  const townships = sitesOf(seeds, ['township']).map((site) => site.code);
  return {
    *batches() {
      for (const station of stations) yield* inBatches('air_hour', generateAirRows(station, dustPeriods));
      yield* inBatches('water_month', chain(waterSites.map((site) => generateWaterRows(site))));
    },
    reports:
      county === undefined
        ? []
        : [
            ...(known.has('straw_utilisation_rate') ? generateStrawReports(townships, county) : []),
            ...listCountyReports(county, known),
          ],
    dustPeriods,
  };
}

function sitesOf(seeds: Seeds, kinds: readonly SiteKind[]): SiteSeed[] {
  return seeds.sites.filter((site) => kinds.includes(site.kind));
}

function* chain(parts: readonly Iterable<DemoRow>[]): Generator<DemoRow, void, undefined> {
  for (const part of parts) yield* part;
}

function* inBatches(family: FamilyName, rows: Iterable<DemoRow>): Generator<DemoBatch, void, undefined> {
  let batch: DemoRow[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length === demoBatchRows) {
      yield { family, rows: batch };
      batch = [];
    }
  }
  if (batch.length > 0) yield { family, rows: batch };
}
