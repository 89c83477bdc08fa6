import {
  notificationKinds,
  type Notification,
  type NotificationKind,
  type NotifiedAlert,
} from '../domain/notification.js';

/** 2025-01-03 14:05:00 in Beijing. */
export const sentAt = Date.parse('2025-01-03T14:05:00+08:00');

/** An alert of total phosphorus over its class limit. */
export const phosphorus: NotifiedAlert = {
  fingerprint: '9f2c41d07ab3',
  ruleCode: 'water-class-limit',
  titleZh: '石佛断面总磷超过Ⅲ类限值',
  severity: 'warning',
  state: 'firing',
  siteZh: '石佛断面',
  indicatorZh: '总磷',
  valueZh: '0.32 mg/L',
  limitZh: '0.2 mg/L（GB 3838-2002 Ⅲ类）',
  distanceZh: '超出 0.12 mg/L（0.6 倍）',
  periodZh: '2025年1月3日 12时',
  adviceZh: '核查上游排口与面源，必要时加密监测',
  startsAt: Date.parse('2025-01-03T12:00:00+08:00'),
};

const ozone: NotifiedAlert = {
  ...phosphorus,
  fingerprint: '51be88a0c3d2',
  ruleCode: 'air-aqi',
  titleZh: '县政府子站 AQI 大于 200',
  severity: 'critical',
  siteZh: '县政府子站',
  indicatorZh: '小时 AQI',
  valueZh: '236',
  limitZh: '200',
  distanceZh: '超出 36',
  periodZh: '2025年1月3日 13时',
  adviceZh: '按重污染天气预案核对响应措施',
  startsAt: Date.parse('2025-01-03T13:00:00+08:00'),
};

const base: Notification = {
  key: 'n-20250103-000017',
  kind: 'firing',
  severity: 'warning',
  titleZh: '石佛断面总磷超过Ⅲ类限值',
  officesZh: ['县生态环境分局水科'],
  alerts: [phosphorus],
  alertCount: 1,
  notesZh: [],
  link: 'https://env.county.example/alerts/9f2c41d07ab3',
  acknowledgeLink: 'https://env.county.example/acknowledge?token=one-time',
  mentions: { mobiles: [], userIds: [], all: false },
  createdAt: sentAt,
};

const earlier = { key: 'n-20250103-000017', sentAt };
const resolved: NotifiedAlert = {
  ...phosphorus,
  state: 'resolved',
  valueZh: '0.18 mg/L',
  distanceZh: '低于限值 0.02 mg/L',
  periodZh: '2025年1月3日 16时',
  endsAt: Date.parse('2025-01-03T16:00:00+08:00'),
};
const past: NotifiedAlert = {
  ...phosphorus,
  state: 'resolved',
  periodZh: '2024年12月30日 8时',
  startsAt: Date.parse('2024-12-30T08:00:00+08:00'),
  endsAt: Date.parse('2024-12-30T12:00:00+08:00'),
};
const told: Notification = { ...base };
delete told.acknowledgeLink;
const alone = { ...told, alerts: [], alertCount: 0 };

/** A message of each kind as the service sends it. */
export const ofKind: Readonly<Record<NotificationKind, Notification>> = {
  firing: base,
  'severity-changed': {
    ...base,
    key: 'n-18',
    kind: 'severity-changed',
    severity: 'critical',
    alerts: [
      {
        ...phosphorus,
        severity: 'critical',
        formerSeverity: 'warning',
        valueZh: '0.52 mg/L',
        distanceZh: '超出 0.32 mg/L（1.6 倍）',
      },
    ],
    earlier,
  },
  resolved: { ...told, key: 'n-19', kind: 'resolved', alerts: [resolved], earlier },
  repeat: { ...base, key: 'n-20', kind: 'repeat', earlier },
  escalation: { ...base, key: 'n-21', kind: 'escalation', severity: 'critical', earlier },
  'no-data': {
    ...base,
    key: 'n-22',
    kind: 'no-data',
    titleZh: '石佛断面总磷断数',
    alerts: [
      {
        ...phosphorus,
        titleZh: '石佛断面总磷断数',
        state: 'no-data',
        valueZh: '最近一次 2025年1月2日 20时',
        distanceZh: '已 16 小时无数据',
        adviceZh: '联系运维单位检查自动站',
      },
    ],
  },
  'evaluation-error': {
    ...base,
    key: 'n-23',
    kind: 'evaluation-error',
    titleZh: '石佛断面总磷无法判定',
    alerts: [{ ...phosphorus, state: 'error', adviceZh: '查看规则的单位设置' }],
    notesZh: ['规则的单位与数据不一致'],
  },
  late: { ...told, key: 'n-24', kind: 'late', alerts: [past], notesZh: ['数据于 2025-01-03 14:00 补传'] },
  correction: {
    ...told,
    key: 'n-25',
    kind: 'correction',
    alerts: [{ ...past, valueZh: '0.26 mg/L（原 0.32 mg/L）', distanceZh: '超出 0.06 mg/L（0.3 倍）' }],
    earlier,
  },
  withdrawal: {
    ...told,
    key: 'n-26',
    kind: 'withdrawal',
    alerts: [{ ...resolved, valueZh: '0.12 mg/L（原 0.32 mg/L）' }],
    notesZh: ['数据经审核修订'],
    earlier,
  },
  reminder: {
    ...told,
    key: 'n-27',
    kind: 'reminder',
    severity: 'notice',
    titleZh: '3 项数据逾期未报',
    alerts: [],
    alertCount: 0,
    notesZh: ['农村生活污水治理率：应于 2025-01-02 前报送，逾期 1 个工作日'],
  },
  summary: {
    ...alone,
    key: 'n-28',
    kind: 'summary',
    severity: 'notice',
    titleZh: '历史数据导入：2022—2024 年共 412 条报警，未逐条发送',
    notesZh: ['AQI 大于 200：37 条', '断面超类别限值：375 条'],
  },
  operator: {
    ...alone,
    key: 'n-29',
    kind: 'operator',
    severity: 'critical',
    titleZh: '数据库磁盘剩余 4%',
    notesZh: ['清理备份或扩容；低于 2% 时停止接收数据'],
  },
  test: {
    ...alone,
    key: 'n-30',
    kind: 'test',
    severity: 'notice',
    titleZh: '通道“水科群”测试',
    officesZh: [],
  },
};

/** Two different alerts of 26 in one message. */
export const grouped: Notification = {
  ...base,
  key: 'n-31',
  severity: 'critical',
  titleZh: '26 处超标',
  officesZh: ['县生态环境分局水科', '县生态环境分局大气科'],
  alerts: [phosphorus, ozone],
  alertCount: 26,
};

/** Every kind, and a grouped message, by name. */
export const examples: readonly (readonly [name: string, notification: Notification])[] = [
  ...notificationKinds.map((kind) => [kind, ofKind[kind]] as const),
  ['firing, grouped', grouped],
];
