import type { AlertLevel, AlertOperator } from './alertLevel.js';
import { serviceChecks, type AlertMeasure, type AlertRule, type RuleOfKind } from './alertRule.js';
import type { Severity } from './notification.js';
import { verdictZh } from './verdict.js';

/** Chinese words for the severities. */
export const severityZh: Readonly<Record<Severity, string>> = {
  notice: '提示',
  warning: '警告',
  critical: '严重',
};

/** How the names of indicators and targets are found; without them codes are printed. */
export interface RuleNames {
  readonly indicator?: (code: string) => { readonly nameZh: string; readonly unit: string } | undefined;
}

const operatorZh: Readonly<Record<AlertOperator, string>> = {
  above: '高于',
  below: '低于',
  'at-least': '达到',
  'at-most': '不多于',
};

export const qualityCheckZh: Readonly<Record<RuleOfKind<'quality'>['check'], string>> = {
  inversion: 'PM2.5 与 PM10 倒挂',
  constant: '恒值',
  jump: '突变',
  negatives: '负值过多',
  'published-differs': '发布的 AQI 与计算的不一致',
  'published-changed': '已发布的数值被改动',
};

export const calendarZh: Readonly<Record<RuleOfKind<'absence'>['calendar'], string>> = {
  hourly: '每小时',
  daily: '每日',
  monthly: '每月',
  quarterly: '每季',
};

/** When a rule fires, in plain words: its own explanation where it has one, else what follows from its parameters. */
export function explainRule(rule: AlertRule, names: RuleNames = {}): string {
  return rule.explanationZh ?? describeRule(rule, names);
}

/** The explanation that follows from the parameters of a rule. */
export function describeRule(rule: AlertRule, names: RuleNames = {}): string {
  return `${describeTest(rule, names)}${describeTimes(rule)}`;
}

function describeTest(rule: AlertRule, names: RuleNames): string {
  switch (rule.kind) {
    case 'threshold':
      return describeThreshold(rule, names);
    case 'target':
      return describeTarget(rule);
    case 'absence':
      return describeAbsence(rule);
    case 'quality':
      return `一个点位一天中“${qualityCheckZh[rule.check]}”的数据${listLevels(rule.levels, 'at-least', ' 行')}。`;
    case 'heavy-pollution':
      return `监测值达到重污染天气黄色、橙色或红色预警的数值条件时触发（${
        rule.basis === 'natural-day' ? '按自然日' : '按任意连续 24 小时'
      }）；沙尘时段内只注明、不触发。预警由政府发布，本系统只说明监测值。`;
    case 'service': {
      const { nameZh, unit } = serviceChecks[rule.check];
      return `${nameZh}${listLevels(rule.levels, 'at-least', unit)}。`;
    }
  }
}

function listLevels(levels: readonly AlertLevel[], operator: AlertOperator, unit: string): string {
  return levels
    .map(({ severity, threshold, clear }) => {
      const back = clear === undefined || clear === threshold ? '' : `，回到 ${clear}${unit} 才解除`;
      return `${operatorZh[operator]} ${threshold}${unit} 为${severityZh[severity]}${back}`;
    })
    .join('；');
}

function describeThreshold({ measure, op, levels }: RuleOfKind<'threshold'>, names: RuleNames): string {
  if (measure.of === 'class-limit')
    return `断面${measure.interval === 'month' ? '月' : '单次'}监测项目与目标类别限值之比${listLevels(
      levels,
      op,
      ' 倍',
    )}（溶解氧为低于限值，pH 为超出范围）。等于限值为达标。`;
  const { nameZh, unit } = describeMeasure(measure, names);
  return `${nameZh}${listLevels(levels, op, unit === '' ? '' : ` ${unit}`)}。`;
}

/** The name and unit of what a threshold rule watches. */
export function describeMeasure(
  measure: Exclude<AlertMeasure, { of: 'class-limit' }>,
  names: RuleNames = {},
): { nameZh: string; unit: string } {
  if (measure.of === 'hourly-aqi') return { nameZh: '小时 AQI', unit: '' };
  if (measure.of === 'daily-aqi') return { nameZh: '日 AQI', unit: '' };
  const { nameZh, unit } = names.indicator?.(measure.indicator) ?? { nameZh: measure.indicator, unit: '' };
  if (measure.of === 'running-mean')
    return { nameZh: `${nameZh} ${measure.hours} 小时平均（至少 ${measure.minHours} 小时有值）`, unit };
  const intervalZh = { hour: '小时值', day: '日值', month: '月值', instant: '单次值' }[measure.interval];
  return { nameZh: `${nameZh} ${intervalZh}`, unit };
}

function describeTarget({ test }: RuleOfKind<'target'>): string {
  switch (test.of) {
    case 'verdict':
      return `目标的结论变为${test.levels
        .map(
          ({ severity, verdicts }) =>
            `“${verdicts.map((name) => verdictZh[name]).join('”“')}”时为${severityZh[severity]}`,
        )
        .join('；')}；结论恢复时解除。`;
    case 'remaining-mean':
      return `剩余控制浓度与上年同期均值之比${listLevels(test.levels, 'below', ' 倍')}。`;
    case 'bad-days-left':
      return `年内还可出现的超标天数${listLevels(test.levels, 'at-most', ' 天')}。`;
    case 'section-month': {
      const parts = [
        ...(test.fails === null ? [] : [`月水质类别未达到目标类别时为${severityZh[test.fails]}`]),
        ...(test.drops === null
          ? []
          : [`比上月下降 ${test.drops.classes} 个类别及以上时为${severityZh[test.drops.severity]}`]),
      ];
      return `断面${parts.join('；')}。断流不算。`;
    }
    case 'behind-schedule':
      return `报送值比序时进度${
        test.schedule === 'linear' ? '（按考核期天数均匀推算）' : ''
      }落后${listLevels(test.levels, 'above', '（按指标单位）')}。`;
  }
}

function describeAbsence(rule: RuleOfKind<'absence'>): string {
  const { calendar, graceHours, graceWorkingDays, levels } = rule;
  const due =
    calendar === 'hourly' || calendar === 'daily'
      ? `时段结束后 ${graceHours} 小时`
      : `期末后第 ${graceWorkingDays} 个工作日结束时`;
  const steps = levels.map(({ severity, afterHours, afterWorkingDays }) => {
    const late = afterHours === undefined ? `${afterWorkingDays} 个工作日` : `${afterHours} 小时`;
    return `超过 ${late}为${severityZh[severity]}`;
  });
  return `${calendarZh[calendar]}应报的数据在${due}应到；逾期${steps.join('，')}。`;
}

function describeTimes({ forHours, keepFiringForHours, repeatHours }: AlertRule): string {
  const parts = [
    ...(forHours > 0 ? [`持续 ${forHours} 小时的数据才触发`] : []),
    ...(keepFiringForHours > 0 ? [`恢复后再保持 ${keepFiringForHours} 小时才解除`] : []),
    ...(repeatHours === null ? [] : [`未解除时每 ${repeatHours} 小时提醒一次`]),
  ];
  return parts.length === 0 ? '' : `${parts.join('，')}。`;
}
