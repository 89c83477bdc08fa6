/** What a token may do, each role with the ones before it. */
export const roles = ['viewer', 'uploader', 'reviewer', 'operator', 'admin'];

export const roleWords = {
  viewer: '查看',
  uploader: '上传',
  reviewer: '审核',
  operator: '运维',
  admin: '管理员',
};

/** Whether the token's role includes another. */
export function may(me, role) {
  return roles.indexOf(me.role) >= roles.indexOf(role);
}

/** Who may do what the token may not. */
export function needsWords(what, role) {
  return `${what}需要“${roleWords[role]}”及以上权限的令牌，请向管理员申请。`;
}

/** Verdicts in the order of urgency; each has a sign and a word besides its colour. */
export const verdicts = [
  ['missed', '未达标', '✕'],
  ['lost', '已无法达标', '✕'],
  ['at-risk', '存在风险', '!'],
  ['insufficient-data', '数据不足', '?'],
  ['not-reported', '未报送', '○'],
  ['on-track', '进度正常', '→'],
  ['secured', '锁定达标', '✓'],
  ['met', '已达标', '✓'],
];

export const verdictWords = Object.fromEntries(verdicts.map(([name, words]) => [name, words]));

export const intervalWords = { hour: '小时值', day: '日均值', month: '月均值', instant: '单次采样' };

export const layoutWords = {
  wide: '每个指标一列',
  long: '每个数值一行',
  'water-sections': '水质断面表',
  'wide-by-site': '每个点位一列',
  'township-rates': '乡镇比率表',
  'county-figures': '全县数字表',
  'dust-periods': '沙尘时段表',
  'site-list': '点位清单',
};

/** What a column of a file may be, besides the values of an indicator. */
export const columnRoles = [
  ['site', '点位、断面或乡镇'],
  ['datetime', '日期和时间'],
  ['date', '日期'],
  ['time', '时间'],
  ['hour', '小时'],
  ['year', '年'],
  ['month', '月'],
  ['day', '日'],
  ['period', '期间（年、半年、季、月）'],
  ['item', '一个指标的数值'],
  ['site-values', '一个点位的数值'],
  ['indicator', '指标名称'],
  ['value', '数值（指标名在另一列）'],
  ['unit', '单位'],
  ['station-state', '站点情况（正常、维护）'],
  ['numerator', '分子'],
  ['denominator', '分母'],
  ['evidence', '佐证材料'],
  ['published:aqi', '公布的 AQI'],
  ['published:aqi_level', '公布的空气质量级别'],
  ['published:primary_pollutant', '公布的首要污染物'],
  ['published:water_class', '公布的水质类别'],
  ['start', '开始时间（沙尘时段）'],
  ['end', '结束时间（沙尘时段）'],
  ['document', '文号'],
  ['note', '备注'],
  ['code', '点位编码（点位清单）'],
  ['name', '点位名称（点位清单）'],
  ['kind', '点位类型（点位清单）'],
  ['water-body', '所在水体（点位清单）'],
  ['aliases', '别名（点位清单）'],
  ['longitude', '经度'],
  ['latitude', '纬度'],
];

export const columnRoleWords = Object.fromEntries(columnRoles);

const formulas = {
  pm25: 'PM2.5',
  pm10: 'PM10',
  so2: 'SO2',
  no2: 'NO2',
  co: 'CO',
  o3: 'O3',
  o3_8h: 'O3 8 小时',
};

/** Names of the indicators, filled once somebody has signed in. */
export const indicatorNames = new Map();

/** An indicator in words; what is not known stays as it is. */
export function indicatorWords(code) {
  return formulas[code] ?? indicatorNames.get(code) ?? code;
}

export const siteKindWords = {
  'air-station': '空气站',
  'river-section': '河流断面',
  'lake-section': '湖库断面',
  'drinking-water-surface': '地表饮用水水源地（河流）',
  'drinking-water-lake': '湖库饮用水水源地',
  'drinking-water-ground': '地下饮用水水源地',
  township: '乡镇（开发区）',
  county: '全县',
  other: '其他',
};

export const familyWords = {
  air_hour: '空气小时值',
  air_day: '空气日均值',
  air_month: '空气月均值',
  water_sample: '水质单次采样',
  water_month: '水质月均值',
  series: '其他数据',
};
