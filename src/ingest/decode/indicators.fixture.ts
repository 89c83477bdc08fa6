import { normaliseName, type Indicator, type Medium } from '../../domain/indicator.js';
import type { SiteKind } from '../../domain/site.js';
import type { DecodeLookup, SiteKey } from './decodeLookup.js';

type Range = readonly [number | null, number | null];
type Row = readonly [
  code: string,
  names: string,
  unit: string,
  medium: Medium,
  plausible: Range,
  possible: Range,
];

const none: Range = [null, null];
const share: Range = [0, 100];

// Names apart by `|`; the first is the Chinese name. Ranges: plausible, possible.
const rows: readonly Row[] = [
  ['so2', '二氧化硫|so2', 'µg/m³', 'air', [0, 1000], [-10, 5000]],
  ['no2', '二氧化氮|no2', 'µg/m³', 'air', [0, 500], [-10, 3000]],
  ['co', '一氧化碳|co', 'mg/m³', 'air', [0, 15], [-1, 100]],
  ['o3', '臭氧|o3', 'µg/m³', 'air', [0, 600], [-10, 2000]],
  ['o3_8h', '臭氧8小时|o3_8h|o38小时|臭氧日最大8小时', 'µg/m³', 'air', [2, 500], [-10, 2000]],
  ['o3_1h', '臭氧1小时|o3_1h|o31小时', 'µg/m³', 'air', [2, 600], [-10, 2000]],
  ['pm10', '可吸入颗粒物|pm10', 'µg/m³', 'air', [0, 2000], [-10, 20000]],
  ['pm25', '细颗粒物|pm2.5|pm25', 'µg/m³', 'air', [0, 1000], [-10, 5000]],
  ['wt', '水温', '℃', 'water', [-1, 40], [-5, 100]],
  ['ph', 'ph|ph值', '', 'water', [5, 10], [0, 14]],
  ['do', '溶解氧|do|溶氧量', 'mg/L', 'water', [0, 25], [0, 60]],
  ['codmn', '高锰酸盐指数|codmn', 'mg/L', 'water', [0, 100], [0, 10000]],
  ['cod', '化学需氧量|cod|codcr', 'mg/L', 'water', [0, 500], [0, 100000]],
  ['bod5', '五日生化需氧量|bod5', 'mg/L', 'water', [0, 200], [0, 50000]],
  ['nh3n', '氨氮|nh3n|nh3-n', 'mg/L', 'water', [0, 50], [0, 5000]],
  ['tp', '总磷|tp', 'mg/L', 'water', [0, 10], [0, 1000]],
  ['tn', '总氮|tn', 'mg/L', 'water', [0, 100], [0, 5000]],
  ['f', '氟化物', 'mg/L', 'water', [0, 20], [0, 1000]],
  ['hg', '汞', 'mg/L', 'water', [0, 0.1], [0, 10]],
  ['cr6', '铬六价|六价铬', 'mg/L', 'water', [0, 1], [0, 100]],
  ['fc', '粪大肠菌群', '个/L', 'water', [0, 1e7], [0, 1e9]],
  ['ec', '电导率', 'µS/cm', 'water', [0, 20000], [0, 200000]],
  ['turb', '浊度', 'NTU', 'water', [0, 10000], [0, 100000]],
  ['chla', '叶绿素α|叶绿素a', 'mg/L', 'water', [0, 1], [0, 100]],
  ['algae', '藻密度', 'cells/L', 'water', [0, 1e9], [0, 1e12]],
  ['noise_night', '夜间噪声', 'dB', 'other', [20, 90], [0, 200]],
  ['straw_utilisation_rate', '秸秆综合利用率|农作物秸秆综合利用率', '%', 'report', [10, 100], share],
  ['film_recovery_rate', '残膜回收率|农膜回收率', '%', 'report', [10, 100], share],
  ['grassland_restoration_area', '草原修复治理|草原修复治理面积', '万亩', 'report', none, [0, 1000]],
  ['vapour_recovery_devices', '联网油气回收在线监控设备', '家', 'report', none, [0, 1000]],
  ['village_sewer_networks', '上下垣村等村污水管网建设', '是/否', 'report', none, [0, 1]],
];

/** Indicators that look like the seeded ones, for tests of the decoders. */
export const indicatorFixtures: readonly Indicator[] = rows.map(
  ([code, names, unit, medium, [plausibleMin, plausibleMax], [possibleMin, possibleMax]]) => {
    const [nameZh = code, ...others] = names.split('|');
    return {
      code,
      nameZh,
      nameEn: code,
      unit,
      decimals: 1,
      medium,
      plausibleMin,
      plausibleMax,
      possibleMin,
      possibleMax,
      synonyms: [code, nameZh, ...others].map(normaliseName),
    };
  },
);

const byName = new Map(
  indicatorFixtures.flatMap((indicator) => indicator.synonyms.map((name) => [name, indicator] as const)),
);

/** The county's own site in `fakeLookup`. */
export const countySiteId = 1;

/**
 * A lookup that knows the fixture indicators and, without `names`, every site it is asked for (numbered from 101 in
 * the order of asking); with `names` only those.
 */
export function fakeLookup(
  names?: readonly string[],
): DecodeLookup & { readonly asked: Map<string, SiteKey> } {
  const asked = new Map<string, SiteKey>();
  const kind: SiteKind = 'other';
  const add = (name: string): SiteKey => {
    const site = { id: 101 + asked.size, code: `S${asked.size + 1}`, name, kind };
    asked.set(name, site);
    return site;
  };
  names?.forEach(add);
  return {
    asked,
    countySiteId,
    findIndicator: (name) => byName.get(name),
    findSite: (name) => {
      const key = name.normalize('NFKC').trim();
      return asked.get(key) ?? (names === undefined ? add(key) : undefined);
    },
    nearSites: (name) =>
      [...asked.keys()].filter((known) => known.startsWith(name.trim().slice(0, 2))).slice(0, 3),
  };
}
