import { alertBodies } from './fakeAlerts.fixture.js';
import { deliveryBodies } from './fakeDelivery.fixture.js';
import type { Route } from './route.js';

const flags = {
  site: 'air-1',
  family: 'air_hour',
  indicator: 'pm25',
  from: '2025-01-01',
  to: '2025-01-02',
  flag: 'invalid',
  reason: '仪器故障',
};

const bodies: Record<string, unknown> = {
  ...deliveryBodies,
  ...alertBodies,
  'post /api/v1/flags': flags,
  'post /api/v1/flags/clear': flags,
  'put /api/v1/quality-rules/:rule': { parameters: { enabled: true }, reason: '试行' },
  'post /api/v1/targets': { planId: 'c', effective: '2026-01-01', document: '号', definition: {} },
  'post /api/v1/sites': { code: 'new', name: '新点位', kind: 'air-station' },
  'patch /api/v1/sites/:code': { name: '改名' },
  'post /api/v1/indicators': {
    code: 'new_rate',
    nameZh: '新指标',
    nameEn: 'New rate',
    unit: '%',
    decimals: 1,
    medium: 'report',
    plausibleMin: 0,
    plausibleMax: 100,
    possibleMin: 0,
    possibleMax: 100,
    synonyms: [],
  },
  'put /api/v1/sources/:code': { nameZh: '自动站' },
  'put /api/v1/column-names/:name': { role: 'site' },
  'put /api/v1/device-sources/:code': {
    definition: {
      nameZh: '自动站',
      measurements: ['air'],
      siteTags: ['site'],
      medium: 'air',
      interval: 'hour',
      label: 'end',
    },
    reason: '新来源',
  },
  'post /api/v1/quarantine/replay': { reason: '已登记' },
  'post /api/v1/quarantine/discard': { reason: '误发' },
  'post /api/v1/mirror/resend': { reason: '对方已修复' },
  'put /api/v1/site-groups/:code': { nameZh: '分组', members: ['air-1'] },
  'post /api/v1/sites/:code/names': { name: '旧名', to: '2024-01-01' },
  'post /api/v1/sites/:code/moves': { longitude: 105.9, latitude: 36.98 },
  'post /api/v1/sites/:code/merges': { from: '2024-01-01', into: 'air-2' },
  'post /api/v1/sites/:code/instruments': { from: '2024-01-01', indicators: ['pm25'] },
  'post /api/v1/sites/:code/withdrawals': { id: '1', reason: '登记有误' },
  'post /api/v1/published-figures': {
    kind: 'group-mean',
    subject: 'g/pm25',
    period: '2025-03',
    document: '公报',
    date: '2025-04-10',
  },
  'post /api/v1/notices/:id/acknowledge': { words: '已更正公报' },
  'post /api/v1/dust-periods': {
    start: '2025-03-05T08:00:00+08:00',
    end: '2025-03-06T14:00:00+08:00',
    document: '沙尘 1 号',
  },
  'patch /api/v1/dust-periods/:id': { note: '扬沙', reason: '补充' },
  'delete /api/v1/dust-periods/:id': { reason: '重复' },
  'post /api/v1/plans': {
    id: 'c',
    document: '号',
    titleZh: '标题',
    issued: '2026-01-01',
    effective: '2026-01-01',
    due: '2026-12-31',
  },
  'post /api/v1/uploads/:id/undo': { reason: '传错文件', confirm: true },
  'post /api/v1/tokens': { name: '张三', office: '分局', role: 'viewer', expiresAt: '2099-01-01' },
};

/** Parameters of routes that do not answer without. */
const queries: Record<string, string> = {
  '/api/v1/readings/history': '?family=air_hour&site=air-1&indicator=pm25&time=2024-05-01',
};

function codeOf(path: string): string {
  if (path.startsWith('/problems')) return 'forbidden';
  if (path === '/api/v1/rules/:code') return 'hourly-aqi';
  return path.startsWith('/api/v1/device-sources') ? 'air-station' : 'air-1';
}

/** A request that the route answers with its first status. */
export function callOf(route: Route): { path: string; init: RequestInit } {
  const plain = route.path
    .replace(':code', codeOf(route.path))
    .replace(':fingerprint', 'ab12')
    .replace(':office', 'agriculture')
    .replace(':group', 'county')
    .replace(':site', 'sec-1')
    .replace(':day', '2025-01-02')
    .replace(':month', '2025-01')
    .replace(/:(year|period)/, '2025')
    .replace(':id', route.path.includes('uploads') ? '12' : '1');
  const path = plain + (queries[route.path] ?? '');
  const body = bodies[`${route.method} ${route.path}`];
  const init: RequestInit = { method: route.method.toUpperCase() };
  if (body !== undefined) {
    return {
      path,
      init: { ...init, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
    };
  }
  if (route.file === undefined) return { path, init };
  const form = new FormData();
  form.set('file', new Blob(['a,b\n1,2\n']), 'x.csv');
  return { path, init: { ...init, body: form } };
}
