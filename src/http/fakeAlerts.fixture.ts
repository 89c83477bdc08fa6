import { alertRoutingSchema } from '../domain/alertRoute.js';
import { alertRuleSchema } from '../domain/alertRule.js';
import { DomainError } from '../domain/domainError.js';
import type { AlertDetail, AlertInfo, AlertingServices, LinkInfo, SilenceInfo } from './services/alerting.js';

const at = '2025-10-01T00:00:00.000Z';

/** A rule as it is stored. */
export const fakeRule = alertRuleSchema.parse({
  kind: 'threshold',
  code: 'hourly-aqi',
  titleZh: '小时 AQI 偏高',
  offices: ['ecology'],
  source: 'HJ 633',
  scope: { kinds: ['air-station'] },
  measure: { of: 'hourly-aqi' },
  op: 'above',
  levels: [{ severity: 'notice', threshold: '150', clear: '140' }],
});

const routing = alertRoutingSchema.parse({
  root: {
    name: '全部',
    channels: ['ecology'],
    routes: [{ name: '水务局', match: [{ label: 'office', op: '=', value: 'water' }], channels: ['water'] }],
  },
  liveWindowHours: 6,
  summaryAbove: 20,
});

/** An alert that fires, changed as asked. */
export function alertOf(change: Partial<AlertInfo> = {}): AlertInfo {
  return {
    fingerprint: 'ab12',
    rule: 'hourly-aqi',
    ruleVersion: 1,
    kind: 'threshold',
    labels: { kind: 'threshold', rule: 'hourly-aqi', site: 'air-1' },
    offices: [{ code: 'ecology', nameZh: '生态环境分局' }],
    status: 'firing',
    statusZh: '报警中',
    severity: 'warning',
    severityZh: '警告',
    firingSince: at,
    titleZh: '小时 AQI 偏高',
    siteZh: '县城站',
    indicatorZh: 'AQI',
    valueZh: '212',
    limitZh: '200',
    distanceZh: '超出 12',
    periodZh: '2025年10月1日 8时',
    adviceZh: '核对仪器和周边施工',
    suppressedZh: null,
    notesZh: [],
    changedAt: at,
    acknowledged: null,
    silenced: null,
    ...change,
  };
}

const silence: SilenceInfo = {
  id: 1,
  kind: 'silence',
  titleZh: '',
  matchers: [{ label: 'site', op: '=', value: 'air-1' }],
  reason: '更换仪器',
  startsAt: at,
  endsAt: '2025-10-02T00:00:00.000Z',
  createdAt: at,
  by: '王',
  office: '局',
  endedAt: null,
  endedBy: null,
  state: 'active',
};

const acknowledged = {
  startsAt: at,
  severity: 'warning' as const,
  at,
  by: '王',
  office: '局',
  byLink: false,
  noteZh: '已派人',
};

const change = { version: 1, recordedAt: at, recordedBy: 'seeds', office: '', reason: '' };
const rule = {
  code: 'hourly-aqi',
  version: 1,
  seeded: true,
  explanationZh: '小时 AQI 高于 150',
  rule: fakeRule,
};

/** What the fakes hold, for tests to change. */
export const fakeAlerts = {
  firing: [alertOf()],
  recent: [
    alertOf({
      fingerprint: 'cd34',
      status: 'resolved',
      statusZh: '已恢复',
      severity: null,
      severityZh: null,
    }),
  ],
  silences: [silence],
  acknowledged: [] as string[],
  silenced: [] as unknown[],
  used: false,
};

function detailOf(alert: AlertInfo): AlertDetail {
  return {
    alert,
    transitions: [
      {
        reason: 'became-firing',
        reasonZh: '报警',
        at,
        startsAt: at,
        endsAt: null,
        severity: 'warning',
        fromSeverity: null,
        valueZh: '212',
        periodZh: '2025年10月1日 8时',
        ruleVersion: 1,
        notedAt: at,
        withdrawnAt: null,
      },
    ],
    told: [
      {
        notification: '1',
        channel: '值班群',
        kind: 'firing',
        level: null,
        startsAt: at,
        toldAt: at,
        state: 'delivered',
        deliveredAt: at,
        lastMessage: null,
      },
    ],
    withheld: [{ channel: null, kind: 'repeat', why: 'silenced', reasonZh: '王 设置静默', by: '1', at }],
    acknowledgements: [acknowledged],
    notes: [{ at, by: '王', office: '局', noteZh: '正在查' }],
  };
}

const link: LinkInfo = {
  alerts: [{ titleZh: '小时 AQI 偏高', siteZh: '县城站', valueZh: '212', severity: 'warning', over: false }],
};

function checkLink(token: string): LinkInfo {
  if (token !== 'good') throw new DomainError('alert-link-unknown');
  if (fakeAlerts.used) throw new DomainError('alert-link-used', { at: '2025年10月1日 08:00' });
  return link;
}

/** One alert that fires, one that is over, a silence, a rule and a routing. */
export const fakeAlerting: AlertingServices = {
  rules: {
    list: () => Promise.resolve([rule]),
    find: (code) =>
      Promise.resolve(
        code === rule.code
          ? { current: rule, versions: [{ ...change, removed: false, rule: fakeRule }] }
          : undefined,
      ),
    put: (_actor, asked) => Promise.resolve({ ...rule, code: asked.code, rule: asked, version: 2 }),
    patch: () => Promise.resolve({ ...rule, version: 2 }),
    remove: () => Promise.resolve(),
    backtest: (asked, from, to) =>
      Promise.resolve({
        from: from.toISOString(),
        to: to.toISOString(),
        explanationZh: asked.titleZh,
        subjects: 1,
        alertCount: 0,
        flaps: 0,
        suppressed: 0,
        intervals: { ok: 24, breach: 0, 'no-data': 0, error: 0 },
        alerts: [],
      }),
  },
  routing: {
    find: () =>
      Promise.resolve({
        current: { ...change, seeded: true, routing, missingChannels: ['water'] },
        versions: [{ ...change, routing }],
      }),
    put: (_actor, asked) =>
      Promise.resolve({ ...change, version: 2, seeded: false, routing: asked, missingChannels: [] }),
    preview: () =>
      Promise.resolve({
        at,
        ways: [
          {
            office: 'ecology',
            officeZh: '生态环境分局',
            path: ['全部'],
            channels: [{ code: 'ecology', name: null, disabled: false }],
            deliverAfter: at,
            heldZh: null,
            escalation: [],
          },
        ],
        withheld: null,
      }),
    names: () =>
      Promise.resolve({
        offices: [{ code: 'ecology', nameZh: '生态环境分局' }],
        channels: [{ code: 'ecology', name: '值班群', type: 'dingtalk', disabled: false }],
      }),
  },
  alerts: {
    page: ({ firing }) =>
      Promise.resolve({ items: firing === true ? fakeAlerts.firing : fakeAlerts.recent, next: null }),
    find: (fingerprint) => {
      const found = [...fakeAlerts.firing, ...fakeAlerts.recent].find(
        (one) => one.fingerprint === fingerprint,
      );
      return Promise.resolve(found === undefined ? undefined : detailOf(found));
    },
    acknowledge: (_actor, fingerprint) => {
      fakeAlerts.acknowledged.push(fingerprint);
      fakeAlerts.firing = fakeAlerts.firing.map((one) =>
        one.fingerprint === fingerprint ? { ...one, acknowledged } : one,
      );
      return Promise.resolve(alertOf({ fingerprint, acknowledged }));
    },
    note: () => Promise.resolve(),
  },
  silences: {
    list: () => Promise.resolve({ items: fakeAlerts.silences, next: null }),
    create: (_actor, input) => {
      fakeAlerts.silenced.push(input);
      return Promise.resolve({ ...silence, matching: 1 });
    },
    end: () => Promise.resolve({ ...silence, state: 'over', endedAt: at, endedBy: '王（局）' }),
  },
  workingDays: {
    find: (year) =>
      Promise.resolve({
        year,
        basis: 'assumed',
        basisZh: '没有这一年的放假安排',
        days: [{ day: `${year}-05-01`, working: false, nameZh: '劳动节', entered: true }],
      }),
    put: (_actor, year, { days }) =>
      Promise.resolve({
        year,
        basis: 'entered',
        basisZh: '按局里录入的放假安排',
        days: days.map((day) => ({ ...day, entered: true })),
      }),
  },
  links: {
    find: (token) => Promise.resolve().then(() => checkLink(token)),
    use: (token) =>
      Promise.resolve().then(() => {
        const found = checkLink(token);
        fakeAlerts.used = true;
        return found;
      }),
  },
};

/** Bodies with which the routes answer with their first status. */
export const alertBodies: Record<string, unknown> = {
  'put /api/v1/rules/:code': { rule: fakeRule, reason: '试行' },
  'patch /api/v1/rules/:code': { fields: { enabled: false }, reason: '停用' },
  'delete /api/v1/rules/:code': { reason: '不用了' },
  'post /api/v1/rules/backtest': {
    rule: fakeRule,
    from: '2025-01-01T00:00:00+08:00',
    to: '2025-02-01T00:00:00+08:00',
  },
  'put /api/v1/routing': { routing, reason: '试行' },
  'post /api/v1/routing/preview': { labels: { site: 'air-1' }, severity: 'warning', offices: ['ecology'] },
  'post /api/v1/alerts/:fingerprint/acknowledge': {},
  'post /api/v1/alerts/:fingerprint/notes': { noteZh: '正在查' },
  'post /api/v1/silences': {
    matchers: [{ label: 'site', op: '=', value: 'air-1' }],
    reason: '更换仪器',
    endsAt: '2099-01-01T00:00:00+08:00',
  },
  'post /api/v1/silences/:id/end': { reason: '换好了' },
  'put /api/v1/working-days/:year': {
    complete: true,
    days: [{ day: '2025-05-01', working: false }],
    reason: '通知',
  },
};
