import { alertRuleSchema, type AlertRule } from '../domain/alertRule.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import type { Target } from '../domain/target.js';

/**
 * The script of the staged alerts (演示告警): what is stored, in which order, and by which clock the engine then looks at
 * it. Its sites are of kind `other` and belong to no group of the plans, its target takes effect the day after the
 * demonstration judges: no figure or verdict of the demonstration rests on any of it.
 */

/** Before every name of what is staged. */
export const stagedLabel = '示例';

export const stagedAirSites = ['demo-air-1', 'demo-air-2', 'demo-air-3', 'demo-air-4', 'demo-air-5'] as const;
export const stagedSections = [
  'demo-section-1',
  'demo-section-2',
  'demo-section-3',
  'demo-section-4',
] as const;
export type StagedSite = (typeof stagedAirSites)[number] | (typeof stagedSections)[number];

export const stagedSiteNames: Readonly<Record<StagedSite, string>> = {
  'demo-air-1': '示例甲站',
  'demo-air-2': '示例乙站',
  'demo-air-3': '示例丙站',
  'demo-air-4': '示例丁站',
  'demo-air-5': '示例戊站',
  'demo-section-1': '示例断面甲',
  'demo-section-2': '示例断面乙',
  'demo-section-3': '示例断面丙',
  'demo-section-4': '示例断面丁',
};

export const stagedGroup = {
  code: 'demo-sections',
  nameZh: '示例断面（演示告警用）',
  members: ['demo-section-1', 'demo-section-2'],
};

/** In force from the day after the one as of which the demonstration judges, so that no table of it has it. */
export const stagedTarget: {
  readonly effective: string;
  readonly document: string;
  readonly definition: Omit<Target, 'id' | 'planId'>;
} = {
  effective: '2025-10-01',
  document: '示例文件（演示告警用）',
  definition: {
    clause: '示例',
    nameZh: '示例断面水质',
    nameEn: 'Demonstration sections, grade',
    kind: 'section-grade',
    indicator: 'water_grade',
    comparison: '<=',
    limit: '3',
    decimals: 0,
    unit: '类',
    quote: '示例断面水质达到地表水Ⅲ类',
    scopeZh: '示例断面',
    siteGroup: stagedGroup.code,
    offices: ['water'],
    due: '2025-12-31',
    periodStart: '2025-01-01',
    ledger: 'with-dust',
    baseYear: null,
    assumptions: ['只为演示告警，不是方案的目标。'],
  },
};

const heading = {
  offices: ['ecology'],
  source: '演示用，不依据任何文件',
  adviceZh: '这是演示，不需要处理。',
};

/** One rule of each kind, over what is staged alone. */
export function stagedRules(targetId: number): AlertRule[] {
  return [
    {
      ...heading,
      kind: 'threshold',
      code: 'demo-threshold',
      titleZh: '示例：PM10 小时值偏高',
      forHours: 2,
      noDataForHours: 6,
      scope: { sites: stagedAirSites.filter((site) => site !== 'demo-air-4') },
      measure: { of: 'value', interval: 'hour', indicator: 'pm10' },
      op: 'above',
      levels: [
        { severity: 'warning', threshold: '150', clear: '130' },
        { severity: 'critical', threshold: '300', clear: '280' },
      ],
    },
    {
      ...heading,
      kind: 'target',
      code: 'demo-target',
      titleZh: '示例：断面月水质未达目标',
      offices: 'of-target',
      repeatHours: null,
      targets: [targetId],
      test: { of: 'section-month', fails: 'warning', drops: null },
    },
    {
      ...heading,
      kind: 'absence',
      code: 'demo-absence',
      titleZh: '示例：断面月数据未报',
      repeatHours: 240,
      groupBy: ['kind'],
      scope: { sites: stagedSections.slice(2) },
      indicators: 'any',
      calendar: 'monthly',
      graceWorkingDays: 10,
      levels: [
        { severity: 'notice', afterWorkingDays: 0 },
        { severity: 'warning', afterWorkingDays: 10 },
      ],
    },
    {
      ...heading,
      kind: 'quality',
      code: 'demo-quality',
      titleZh: '示例：数据质量，PM2.5 与 PM10 倒挂',
      repeatHours: null,
      scope: { sites: ['demo-air-1'] },
      check: 'inversion',
      levels: [{ severity: 'notice', threshold: '3' }],
    },
    {
      ...heading,
      kind: 'heavy-pollution',
      code: 'demo-heavy-pollution',
      titleZh: '示例：监测值达到重污染天气预警数值条件',
      scope: { sites: ['demo-air-4'] },
      basis: 'natural-day',
      severities: { yellow: 'notice', orange: 'warning', red: 'critical' },
    },
    {
      ...heading,
      kind: 'service',
      code: 'demo-service',
      titleZh: '示例：系统，待处理的来件偏多',
      check: 'quarantine-rows',
      levels: [{ severity: 'warning', threshold: '3' }],
    },
  ].map((rule) => alertRuleSchema.parse(rule));
}

/** A row to store; its site by code. */
export interface StagedValues {
  readonly family: 'air_hour' | 'water_month';
  readonly site: StagedSite;
  readonly ts: number;
  readonly values: readonly (number | null)[];
}

/** Somebody of the demonstration who takes on what a rule has raised, all of it or of one site. */
export interface StagedAcknowledgement {
  readonly rule: string;
  readonly site?: StagedSite;
  readonly by: string;
  readonly office: string;
  readonly noteZh: string;
}

/** One step: what happens, and what the engine then does by the clock of the demonstration. */
export interface StagedStep {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly zh: string;
  readonly rows?: readonly StagedValues[];
  /** Lines from an unknown device that come, and that somebody discards. */
  readonly quarantine?: 'come' | 'go';
  readonly acknowledge?: StagedAcknowledgement;
  readonly then?: readonly ('round' | 'look' | 'remind')[];
}

/** What the sections hold besides ammonia, all of it class Ⅱ or better. */
const clean: Readonly<Record<string, number>> = {
  wt: 19, ph: 7.8, do: 8.1, codmn: 2.6, cod: 11, bod5: 1.8, tp: 0.06, cu: 0.002, zn: 0.01, f: 0.62, se: 0.0004,
  as: 0.002, hg: 0.00002, cd: 0.0002, cr6: 0.005, pb: 0.001, cn: 0.002, vp: 0.0008, oil: 0.02, las: 0.03, s: 0.006,
}; // prettier-ignore

const clerk = { by: '示例值班员', office: '生态环境分局（示例）' };
const waterClerk = { by: '示例联络员', office: '水务局（示例）' };

/** The steps, in the order of their clock. The first one is taken when sites and rules are there. */
export const stagedSteps: readonly StagedStep[] = [
  {
    at: moment('2025-08-20', '09:00'),
    zh: '建立示例点位和规则',
    rows: [
      ...stagedSections.map((site) => month(site, '2025-07', 0.3)),
      // What the target's day of effect is reached by.
      month('demo-section-2', '2025-10', 0.3),
    ],
    then: ['round'],
  },
  {
    at: moment('2025-08-21', '09:20'),
    zh: '示例断面甲 8 月水质Ⅳ类，目标Ⅲ类',
    rows: [month('demo-section-1', '2025-08', 1.2)],
    then: ['round'],
  },
  { at: moment('2025-08-21', '16:40'), zh: '四个工作小时无人确认，升级', then: ['remind'] },
  {
    at: moment('2025-08-22', '09:00'),
    zh: '水务局确认',
    acknowledge: { rule: 'demo-target', ...waterClerk, noteZh: '已安排排查上游排口' },
  },
  { at: moment('2025-09-15', '09:10'), zh: '两个断面 8 月数据逾期未报', then: ['look'] },
  {
    at: moment('2025-09-15', '10:00'),
    zh: '确认其中一个断面',
    acknowledge: { rule: 'demo-absence', site: 'demo-section-3', ...clerk, noteZh: '已催报' },
  },
  { at: moment('2025-09-15', '17:10'), zh: '另一个无人确认，升级', then: ['remind'] },
  { at: moment('2025-09-17', '10:00'), zh: '未登记的设备来件', quarantine: 'come', then: ['look'] },
  {
    at: moment('2025-09-17', '10:20'),
    zh: '运维确认',
    acknowledge: { rule: 'demo-service', by: '示例运维', office: '运维（示例）', noteZh: '正在核对设备代码' },
  },
  { at: moment('2025-09-17', '11:00'), zh: '来件处理完毕', quarantine: 'go', then: ['look'] },
  {
    at: moment('2025-09-19', '10:00'),
    zh: '两个断面补报 8 月数据',
    rows: [month('demo-section-3', '2025-08', 0.3), month('demo-section-4', '2025-08', 0.3)],
    then: ['round', 'look'],
  },
  {
    at: moment('2025-09-22', '11:30'),
    zh: '示例甲站 PM2.5 高于 PM10',
    rows: hours('demo-air-1', '2025-09-22', 0, [52, 50, 48, 47, 49, 53, 57, 60, 58, 55, 54], [5, 6, 7, 8]),
    then: ['round'],
  },
  {
    at: moment('2025-09-22', '11:45'),
    zh: '审核人确认',
    acknowledge: { rule: 'demo-quality', ...clerk, noteZh: '已通知运维单位校准' },
  },
  {
    at: moment('2025-09-23', '12:10'),
    zh: '示例甲站恢复正常；示例断面甲 9 月水质Ⅱ类',
    rows: [
      ...hours('demo-air-1', '2025-09-22', 11, [56, 57, 55, 53, 52, 54, 58, 61, 63, 60, 57, 55, 54]),
      ...hours('demo-air-1', '2025-09-23', 0, [53, 51, 49, 50, 52, 55, 58, 60, 62, 59, 57, 56]),
      month('demo-section-1', '2025-09', 0.3),
    ],
    then: ['round'],
  },
  {
    at: moment('2025-09-24', '11:20'),
    zh: '三个站 PM10 连续两小时超过 150',
    rows: [
      ...hours('demo-air-1', '2025-09-23', 12, [57, 58, 60, 63, 62, 61, 64, 66, 65, 63, 62, 61]),
      ...hours('demo-air-1', '2025-09-24', 0, [60, 62, 64, 67, 70, 78, 88, 105, 138, 172, 181]),
      ...hours('demo-air-2', '2025-09-24', 0, [61, 60, 63, 66, 72, 80, 92, 110, 142, 183, 194]),
      ...hours('demo-air-3', '2025-09-24', 0, [58, 59, 61, 64, 69, 76, 85, 101, 133, 165, 176]),
    ],
    then: ['round'],
  },
  {
    at: moment('2025-09-24', '11:40'),
    zh: '值班员确认示例甲站',
    acknowledge: {
      rule: 'demo-threshold',
      site: 'demo-air-1',
      ...clerk,
      noteZh: '站旁道路施工，已要求洒水',
    },
  },
  {
    at: moment('2025-09-24', '14:50'),
    zh: '示例甲站恢复，示例乙站加重',
    rows: [
      ...hours('demo-air-1', '2025-09-24', 11, [128, 104, 96]),
      ...hours('demo-air-2', '2025-09-24', 11, [246, 298, 334]),
      ...hours('demo-air-3', '2025-09-24', 11, [174, 179, 171]),
    ],
    then: ['round'],
  },
  { at: moment('2025-09-24', '18:10'), zh: '乙、丙两站无人确认，升级', then: ['remind'] },
  {
    at: moment('2025-09-24', '20:20'),
    zh: '各站恢复',
    rows: [
      ...hours('demo-air-1', '2025-09-24', 14, [90, 86, 82, 80, 78, 75]),
      ...hours('demo-air-2', '2025-09-24', 14, [301, 262, 205, 158, 121, 97]),
      ...hours('demo-air-3', '2025-09-24', 14, [166, 158, 149, 131, 112, 94]),
    ],
    then: ['round'],
  },
  {
    at: moment('2025-09-26', '05:40'),
    zh: '示例丁站一天 AQI 高于 200',
    rows: hours('demo-air-4', '2025-09-25', 0, dayAround(385)),
    then: ['round'],
  },
  {
    at: moment('2025-09-27', '05:40'),
    zh: '示例丁站连续两天 AQI 高于 200，加重',
    rows: hours('demo-air-4', '2025-09-26', 0, dayAround(395)),
    then: ['round'],
  },
  {
    at: moment('2025-09-27', '09:00'),
    zh: '值班员确认',
    acknowledge: { rule: 'demo-heavy-pollution', ...clerk, noteZh: '已报请会商' },
  },
  {
    at: moment('2025-09-28', '05:40'),
    zh: '示例丁站恢复',
    rows: hours('demo-air-4', '2025-09-27', 0, dayAround(70)),
    then: ['round'],
  },
  {
    at: moment('2025-10-01', '08:20'),
    zh: '示例戊站 PM10 偏高，留给看演示的人确认',
    rows: hours('demo-air-5', '2025-10-01', 0, [63, 68, 77, 90, 112, 139, 168, 187]),
    then: ['round'],
  },
];

function moment(day: string, clock: string): number {
  const [hour, minute] = clock.split(':').map(Number) as [number, number];
  return instantOfDay(day) + hour * hourMs + minute * 60_000;
}

/** Hours of a station by their PM10; in those of `inverted` PM2.5 lies above it. */
function hours(
  site: StagedSite,
  day: string,
  first: number,
  pm10: readonly number[],
  inverted: readonly number[] = [],
): StagedValues[] {
  return pm10.map((value, index) => {
    const hour = first + index;
    const fine = inverted.includes(hour) ? value + 18 + (hour % 3) : Math.round(value * 0.42) + (hour % 4);
    return {
      family: 'air_hour',
      site,
      ts: instantOfDay(day) + hour * hourMs,
      values: [8 + (hour % 5), 18 + (hour % 7), 0.5 + (hour % 4) / 10, 55 + ((hour * 7) % 40), value, fine],
    };
  });
}

function dayAround(mean: number): number[] {
  return Array.from({ length: 24 }, (_, hour) => mean + (((hour * 5) % 11) - 5) * 2);
}

/** A section's month that ammonia decides about: 0.3 mg/L is class Ⅱ, 1.2 class Ⅳ. */
function month(site: StagedSite, name: string, nh3n: number): StagedValues {
  const items: Readonly<Record<string, number>> = { ...clean, nh3n };
  return {
    family: 'water_month',
    site,
    ts: instantOfDay(`${name}-01`),
    values: waterItems.map((item) => items[item] ?? null),
  };
}
