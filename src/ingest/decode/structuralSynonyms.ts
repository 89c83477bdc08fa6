/** What a column is for, when it is not a measured item. */
export const structuralRoles = [
  'site',
  'datetime',
  'date',
  'hour',
  'time',
  'year',
  'month',
  'day',
  'period',
  'indicator',
  'value',
  'unit',
  'station-state',
  'numerator',
  'denominator',
  'evidence',
  'published',
] as const;
export type StructuralRole = (typeof structuralRoles)[number];

/** Figures that others computed and print beside the measurements. */
export const publishedIndicators = ['aqi', 'aqi_level', 'primary_pollutant', 'water_class'] as const;
export type PublishedIndicator = (typeof publishedIndicators)[number];

/** One line of the table of column names. */
export interface StructuralSynonym {
  readonly role: StructuralRole;
  /** Among columns of one role the lowest rank is used and the others are ignored; two of one rank are ambiguous. */
  readonly rank: number;
  /** For role `published`. */
  readonly published?: PublishedIndicator;
  /** A site column that names an area rather than a station. */
  readonly area?: 'township' | 'district';
}

type SynonymRow = readonly [StructuralSynonym, readonly string[]];

// Names are as `normaliseName` leaves them: lower case, no brackets, blanks, `_`, `-`, `.` or `:`.
const synonymRows: readonly SynonymRow[] = [
  [
    { role: 'site', rank: 0 },
    ['断面名称', '断面', '站点', '站点名称', '站名', '点位', '点位名称', '监测点', '监测点位', '监测点名称',
      '监测点位名称', '监测站', '监测站点', '监测站名称', '监测断面', '测点', '测点名称', '水源地', '水源地名称',
      '水源名称', 'watchpoint', 'station', 'stationname', 'site', 'sitename', 'location', 'positionname', 'sectionname'],
  ],
  [
    { role: 'site', rank: 1 },
    ['站点编码', '站点编号', '点位编码', '点位编号', '断面编码', '断面代码', '监测点编码', 'sitecode', 'siteid',
      'stationcode', 'stationid'],
  ],
  [
    { role: 'site', rank: 2, area: 'township' },
    ['乡镇', '乡镇名称', '所属乡镇', '乡镇街道', '乡', '镇', '乡镇开发区', '乡镇/开发区', 'township', 'town'],
  ],
  [{ role: 'site', rank: 3, area: 'township' }, ['填报单位', '报送单位', '上报单位']],
  [
    { role: 'site', rank: 4, area: 'district' },
    ['城市', '城市名称', 'city', 'cityname', '县区', '区县', '市县', '县', '行政区', '地区', 'area', 'county', '名称', 'name'],
  ],
  [
    { role: 'datetime', rank: 0 },
    ['监测时间', '时间', '采样时间', '日期时间', '数据时间', '发布时间', '观测时间', 'datetime', 'time', 'timestamp',
      'local', 'localtime', 'datelocal', 'date/local', 'datetimelocal', 'timepoint', 'samplingtime'],
  ],
  [{ role: 'datetime', rank: 1 }, ['utc', 'date/utc', 'dateutc', 'datetimeutc', 'utctime']],
  [
    { role: 'date', rank: 0 },
    ['日期', '监测日期', '采样日期', '数据日期', '统计日期', 'date', '年月日', 'monitordate', 'samplingdate'],
  ],
  [{ role: 'date', rank: 1 }, ['年月', '监测年月', '统计年月', '监测月份', '统计月份', 'yearmonth']],
  [{ role: 'hour', rank: 0 }, ['小时', '时', 'hour', 'hh', '整点', '时刻', '时次']],
  [{ role: 'year', rank: 0 }, ['年', '年份', 'year']],
  [{ role: 'year', rank: 1 }, ['年度', '统计年度', '考核年度', '报告年度']],
  [{ role: 'month', rank: 0 }, ['月', '月份', 'month']],
  [{ role: 'day', rank: 0 }, ['日', 'day']],
  [
    { role: 'period', rank: 0 },
    ['期间', '报告期', '报告期间', '统计期', '统计期间', '统计时段', '时段', '周期', '期别', '期次', '季度', '半年',
      '截至日期', '截止日期', '截至时间', 'period', 'quarter', 'reportingperiod', '年度/期间', '年度期间'],
  ],
  [
    { role: 'indicator', rank: 0 },
    ['指标', '指标名称', '监测项目', '监测指标', '监测因子', '因子', '项目名称', '污染物', '污染物名称', '参数',
      'parameter', 'indicator', 'pollutant', 'item', 'indicatorname', '考核指标'],
  ],
  [{ role: 'indicator', rank: 1 }, ['项目', '任务', '目标', 'type', '类型']],
  [
    { role: 'value', rank: 0 },
    ['数值', '值', '监测值', '指标值', '监测结果', '结果', '浓度', '浓度值', '实测值', '实际值', '完成值', 'value', 'concentration', 'result'],
  ],
  [{ role: 'value', rank: 1 }, ['完成情况', '数据', '本期值', '完成数', '完成量']],
  [{ role: 'unit', rank: 0 }, ['单位', '计量单位', 'unit', 'units']],
  [{ role: 'station-state', rank: 0 }, ['站点情况', '站点状态', '断面情况', '运行状态', '状态', '断面状态']],
  [{ role: 'numerator', rank: 0 }, ['分子', '分子值', 'numerator']],
  [{ role: 'denominator', rank: 0 }, ['分母', '分母值', 'denominator']],
  [
    { role: 'evidence', rank: 0 },
    ['佐证', '佐证材料', '依据', '证明材料', '支撑材料', '证明', 'evidence'],
  ],
  [{ role: 'evidence', rank: 1 }, ['数据来源', '来源', '文号', '备注']],
  [{ role: 'published', rank: 0, published: 'aqi' }, ['aqi', 'aqi指数', '空气质量指数', 'dailyaqivalue']],
  [
    { role: 'published', rank: 0, published: 'aqi_level' },
    ['等级', '质量等级', '空气质量等级', '空气质量级别', '空气质量状况', '空气质量类别', 'aqi等级', 'aqi级别', '级别',
      'level', 'quality', 'aqilevel'],
  ],
  [
    { role: 'published', rank: 0, published: 'primary_pollutant' },
    ['首要污染物', 'primarypollution', 'primarypollutant'],
  ],
  [
    { role: 'published', rank: 0, published: 'water_class' },
    ['水质类别', '水质等级', '水质级别', '断面水质类别', '水质现状', '本月水质类别', 'waterclass'],
  ],
]; // prettier-ignore

const byName = new Map<string, StructuralSynonym>(
  synonymRows.flatMap(([synonym, names]) => names.map((name) => [name, synonym] as const)),
);

/** The structural meaning of a normalised column name, if it has one. */
export function findStructuralSynonym(normalisedName: string): StructuralSynonym | undefined {
  return byName.get(normalisedName);
}

/** The built-in table of column names, a line per meaning. */
export const structuralSynonyms: readonly {
  readonly synonym: StructuralSynonym;
  readonly names: readonly string[];
}[] = synonymRows.map(([synonym, names]) => ({ synonym, names }));

/** What the station-state column says: nothing unusual, values not to be relied on, or no water. */
export type StationState = 'normal' | 'maintenance' | 'no-flow' | 'unknown';

const normalStates = new Set([
  '',
  '正常',
  '正常运行',
  '运行',
  '在线',
  '联网',
  '已监测',
  '正常监测',
  'normal',
  'online',
]);
const maintenancePattern = /维护|检修|校准|质控|停运|停机|故障|离线|不具备运行条件|调试|maintenance|offline/i;
const noFlowPattern = /断流|无水|干涸|冰封|结冰|封冻|冻结/;

/** Reads a station state; texts that are not known are `unknown`, and the row is marked suspect. */
export function readStationState(text: string): StationState {
  const folded = text.normalize('NFKC').trim().toLowerCase();
  if (normalStates.has(folded) || /^[-—*/]+$/.test(folded)) return 'normal';
  if (noFlowPattern.test(folded)) return 'no-flow';
  return maintenancePattern.test(folded) ? 'maintenance' : 'unknown';
}

/** Whether a cell says that there was no water to sample (断流, 断流未监测, 冰封…). */
export function saysNoFlow(text: string): boolean {
  return noFlowPattern.test(text);
}
