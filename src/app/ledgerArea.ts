/** Words in indicator codes that tell the area (领域) a target belongs to; the first that fits decides. */
const areasByWord: readonly (readonly [RegExp, string])[] = [
  [
    /^(pm25|pm10|good_day|heavy_pollution|heating|vapour|vocs|huaping|mechanised_sweeping|new_energy)/,
    '大气',
  ],
  [/^(water_|black_odorous|reclaimed_water|outfall|groundwater|soil_water)/, '水'],
  [/(carbon|non_fossil|energy)/, '能源与碳排放'],
  [/(forest|grassland|wetland|green_space|pest_control)/, '自然生态'],
  [/(village|rural|manure|straw|film|pesticide|fertiliser)/, '农业农村'],
  [/(farmland|construction_land|waste|medical)/, '土壤与固体废物'],
  [/noise/, '噪声'],
];

/** The area of a target for the ledger: a working assumption, for the plans name none. */
export function ledgerAreaOf(indicator: string): string {
  return areasByWord.find(([pattern]) => pattern.test(indicator))?.[1] ?? '其他';
}
