import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { alertRuleSchema } from '../domain/alertRule.js';
import type { Actor } from '../domain/role.js';
import type { AlertingServices } from '../http/services/alerting.js';
import { createAcknowledgeLink } from '../store/alertLinks.js';
import { seedAlertRule } from '../store/alertRules.js';
import { listAudit } from '../store/audit.js';
import { insertChannel } from '../store/channels.js';
import { enqueue } from '../store/outbox.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles, type SeedFiles } from '../store/seedFiles.js';
import { createLoadFacts } from './alertFacts.js';
import { createAlertingServices } from './alertingServices.js';

const admin: Actor = { tokenId: null, name: '李', office: '分局', role: 'admin' };
const now = new Date('2026-03-02T10:00:00+08:00');
const began = Date.parse('2026-03-02T08:00:00+08:00');
let database: TestDatabase;
let services: AlertingServices;
let files: SeedFiles;
let channelId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  files = await readSeedFiles();
  await loadSeeds(database.pool, files);
  services = createAlertingServices(
    database.pool,
    () => now,
    () => Promise.reject(new Error('no facts here')),
  );
  channelId = await inTransaction(database.pool, (client) =>
    insertChannel(client, {
      code: 'ecology',
      name: '分局',
      type: 'inbox',
      settings: { type: 'inbox' },
      disabled: false,
    }),
  );
  await insertAlert('aa01', 'critical', 'aqi-1');
  await insertAlert('aa02', null, 'aqi-2');
});
afterAll(() => database.drop());

async function insertAlert(fingerprint: string, severity: string | null, site: string): Promise<void> {
  const labels = { kind: 'threshold', rule: 'hourly-aqi', site };
  const result = {
    fingerprint,
    ruleCode: 'hourly-aqi',
    kind: 'threshold',
    labels,
    offices: ['ecology'],
    titleZh: '小时 AQI 偏高',
    siteZh: site,
    valueZh: '310',
    periodZh: '2026年3月2日 8时',
    notesZh: [],
    at: began,
    until: began + 3_600_000,
  };
  await database.pool.query(
    `insert into alerts (fingerprint, rule_code, labels, offices, state, status, severity, firing_since, result, rule_version)
     values ($1, 'hourly-aqi', $2, '{ecology}', '{}', $3, $4, $5, $6, 1)`,
    [
      fingerprint,
      JSON.stringify(labels),
      severity === null ? 'resolved' : 'firing',
      severity,
      severity === null ? null : new Date(began),
      JSON.stringify(result),
    ],
  );
}

const why = { reason: '试行' };
const refused = (code: string, problem: unknown = expect.anything()) => ({
  code,
  params: expect.objectContaining({ problem }) as unknown,
});

describe('rules', () => {
  test('come from the seeds, with what they say in plain words; all of them and the routing are there', async () => {
    const rules = await services.rules.list();
    expect(rules.map(({ code }) => code).sort()).toEqual(
      files.seeds.alertRules.map(({ code }) => code).sort(),
    );
    expect(rules.every(({ seeded, version }) => seeded && version === 1)).toBe(true);
    for (const { explanationZh } of rules) expect(explanationZh.length).toBeGreaterThan(10);
    expect((await services.routing.find()).current).toMatchObject({ version: 1, seeded: true });
    expect(await loadSeeds(database.pool, files)).toEqual({ added: 0, updated: 0, kept: [] });
  });

  test('a change is a version; a newer seed leaves what a person changed or removed, and takes the rest', async () => {
    const changed = await services.rules.patch(admin, 'pm10-6h', { enabled: false }, { ...why, basedOn: 1 });
    expect(changed).toMatchObject({ version: 2, seeded: false, rule: { enabled: false } });
    await services.rules.remove(admin, 'quality-jump', '不用');
    const newer = files.seeds.alertRules.map((rule) => ({ ...rule, titleZh: `${rule.titleZh}（新）` }));
    const { kept } = await loadSeeds(database.pool, {
      ...files,
      seeds: { ...files.seeds, alertRules: newer },
    });
    expect(kept).toEqual(['alert-rule pm10-6h', 'alert-rule quality-jump']);
    const titles = new Map((await services.rules.list()).map(({ code, rule }) => [code, rule.titleZh]));
    expect(titles.get('pm10-6h')).toBe('PM10 六小时平均偏高');
    expect(titles.get('hourly-aqi')).toBe('小时 AQI 偏高（新）');
    expect(titles.has('quality-jump')).toBe(false);
    const history = await services.rules.find('quality-jump');
    expect(history?.current).toBeNull();
    expect(history?.versions.map(({ version, removed, reason }) => [version, removed, reason])).toEqual([
      [2, true, '不用'],
      [1, false, ''],
    ]);
    const [entry] = await listAudit(database.pool, { limit: 1, action: 'alert-rule' });
    expect(entry).toMatchObject({ actorName: '李', subject: 'rule quality-jump' });
  });

  test('a removed rule can be put again; its versions go on', async () => {
    const rule = files.seeds.alertRules.find(({ code }) => code === 'quality-jump')!;
    expect(await services.rules.put(admin, rule, why)).toMatchObject({ version: 3, seeded: false });
    expect(await inTransaction(database.pool, (client) => seedAlertRule(client, rule, admin))).toBe(false);
  });

  test('what refers to nothing, or to a version gone by, is refused with its place', async () => {
    const rule = alertRuleSchema.parse({
      ...files.seeds.alertRules[0],
      code: 'new',
      offices: ['ecology', 'nobody'],
      scope: { sites: ['nowhere'] },
    });
    await expect(services.rules.put(admin, rule, why)).rejects.toMatchObject(
      refused('alert-rule-invalid', 'offices.1: 没有单位 nobody；scope.sites.0: 没有点位 nowhere'),
    );
    await expect(
      services.rules.patch(admin, 'hourly-aqi', { levels: [{ severity: 'notice', threshold: 'x' }] }, why),
    ).rejects.toMatchObject(refused('alert-rule-invalid', expect.stringMatching(/^levels\.0\.threshold: /)));
    await expect(
      services.rules.patch(admin, 'pm10-6h', { enabled: true }, { ...why, basedOn: 1 }),
    ).rejects.toMatchObject({ code: 'alert-version-changed', params: { given: 1, current: 2 } });
    await expect(services.rules.patch(admin, 'none', {}, why)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a replay over too long a span is refused before anything is read', async () => {
    const rule = files.seeds.alertRules[0]!;
    await expect(
      services.rules.backtest(rule, new Date('2020-01-01'), new Date('2026-01-01')),
    ).rejects.toMatchObject({ code: 'backtest-too-large' });
  });
});

test('every rule of the seeds is replayed over stored data', async () => {
  const { rules } = createAlertingServices(
    database.pool,
    () => now,
    createLoadFacts(database.pool, '.', () => now),
  );
  const span = [new Date('2026-01-01T00:00:00+08:00'), new Date('2026-01-03T00:00:00+08:00')] as const;
  for (const rule of files.seeds.alertRules) {
    const found = await rules.backtest(rule, ...span);
    // Nothing is stored: only what is about silence can have been raised.
    if (rule.kind === 'threshold' || rule.kind === 'quality') expect(found.alertCount).toBe(0);
    if (rule.code === 'absence-air-hourly') expect(found.alertCount).toBeGreaterThan(0);
    expect(found.explanationZh).not.toBe('');
  }
});

describe('routing', () => {
  test('a new channel or office that does not exist is refused; those missing before are told', async () => {
    const { current } = await services.routing.find();
    expect(current.missingChannels).toContain('water');
    expect(current.missingChannels).not.toContain('ecology');
    const { root } = current.routing;
    const wrong = {
      ...current.routing,
      root: {
        ...root,
        routes: [
          {
            name: '新',
            match: [{ label: 'office', op: '=', value: 'nobody' } as const],
            channels: ['typo'],
            continue: false,
            routes: [],
          },
        ],
      },
    };
    await expect(services.routing.put(admin, wrong, why)).rejects.toMatchObject(
      refused(
        'alert-routing-invalid',
        '没有代码为 typo 的渠道；root.routes.0.match.0.value: 没有单位 nobody',
      ),
    );
    const saved = await services.routing.put(admin, { ...current.routing, summaryAbove: 30 }, why);
    expect(saved).toMatchObject({ version: 2, seeded: false, routing: { summaryAbove: 30 } });
    // From now on the seeds no longer speak.
    const { kept } = await loadSeeds(database.pool, {
      ...files,
      seeds: { ...files.seeds, alertRouting: { ...files.seeds.alertRouting, summaryAbove: 40 } },
    });
    expect(kept).toContain('alert-routing routing');
    expect((await services.routing.find()).current.routing.summaryAbove).toBe(30);
  });

  test('forms get the names of offices and channels, and nothing of their settings', async () => {
    const { offices, channels } = await services.routing.names();
    expect(offices).toContainEqual({ code: 'water', nameZh: '水务局' });
    expect(channels).toContainEqual({ code: 'ecology', name: '分局', type: 'inbox', disabled: false });
  });

  test('the preview tells who would get what, when, and what would hold it', async () => {
    const ask = {
      labels: { kind: 'threshold', site: 'aqi-1' },
      severity: 'notice',
      offices: ['water', 'ecology'],
    } as const;
    const night = await services.routing.preview({
      ...ask,
      offices: [...ask.offices],
      at: '2026-03-02T23:00:00+08:00',
    });
    expect(night.ways.map(({ office, channels, heldZh }) => [office, channels, heldZh])).toEqual([
      ['water', [{ code: 'water', name: null, disabled: false }], '免打扰时段，2026年3月3日 07:00 发送'],
      [
        'ecology',
        [{ code: 'ecology', name: '分局', disabled: false }],
        '免打扰时段，2026年3月3日 07:00 发送',
      ],
    ]);
    expect(night.ways[0]?.deliverAfter).toBe('2026-03-02T23:00:00.000Z');
    const { matching, id } = await services.silences.create(admin, {
      kind: 'silence',
      titleZh: '',
      matchers: [{ label: 'site', op: '=', value: 'aqi-1' }],
      reason: '检修',
      endsAt: '2026-03-02T20:00:00+08:00',
    });
    expect(matching).toBe(1);
    const held = await services.routing.preview({ ...ask, offices: [...ask.offices] });
    expect(held.withheld).toMatchObject({ why: 'silenced', by: String(id) });
    expect(held.withheld?.reasonZh).toContain('检修');
    expect((await services.alerts.page({ firing: true, limit: 10 })).items[0]?.silenced).toMatchObject({
      id,
    });
    // By the clock of the database it has passed already.
    await expect(services.silences.end(admin, id, '修好了')).rejects.toMatchObject({ code: 'silence-over' });
    await expect(services.silences.end(admin, 9_999, '误')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a silence is ended early, by whom is kept, and it holds nothing back any more', async () => {
    const { silences, routing } = createAlertingServices(
      database.pool,
      () => new Date(),
      () => Promise.reject(new Error('no facts here')),
    );
    const input = {
      titleZh: '',
      matchers: [{ label: 'site', op: '=', value: 'aqi-9' } as const],
      reason: '检修',
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const { id } = await silences.create(admin, { ...input, kind: 'silence' });
    const ask = { labels: { site: 'aqi-9' }, severity: 'notice', offices: [] } as const;
    expect((await routing.preview({ ...ask, offices: [] })).withheld).toMatchObject({ by: String(id) });
    expect((await silences.list({ active: true, limit: 10 })).items.map((one) => one.id)).toEqual([id]);
    expect(await silences.end(admin, id, '修好了')).toMatchObject({ state: 'over', endedBy: '李（分局）' });
    expect((await routing.preview({ ...ask, offices: [] })).withheld).toBeNull();
    expect((await silences.list({ active: true, limit: 10 })).items).toEqual([]);
    expect((await silences.list({ active: false, limit: 1 })).next).toBe(String(id));
    const window = await silences.create(admin, { ...input, kind: 'maintenance', titleZh: '换仪器' });
    expect((await routing.preview({ ...ask, offices: [] })).withheld).toMatchObject({
      why: 'maintenance',
      by: String(window.id),
    });
  });

  test('faulty silences say what is wrong', async () => {
    await expect(
      services.silences.create(admin, {
        kind: 'silence',
        titleZh: '',
        matchers: [{ label: 'site', op: '=~', value: '*' }],
        reason: '检修',
        endsAt: '2027-03-02T20:00:00+08:00',
      }),
    ).rejects.toMatchObject(refused('silence-invalid', expect.stringMatching(/matchers: .*; endsAt: /)));
  });
});

describe('alerts', () => {
  test('are listed by filter and page; each shows what happened', async () => {
    const all = await services.alerts.page({ limit: 1 });
    expect(all.next).not.toBeNull();
    const rest = await services.alerts.page({ limit: 5, cursor: all.next! });
    expect([...all.items, ...rest.items].map(({ fingerprint }) => fingerprint).sort()).toEqual([
      'aa01',
      'aa02',
    ]);
    for (const [filter, found] of [
      [{ firing: true }, ['aa01']],
      [{ status: 'resolved' }, ['aa02']],
      [{ severity: 'critical', office: 'ecology', rule: 'hourly-aqi', site: 'aqi-1' }, ['aa01']],
      [{ office: 'water' }, []],
    ] as const) {
      const { items } = await services.alerts.page({ ...filter, limit: 10 });
      expect(items.map(({ fingerprint }) => fingerprint)).toEqual(found);
    }
    expect(all.items.concat(rest.items).find(({ fingerprint }) => fingerprint === 'aa01')).toMatchObject({
      offices: [{ code: 'ecology', nameZh: '生态环境分局' }],
      severityZh: '严重',
      firingSince: new Date(began).toISOString(),
      valueZh: '310',
      limitZh: null,
    });
    expect(await services.alerts.find('none')).toBeUndefined();
  });

  test('an alert is acknowledged as it stands: graver than that, it is not', async () => {
    await database.pool.query(`update alerts set severity = 'warning' where fingerprint = 'aa01'`);
    const taken = await services.alerts.acknowledge(admin, 'aa01', '已派人');
    expect(taken.acknowledged).toMatchObject({
      by: '李',
      severity: 'warning',
      noteZh: '已派人',
      byLink: false,
    });
    await database.pool.query(`update alerts set severity = 'critical' where fingerprint = 'aa01'`);
    const detail = await services.alerts.find('aa01');
    expect(detail?.alert.acknowledged).toBeNull();
    expect(detail?.acknowledgements).toHaveLength(1);
    await expect(services.alerts.acknowledge(admin, 'aa02', '')).rejects.toMatchObject({
      code: 'alert-not-firing',
    });
    await expect(services.alerts.acknowledge(admin, 'zz', '')).rejects.toMatchObject({ code: 'not-found' });
    await services.alerts.note(admin, 'aa01', '查到一处焚烧');
    expect((await services.alerts.find('aa01'))?.notes).toMatchObject([{ by: '李', noteZh: '查到一处焚烧' }]);
    const [entry] = await listAudit(database.pool, { limit: 1, action: 'alert-acknowledge' });
    expect(entry).toMatchObject({ subject: 'alert aa01', details: { severity: 'warning', note: '已派人' } });
  });

  test('a link acknowledges once; looking at it changes nothing, and its token is stored nowhere', async () => {
    const href = await inTransaction(database.pool, async (client) => {
      await enqueue(client, [channelId], {
        key: 'k1',
        kind: 'firing',
        severity: 'critical',
        titleZh: '小时 AQI 偏高',
        officesZh: [],
        alerts: [],
        alertCount: 1,
        notesZh: [],
        mentions: { mobiles: [], userIds: [], all: false },
        createdAt: began,
      });
      return createAcknowledgeLink(client, 'https://env.example/cei', channelId, 'k1', [
        { fingerprint: 'aa01', startsAt: began, severity: 'critical' },
      ]);
    });
    expect(href).toMatch(/^https:\/\/env\.example\/cei\/acknowledge\?token=[\w-]{43}$/);
    const token = new URL(href).searchParams.get('token')!;
    expect((await services.links.find(token)).alerts).toMatchObject([{ severity: 'critical', over: false }]);
    expect((await services.alerts.find('aa01'))?.alert.acknowledged).toBeNull();
    await services.links.use(token, '张三');
    const detail = await services.alerts.find('aa01');
    expect(detail?.alert.acknowledged).toMatchObject({ by: '张三（自填）', office: '分局', byLink: true });
    await expect(services.links.use(token, '')).rejects.toMatchObject({ code: 'alert-link-used' });
    await expect(services.links.find(token)).rejects.toMatchObject({ code: 'alert-link-used' });
    await expect(services.links.find('x')).rejects.toMatchObject({ code: 'alert-link-unknown' });
    await database.pool.query('update alert_links set used_at = null, expires_at = now()');
    await expect(services.links.use(token, '')).rejects.toMatchObject({ code: 'alert-link-expired' });
    const { rows } = await database.pool.query<{ all: string }>(
      'select json_agg(l)::text as all from alert_links l',
    );
    expect(rows[0]?.all).not.toContain(token);
  });
});
