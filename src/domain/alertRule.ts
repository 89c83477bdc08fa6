import { z } from 'zod';
import { alertLevelsSchema, findLevelFaults, rankOf, type AlertOperator } from './alertLevel.js';
import { severities } from './notification.js';
import { verdicts } from './verdict.js';

/** Names of the labels that tell alerts apart; ASCII, since receivers refuse others. */
export const alertLabelNames = ['kind', 'rule', 'site', 'indicator', 'target', 'check', 'subject'] as const;
export type AlertLabelName = (typeof alertLabelNames)[number];

const code = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, '应为小写代码 / expected a lower-case code');
const text = (most: number) => z.string().trim().min(1).max(most);
const hours = (least: number, most = 24 * 366) => z.int().min(least).max(most);

/** Which sites a rule watches; several parts add up. */
const scope = z
  .strictObject({
    sites: z.array(code).max(500).default([]),
    groups: z.array(code).max(50).default([]),
    kinds: z.array(code).max(20).default([]),
  })
  .refine(({ sites, groups, kinds }) => sites.length + groups.length + kinds.length > 0, {
    error: '至少写明一个点位、点位组或点位类型 / name at least one site, group or kind of site',
  });
export type AlertScope = z.output<typeof scope>;

const heading = {
  code,
  titleZh: text(200),
  /** Codes of the offices responsible, or those of the target that the alert is about. */
  offices: z.union([z.literal('of-target'), z.array(code).min(1).max(30)]),
  /** Replaces the explanation that follows from the parameters. */
  explanationZh: text(1_000).optional(),
  /** What to do. */
  adviceZh: text(500).optional(),
  /** Plan and clause, or standard and clause, that the rule rests on. */
  source: text(500),
  /** What is assumed where no document says it; shown beside the rule. */
  assumptionZh: text(1_000).optional(),
  enabled: z.boolean().default(true),
  /** Hours OF DATA that a breach has to last before it fires. */
  forHours: hours(0).default(0),
  /** Hours of data that a cleared alert still counts as firing. */
  keepFiringForHours: hours(0).default(0),
  /** Hours without data before the alert counts as being without data. */
  noDataForHours: hours(0).default(1),
  /** Hours between messages of an alert that goes on; `null` for none. */
  repeatHours: hours(1).nullable().default(24),
  /** Alerts alike in these labels share a message. */
  groupBy: z.array(z.enum(alertLabelNames)).max(7).default(['rule']),
};

const measure = z.discriminatedUnion('of', [
  z.strictObject({
    of: z.literal('value'),
    interval: z.enum(['hour', 'day', 'month', 'instant']),
    indicator: code,
  }),
  /** AQI of the hour by the version of HJ 633 in force on its day. */
  z.strictObject({ of: z.literal('hourly-aqi') }),
  z.strictObject({ of: z.literal('daily-aqi') }),
  /** Mean of the last `hours` hours, of which at least `minHours` have a value. */
  z
    .strictObject({
      of: z.literal('running-mean'),
      indicator: code,
      hours: hours(2, 720),
      minHours: hours(1, 720),
    })
    .refine(({ hours: all, minHours }) => minHours <= all, {
      path: ['minHours'],
      error: '不得多于 hours / must not exceed hours',
    }),
  /** An item against the limit of the section's target class; thresholds are multiples of that limit. */
  z.strictObject({
    of: z.literal('class-limit'),
    interval: z.enum(['month', 'instant']),
    items: z.union([z.literal('all'), z.array(code).min(1).max(50)]),
  }),
]);
export type AlertMeasure = z.output<typeof measure>;

const threshold = z.strictObject({
  kind: z.literal('threshold'),
  ...heading,
  scope,
  measure,
  op: z.enum(['above', 'below']),
  levels: alertLevelsSchema,
});

const targetTest = z.discriminatedUnion('of', [
  z.strictObject({
    of: z.literal('verdict'),
    levels: z
      .array(z.strictObject({ severity: z.enum(severities), verdicts: z.array(z.enum(verdicts)).min(1) }))
      .min(1)
      .max(3),
  }),
  /** 剩余控制浓度 below a share (threshold, such as 0.9) of last year's mean of the same period. */
  z.strictObject({ of: z.literal('remaining-mean'), levels: alertLevelsSchema }),
  /** Bad days left, at most `threshold`. */
  z.strictObject({ of: z.literal('bad-days-left'), levels: alertLevelsSchema }),
  /** A section's month fails the target's class, or falls by some classes against the month before. */
  z.strictObject({
    of: z.literal('section-month'),
    fails: z.enum(severities).nullable(),
    drops: z.strictObject({ severity: z.enum(severities), classes: z.int().min(1).max(5) }).nullable(),
  }),
  /**
   * A figure behind the share of its limit that the schedule asks for, by more than `threshold` in its unit. Before the
   * first step of a schedule nothing is asked; `linear` grows with the days of the period.
   */
  z.strictObject({
    of: z.literal('behind-schedule'),
    schedule: z.union([
      z.literal('linear'),
      z
        .array(z.strictObject({ from: z.string().regex(/^\d{2}-\d{2}$/), share: z.number().min(0).max(1) }))
        .min(1)
        .max(24),
    ]),
    levels: alertLevelsSchema,
  }),
]);

const target = z.strictObject({
  kind: z.literal('target'),
  ...heading,
  targets: z.union([z.literal('all'), z.array(z.int().positive()).min(1).max(500)]),
  test: targetTest,
});

/** When a source has to report: each period's data are due some time after it ends. */
export const reportingCalendars = ['hourly', 'daily', 'monthly', 'quarterly'] as const;
export type ReportingCalendar = (typeof reportingCalendars)[number];

const absenceLevel = z
  .strictObject({
    severity: z.enum(severities),
    /** Past the due time. */
    afterHours: hours(0).optional(),
    afterWorkingDays: z.int().min(0).max(250).optional(),
  })
  .refine(
    ({ afterHours, afterWorkingDays }) => (afterHours === undefined) !== (afterWorkingDays === undefined),
    {
      error:
        'afterHours 与 afterWorkingDays 应恰好写一个 / give exactly one of afterHours and afterWorkingDays',
    },
  );

const absence = z.strictObject({
  kind: z.literal('absence'),
  ...heading,
  scope,
  /** Indicators watched one by one; `any`: the site is silent when none of them comes. */
  indicators: z.union([z.literal('any'), z.array(code).min(1).max(100)]),
  calendar: z.enum(reportingCalendars),
  /** Hours after the end of an hour or a day at which its data are due. */
  graceHours: hours(0).default(0),
  /** Working days after the end of a month or quarter at whose end its data are due. */
  graceWorkingDays: z.int().min(0).max(60).default(0),
  levels: z.array(absenceLevel).min(1).max(3),
});

/** What the checks of values count, per site and day. */
export const alertQualityChecks = [
  'inversion', 'constant', 'jump', 'negatives', 'published-differs', 'published-changed',
] as const; // prettier-ignore
export type AlertQualityCheck = (typeof alertQualityChecks)[number];

const quality = z.strictObject({
  kind: z.literal('quality'),
  ...heading,
  scope,
  check: z.enum(alertQualityChecks),
  /** Rows of a site and day, at least `threshold`. */
  levels: alertLevelsSchema,
});

const heavyPollution = z.strictObject({
  kind: z.literal('heavy-pollution'),
  ...heading,
  scope,
  /** Natural days, or means over any 24 hours on end. */
  basis: z.enum(['natural-day', 'rolling-24h']),
  severities: z.strictObject({
    yellow: z.enum(severities),
    orange: z.enum(severities),
    red: z.enum(severities),
  }),
});

/** What the service tells of itself, and in which unit. */
export const serviceChecks = {
  'disk-used-percent': { nameZh: '磁盘已用', unit: '%' },
  'clock-skew-seconds': { nameZh: '与数据库的时钟差', unit: '秒' },
  'job-failures': { nameZh: '任务连续失败', unit: '次' },
  'job-late-minutes': { nameZh: '任务迟到', unit: '分钟' },
  'dead-letters': { nameZh: '未送达的通知', unit: '条' },
  'quarantine-rows': { nameZh: '待处理的来件', unit: '行' },
} as const;
export type ServiceCheck = keyof typeof serviceChecks;

const service = z.strictObject({
  kind: z.literal('service'),
  ...heading,
  check: z.enum(Object.keys(serviceChecks) as [ServiceCheck, ...ServiceCheck[]]),
  /** At least `threshold`. */
  levels: alertLevelsSchema,
});

const shape = z.discriminatedUnion('kind', [threshold, target, absence, quality, heavyPollution, service]);

type Shape = z.output<typeof shape>;

/** How the figures of a rule meet its levels; `undefined` for rules without levels of one figure. */
export function operatorOf(rule: Shape): AlertOperator | undefined {
  if (rule.kind === 'threshold') return rule.op;
  if (rule.kind === 'quality' || rule.kind === 'service') return 'at-least';
  if (rule.kind !== 'target') return undefined;
  if (rule.test.of === 'remaining-mean') return 'below';
  if (rule.test.of === 'bad-days-left') return 'at-most';
  return rule.test.of === 'behind-schedule' ? 'above' : undefined;
}

type Fault = { readonly path: readonly (string | number)[]; readonly message: string };

function findRuleFaults(rule: Shape): Fault[] {
  const operator = operatorOf(rule);
  const faults: Fault[] = [];
  if (operator !== undefined) {
    const [levels, path] =
      rule.kind === 'target' && 'levels' in rule.test
        ? [rule.test.levels, ['test', 'levels']]
        : 'levels' in rule
          ? [rule.levels, ['levels']]
          : [[], []];
    for (const fault of findLevelFaults(operator, levels as Parameters<typeof findLevelFaults>[1]))
      faults.push({ path: [...path, ...fault.path], message: fault.message });
  }
  if (rule.offices === 'of-target' && rule.kind !== 'target' && rule.kind !== 'threshold')
    faults.push({
      path: ['offices'],
      message: '只有目标和断面超标规则才能取目标的责任单位 / only rules about a target have its offices',
    });
  const ofMoments =
    rule.kind === 'absence' ||
    rule.kind === 'service' ||
    (rule.kind === 'threshold' && 'interval' in rule.measure && rule.measure.interval === 'instant');
  for (const field of ['forHours', 'keepFiringForHours'] as const)
    if (ofMoments && rule[field] > 0)
      faults.push({
        path: [field],
        message:
          '这类规则按时刻判断，没有持续的数据，只能为 0 / looks at moments, which last for nothing: must be 0',
      });
  if (rule.kind === 'threshold') faults.push(...findThresholdFaults(rule));
  if (rule.kind === 'target') faults.push(...findTargetFaults(rule));
  if (rule.kind === 'absence') faults.push(...findAbsenceFaults(rule));
  if (rule.kind === 'heavy-pollution') faults.push(...findWarningFaults(rule));
  return faults;
}

function findThresholdFaults({
  measure: { of },
  op,
  levels,
  offices,
}: Extract<Shape, { kind: 'threshold' }>): Fault[] {
  const faults: Fault[] = [];
  if (of === 'class-limit' && op !== 'above')
    faults.push({
      path: ['op'],
      message: '超标倍数只能用 above / multiples of a limit are compared with above',
    });
  if (of === 'class-limit' && levels.some((level) => Number(level.threshold) < 1))
    faults.push({ path: ['levels'], message: '倍数不得小于 1 / a multiple is at least 1' });
  if (of !== 'class-limit' && offices === 'of-target')
    faults.push({
      path: ['offices'],
      message: '读数规则没有目标，应写明单位 / a rule about readings has no target: name the offices',
    });
  return faults;
}

function findTargetFaults({ test }: Extract<Shape, { kind: 'target' }>): Fault[] {
  const faults: Fault[] = [];
  if (test.of === 'section-month' && test.fails === null && test.drops === null)
    faults.push({ path: ['test'], message: 'fails 与 drops 至少写一个 / give fails or drops' });
  if (test.of === 'verdict') {
    const named = test.levels.flatMap((level) => level.verdicts);
    const twice = named.find((name, index) => named.indexOf(name) !== index);
    if (twice !== undefined)
      faults.push({ path: ['test', 'levels'], message: `${twice} 写了两次 / ${twice} occurs twice` });
    faults.push(...findFalling(test.levels, ['test', 'levels']));
  }
  if (test.of === 'behind-schedule' && test.schedule !== 'linear')
    test.schedule.forEach((step, index, steps) => {
      const before = steps[index - 1];
      if (before !== undefined && (step.from <= before.from || step.share < before.share))
        faults.push({
          path: ['test', 'schedule', index],
          message: '进度应按日期递增 / steps must rise with their days',
        });
    });
  return faults;
}

function findFalling(
  levels: readonly { severity: (typeof severities)[number] }[],
  path: readonly string[],
): Fault[] {
  return levels.flatMap((level, index) => {
    const before = levels[index - 1];
    if (before === undefined || rankOf(level.severity) > rankOf(before.severity)) return [];
    return [
      {
        path: [...path, index, 'severity'],
        message: `级别应逐级加重：${level.severity} 不比 ${before.severity} 重 / severities must rise`,
      },
    ];
  });
}

function findAbsenceFaults({
  levels,
  calendar,
  graceHours,
  graceWorkingDays,
}: Extract<Shape, { kind: 'absence' }>) {
  const faults: Fault[] = findFalling(levels, ['levels']);
  // A working day after the due time is never earlier than hours of the same day.
  const size = (level: (typeof levels)[number]) => level.afterHours ?? (level.afterWorkingDays ?? 0) * 24;
  levels.forEach((level, index) => {
    const before = levels[index - 1];
    if (before !== undefined && size(level) <= size(before))
      faults.push({ path: ['levels', index], message: '应比前一级更晚 / must come after the level before' });
  });
  const inHours = calendar === 'hourly' || calendar === 'daily';
  if (inHours && graceWorkingDays > 0)
    faults.push({ path: ['graceWorkingDays'], message: '按时、按日的数据用 graceHours / use graceHours' });
  if (!inHours && graceHours > 0)
    faults.push({
      path: ['graceHours'],
      message: '按月、按季的数据用 graceWorkingDays / use graceWorkingDays',
    });
  return faults;
}

function findWarningFaults({
  severities: { yellow, orange, red },
}: Extract<Shape, { kind: 'heavy-pollution' }>) {
  const rises = rankOf(yellow) <= rankOf(orange) && rankOf(orange) <= rankOf(red);
  return rises
    ? []
    : [{ path: ['severities'], message: '红色不得轻于橙色，橙色不得轻于黄色 / red ≥ orange ≥ yellow' }];
}

/** A rule of alerting. What is refused says where and why. */
export const alertRuleSchema = shape.superRefine((rule, context) => {
  for (const { path, message } of findRuleFaults(rule))
    context.addIssue({ code: 'custom', path: [...path], message });
});
export type AlertRule = z.output<typeof alertRuleSchema>;
export type AlertRuleKind = AlertRule['kind'];
export type RuleOfKind<K extends AlertRuleKind> = Extract<AlertRule, { kind: K }>;

/**
 * Whether the alerts of a rule speak of the time of the data, so that late and corrected data re-evaluate the past. Silence
 * and the state of the service are of the moment at which they are looked at: data that come late were late.
 */
export function speaksOfDataTime({ kind }: Pick<AlertRule, 'kind'>): boolean {
  return kind !== 'absence' && kind !== 'service';
}
