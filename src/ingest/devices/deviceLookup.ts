import { deviceSourceSchema, knowsMeasurement, type DeviceSource } from '../../domain/deviceSource.js';
import type { FamilyName } from '../../domain/family.js';
import type { Indicator } from '../../domain/indicator.js';
import { activateRules, type ActiveRules } from '../../domain/qualityRule.js';
import { listDeviceSources } from '../../store/deviceSources.js';
import type { Queryable } from '../../store/pool.js';
import { listQualityRules } from '../../store/qualityRules.js';
import { listIndicators } from '../../store/reference.js';
import { loadLookup, type SiteLookup } from '../siteLookup.js';
import { familyOf, FieldReader } from './fieldReader.js';

/** A definition ready for use. */
export interface OpenSource {
  readonly definition: DeviceSource;
  readonly family: FamilyName;
  readonly fields: FieldReader;
}

/** What lines are read by, as it stood when it was loaded. */
export interface DeviceLookup {
  readonly sites: Pick<SiteLookup, 'findSite' | 'sitePeriods' | 'nearSites'>;
  readonly rules: Pick<ActiveRules, 'range' | 'inversionMargin'>;
  /** The source that reads a line. */
  findSource(measurement: string, tagValue: (tag: string) => string | undefined): OpenSource | undefined;
}

/** Reads definitions, sites, indicators and rules. */
export async function loadDeviceLookup(db: Queryable): Promise<DeviceLookup> {
  const definitions = (await listDeviceSources(db)).map(({ definition }) => definition);
  const rules = activateRules(await listQualityRules(db));
  return createDeviceLookup(definitions, await listIndicators(db), await loadLookup(db), rules);
}

/** A lookup over what is given; definitions in the order in which they are to be asked. */
export function createDeviceLookup(
  definitions: readonly DeviceSource[],
  indicators: readonly Indicator[],
  sites: DeviceLookup['sites'],
  rules: DeviceLookup['rules'],
): DeviceLookup {
  const sources = definitions.flatMap((given): OpenSource[] => {
    const definition = deviceSourceSchema.parse(given);
    const family = familyOf(definition);
    if (family === undefined) return [];
    return [{ definition, family, fields: new FieldReader(definition, indicators, family) }];
  });
  return {
    sites,
    rules,
    findSource: (measurement, tagValue) =>
      sources.find(
        ({ definition }) =>
          knowsMeasurement(definition, measurement) &&
          Object.entries(definition.tags).every(([tag, value]) => tagValue(tag) === value),
      ),
  };
}
