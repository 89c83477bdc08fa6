import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Notification } from '../domain/notification.js';
import { alertmanagerInstalled, startAlertmanager, type Alertmanager } from './alertmanager.fixture.js';
import { createSender } from './createSender.js';
import { startFakeServer, type FakeServer } from './fakeServer.fixture.js';
import { grouped, ofKind, phosphorus } from './notifications.fixture.js';
import { alertsUrl } from './sendAlertmanager.js';

const installed = alertmanagerInstalled();
if (!installed) console.warn('skipped: prometheus-alertmanager is not installed');

interface Stored {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
  status: { state: string };
}
interface Told {
  alerts: { status: string; labels: Record<string, string> }[];
}

const options = { now: () => Date.now(), allow: ['127.0.0.1'], timeoutMs: 5000 };
/** The example as of an hour ago. */
function recent(example: Notification, changes: Partial<Notification> = {}): Notification {
  const startsAt = Date.now() - 3_600_000;
  const alerts = example.alerts.map(({ endsAt, ...alert }) => ({
    ...alert,
    startsAt,
    ...(endsAt === undefined ? {} : { endsAt: Date.now() - 600_000 }),
  }));
  return { ...example, alerts, createdAt: Date.now(), ...changes };
}

(installed ? describe : describe.skip)('Alertmanager', () => {
  let alertmanager: Alertmanager;
  let webhook: FakeServer;
  beforeAll(async () => {
    webhook = await startFakeServer(() => ({}));
    alertmanager = await startAlertmanager(`http://127.0.0.1:${webhook.port}/`);
  });
  afterAll(async () => {
    await alertmanager?.stop();
    await webhook?.close();
  });

  const send = (notification: Notification) =>
    createSender({ type: 'alertmanager', url: alertmanager.url }, options)(notification, 1);
  const stored = async (filter: string): Promise<Stored[]> =>
    (await alertmanager.get(`/api/v2/alerts?filter=${encodeURIComponent(filter)}`)) as Stored[];
  const told = (alertname: string): string[] =>
    webhook.received
      .flatMap(({ body }) => (JSON.parse(body) as Told).alerts)
      .filter(({ labels }) => labels['alertname'] === alertname)
      .map(({ status, labels }) => `${labels['severity']} ${status}`);
  async function until(condition: () => boolean): Promise<void> {
    for (let tries = 0; tries < 300 && !condition(); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(condition()).toBe(true);
  }

  test('a firing alert is stored with its texts, changes severity, and is resolved', async () => {
    const filter = 'fingerprint="9f2c41d07ab3"';
    expect(await send(recent(ofKind.firing))).toEqual({ outcome: 'delivered' });
    const [first, ...others] = await stored(filter);
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      labels: { alertname: 'water-class-limit', severity: 'warning', site: '石佛断面', indicator: '总磷' },
      annotations: { value: '0.32 mg/L', key: ofKind.firing.key, offices: '县生态环境分局水科' },
      generatorURL: ofKind.firing.link,
    });
    const holdMs = Date.parse(first?.endsAt ?? '') - Date.now();
    expect(holdMs).toBeGreaterThan(24 * 3_600_000);
    expect(holdMs).toBeLessThanOrEqual(25 * 3_600_000);
    await until(() => told('water-class-limit').includes('warning firing'));

    await send(recent(ofKind['severity-changed']));
    const changed = await stored(filter);
    expect(changed.map(({ labels }) => labels['severity'])).toEqual(['critical']);

    const alerts = recent(ofKind.resolved).alerts.map((alert) => ({
      ...alert,
      severity: 'critical' as const,
    }));
    expect(await send({ ...ofKind.resolved, alerts })).toEqual({ outcome: 'delivered' });
    expect(await stored(filter)).toEqual([]);
    await until(() => told('water-class-limit').includes('critical resolved'));
    // Nothing was told of a severity that never fired.
    expect(told('water-class-limit').some((one) => one.startsWith('notice'))).toBe(false);
  });

  test('a withdrawn alert fires no longer, whatever its state says', async () => {
    const alerts = [{ ...phosphorus, fingerprint: 'withdrawn-1', startsAt: Date.now() - 1000 }];
    await send({ ...ofKind.firing, alerts });
    expect(await stored('fingerprint="withdrawn-1"')).toHaveLength(1);
    await send({ ...ofKind.withdrawal, alerts });
    expect(await stored('fingerprint="withdrawn-1"')).toEqual([]);
  });

  test('late news of a past period never fires now', async () => {
    const alerts = ofKind.late.alerts.map((alert) => ({
      ...alert,
      fingerprint: 'late-1',
      ruleCode: 'late-rule',
    }));
    expect(await send({ ...ofKind.late, alerts })).toEqual({ outcome: 'delivered' });
    expect(await stored('fingerprint="late-1"')).toEqual([]);
  });

  test('a group is stored alert by alert, and says how many it leaves out', async () => {
    expect(await send(recent(grouped, { key: 'group-1' }))).toEqual({ outcome: 'delivered' });
    expect(await stored('alertname="air-aqi"')).toHaveLength(1);
    expect(await stored('alertname="water-class-limit"')).toHaveLength(1);
    const [rest] = await stored('alertname="notification_firing"');
    expect(rest?.annotations['more']).toContain('另有 24 条');
    const groups = (await alertmanager.get('/api/v2/alerts/groups')) as { labels: Record<string, string> }[];
    expect(groups.map(({ labels }) => labels['alertname'])).toContain('air-aqi');
  });

  test('messages without alerts, and texts of any kind, are taken', async () => {
    for (const kind of ['test', 'summary', 'operator', 'reminder'] as const) {
      expect(await send(recent(ofKind[kind]))).toEqual({ outcome: 'delivered' });
      expect(await stored(`alertname="notification_${kind}"`)).toHaveLength(1);
    }
    const odd = { ...phosphorus, titleZh: '\u0000\ud800"\\\n😀', ruleCode: '规则 "x"\n', siteZh: '{}=~' };
    expect(await send({ ...ofKind.firing, alerts: [odd] })).toEqual({ outcome: 'delivered' });
  });

  test('a wrong path waits for a person', async () => {
    const wrong = createSender({ type: 'alertmanager', url: `${alertmanager.url}/prefix` }, options);
    expect(await wrong(ofKind.firing, 1)).toMatchObject({ outcome: 'refused', code: 'http 404' });
  });
});

describe('Alertmanager by its answers', () => {
  test.each([
    [{ status: 400, body: '"start time must be before end time"' }, 'refused', /start time/],
    [
      { status: 422, body: '{"code":602,"message":"labels in body is required"}' },
      'refused',
      /labels in body/,
    ],
    [{ status: 401 }, 'refused', /密码/],
    [{ status: 503, headers: { 'retry-after': '9' } }, 'retry', /未接受/],
    [{ status: 204 }, 'retry', /未接受/],
  ])('%j: %s', async (reply, outcome, message) => {
    const server = await startFakeServer(() => reply);
    const url = `http://127.0.0.1:${server.port}`;
    const send = createSender({ type: 'alertmanager', url, user: 'u', password: 'p' }, options);
    const result = await send(ofKind.firing, 1);
    await server.close();
    expect(result).toMatchObject({ outcome, message: expect.stringMatching(message) });
    expect(server.received[0]?.headers.authorization).toBe(`Basic ${btoa('u:p')}`);
  });

  test('the API path comes after whatever prefix there is, once', () => {
    expect(alertsUrl('http://am.example')).toBe('http://am.example/api/v2/alerts');
    expect(alertsUrl('http://am.example/prefix/')).toBe('http://am.example/prefix/api/v2/alerts');
    expect(alertsUrl('http://am.example/api/v2/alerts')).toBe('http://am.example/api/v2/alerts');
  });
});
