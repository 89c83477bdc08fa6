/** How long the interval is that a stored value speaks for; `instant` is a sample taken at a moment. */
export type Interval = 'hour' | 'day' | 'month' | 'instant';

/**
 * A wide table: one row per site and time, one `double precision` column per indicator. The key is (ts, site_id);
 * `ts` is the START of the interval. Columns are indicator codes.
 */
export interface Family {
  readonly name: FamilyName;
  readonly medium: 'air' | 'water';
  /** Minute values come from devices alone, never from files. */
  readonly interval: Interval | 'minute' | 'minute5';
  readonly table: string;
  readonly columns: readonly string[];
}

export type FamilyName =
  'air_minute' | 'air_minute5' | 'air_hour' | 'air_day' | 'air_month' | 'water_sample' | 'water_month';

/** The items of GB 3838-2002 tables 1 and 2, and the four that stations add (EC, turbidity, chlorophyll, algae). */
export const waterItems = [
  'wt', 'ph', 'do', 'codmn', 'cod', 'bod5', 'nh3n', 'tp', 'tn', 'cu', 'zn', 'f', 'se', 'as', 'hg', 'cd', 'cr6',
  'pb', 'cn', 'vp', 'oil', 'las', 's', 'fc', 'so4', 'cl', 'no3n', 'fe', 'mn', 'ec', 'turb', 'chla', 'algae',
] as const; // prettier-ignore

// Hourly rows hold the six basic items and nothing more: a row without nulls needs no null bitmap (8 bytes a row).
const airHourItems = ['so2', 'no2', 'co', 'o3', 'pm10', 'pm25'] as const;
const airDayItems = ['so2', 'no2', 'co', 'o3_8h', 'pm10', 'pm25', 'o3_1h'] as const;

export const families: Readonly<Record<FamilyName, Family>> = {
  air_minute: {
    name: 'air_minute',
    medium: 'air',
    interval: 'minute',
    table: 'air_minute',
    columns: airHourItems,
  },
  air_minute5: {
    name: 'air_minute5',
    medium: 'air',
    interval: 'minute5',
    table: 'air_minute5',
    columns: airHourItems,
  },
  air_hour: { name: 'air_hour', medium: 'air', interval: 'hour', table: 'air_hour', columns: airHourItems },
  air_day: { name: 'air_day', medium: 'air', interval: 'day', table: 'air_day', columns: airDayItems },
  air_month: {
    name: 'air_month',
    medium: 'air',
    interval: 'month',
    table: 'air_month',
    columns: airDayItems,
  },
  water_sample: {
    name: 'water_sample',
    medium: 'water',
    interval: 'instant',
    table: 'water_sample',
    columns: waterItems,
  },
  water_month: {
    name: 'water_month',
    medium: 'water',
    interval: 'month',
    table: 'water_month',
    columns: waterItems,
  },
};

/** The family that stores an indicator at an interval, or `undefined` when only the narrow table can. */
export function findFamily(
  medium: 'air' | 'water',
  interval: Interval,
  indicator: string,
): Family | undefined {
  return Object.values(families).find(
    (family) =>
      family.medium === medium && family.interval === interval && family.columns.includes(indicator),
  );
}
