import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { messageOf, put, until } from '../src/delivery/delivery.fixture.js';
import type {
  AllowanceInfo,
  ChannelInfo,
  ChannelTestInfo,
  ChannelVersionInfo,
} from '../src/http/services/channels.js';
import type { JobInfo, JobRunInfo } from '../src/http/services/jobs.js';
import type { AttemptInfo, InboxMessageInfo, NotificationInfo } from '../src/http/services/notifications.js';
import type { AuditEntry } from '../src/http/services.js';
import { createLogger } from '../src/log.js';
import { createPool, type Pool } from '../src/store/pool.js';
import { makeSecretKey } from '../src/store/secretBox.js';
import { Client, type Problem } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(240_000);

const key = makeSecretKey();
const secrets = {
  url: 'https://oapi.dingtalk.com/robot/send?access_token=5ecre7-r0b07-70ken-abcdef',
  secret: 'SEC-5ecre7-0f-the-robot-wxyz',
  password: 'pa55word-0f-alertmanager',
};
let yard: ServiceYard;
let service: ServiceProcess;
let admin: Client;
let operator: Client;
let viewer: Client;
let url: string;
let pool: Pool;
/** Everything that was said to clients. */
let heard = '';
let said = '';

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('data'), { CEI_SECRET_KEY: key, LOG_LEVEL: 'trace' });
  admin = listening(new Client(service.address, await service.firstToken()));
  const tokenOf = async (role: string) =>
    listening(
      new Client(
        service.address,
        (
          await admin.send<{ token: string }>('POST', '/api/v1/tokens', {
            name: role,
            office: '分局',
            role,
            expiresAt: '2099-01-01',
          })
        ).body.token,
      ),
    );
  operator = await tokenOf('operator');
  viewer = await tokenOf('viewer');
  url = await findDatabaseUrl(service.dataDir);
  pool = createPool(url, 3, createLogger('silent'));
});
afterAll(async () => {
  await pool.end();
  await yard.clean();
});

function listening(client: Client): Client {
  const hear = <T extends { body: unknown; headers: Headers }>(answer: T): T => {
    heard += JSON.stringify(answer.body) + JSON.stringify([...answer.headers]);
    return answer;
  };
  const get = client.get.bind(client);
  const send = client.send.bind(client);
  client.get = async <T>(path: string) => hear(await get<T>(path));
  client.send = async <T>(method: string, path: string, body: unknown) =>
    hear(await send<T>(method, path, body));
  return client;
}

const robot = { type: 'dingtalk', url: secrets.url, secret: secrets.secret };

test('secrets go in and never come out: neither in answers and refusals nor in the audit, the log or the database', async () => {
  const made = await admin.send<ChannelInfo>('POST', '/api/v1/channels', {
    name: '值班群',
    settings: robot,
    reason: '新建',
  });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    version: 1,
    settings: { type: 'dingtalk', mobiles: [], userIds: [] },
    secrets: [
      { field: 'secret', set: true, hint: 'wxyz' },
      { field: 'url', set: true, hint: null },
    ],
  });
  const { id } = made.body;
  // Left out they stay; other settings are replaced.
  const changed = await admin.send<ChannelInfo>('PUT', `/api/v1/channels/${id}`, {
    name: '值班群 2',
    settings: { type: 'dingtalk', mobiles: ['13800000000'] },
    reason: '改名',
  });
  expect(changed.body).toMatchObject({
    version: 2,
    name: '值班群 2',
    secrets: [{ field: 'secret' }, { field: 'url' }],
  });
  const without = await admin.send<ChannelInfo>('PUT', `/api/v1/channels/${id}`, {
    name: '值班群 2',
    settings: { type: 'dingtalk', secret: null },
    reason: '不再加签',
  });
  expect(without.body.secrets.map(({ field }) => field)).toEqual(['url']);
  // The address is what a robot cannot be without.
  const bare = await admin.send<Problem>('PUT', `/api/v1/channels/${id}`, {
    name: '值班群 2',
    settings: { type: 'dingtalk', url: null },
    reason: '误',
  });
  expect(bare).toMatchObject({ status: 422, body: { code: 'channel-settings-invalid' } });
  expect(bare.body.detail).toContain('url');
  const again = await admin.send<Problem>('POST', '/api/v1/channels', {
    name: '值班群 2',
    settings: robot,
    reason: '重复',
  });
  expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
  // A slip of the pen in the body is answered without what was written.
  for (const settings of [
    { ...robot, url: `htp:/${secrets.url}`, secret: 7 },
    { ...robot, type: 'dingtalc' },
    { ...robot, sekret: secrets.secret },
    { ...robot, secret: `${secrets.secret}\0` },
    [secrets.url, secrets.secret],
  ]) {
    const refused = await admin.send<Problem>('POST', '/api/v1/channels', {
      name: '错',
      settings,
      reason: '错',
    });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  }
  const manager = { type: 'alertmanager', url: 'http://127.0.0.1:9', user: 'u', password: secrets.password };
  const keeper = await admin.send<ChannelInfo>('POST', '/api/v1/channels', {
    name: 'AM',
    settings: manager,
    reason: '新',
  });
  expect(keeper.body.secrets).toMatchObject([{ field: 'password', hint: null }]);
  // A stored password goes to no other server.
  const moved = { type: 'alertmanager', url: 'http://elsewhere.example', user: 'u' };
  expect(
    await admin.send('PUT', `/api/v1/channels/${keeper.body.id}`, {
      name: 'AM',
      settings: moved,
      reason: '搬',
    }),
  ).toMatchObject({ status: 422, body: { code: 'channel-secret-anew' } });
  expect(
    await admin.send('POST', '/api/v1/channels', {
      name: 'AM 2',
      settings: { type: 'alertmanager', url: 'http://u:cr3den7ials@elsewhere.example' },
      reason: '口令写在地址里',
    }),
  ).toMatchObject({ status: 422, body: { code: 'channel-settings-invalid' } });
  const tested = await admin.send<ChannelTestInfo>('POST', `/api/v1/channels/${keeper.body.id}/test`, {});
  expect(tested.body).toMatchObject({ delivered: false });
  expect(tested.body.messageZh).toMatch(/^没有送达：/);

  const history = await operator.get<ChannelInfo & { versions: ChannelVersionInfo[] }>(
    `/api/v1/channels/${id}`,
  );
  expect(
    history.body.versions.map(({ version, secretsChanged, reason }) => [version, secretsChanged, reason]),
  ).toEqual([
    [3, ['secret'], '不再加签'],
    [2, [], '改名'],
    [1, ['secret', 'url'], '新建'],
  ]);
  await operator.get('/api/v1/channels');
  await operator.get('/api/v1/notifications');
  const audit = await admin.get<{ items: AuditEntry[] }>('/api/v1/audit?action=channel');
  expect(audit.body.items.map(({ details }) => details['change'])).toEqual([
    'created',
    'changed',
    'changed',
    'created',
  ]);
  await admin.get('/api/v1/audit');
  expect((await viewer.get('/api/v1/channels')).status).toBe(403);
  expect((await operator.send('POST', `/api/v1/channels/${id}/test`, {})).status).toBe(403);

  const tables = await query<{ name: string }>(
    url,
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  let stored = '';
  for (const { name } of tables) {
    const rows = await query<{ text: string | null }>(
      url,
      `select string_agg(t::text, ' ') as text from "${name}" t`,
    );
    stored += rows[0]!.text ?? '';
  }
  expect(stored).toContain('值班群');
  expect(service.stderr).toContain('/api/v1/channels');
  said = service.stdout + service.stderr;
  for (const place of [heard, said, stored])
    for (const secret of [
      '5ecre7',
      'pa55word',
      'cr3den7ials',
      'oapi.dingtalk.com',
      Buffer.from(secrets.secret).toString('base64'),
    ])
      expect(place).not.toContain(secret);
});

test('channels have codes: their own, or one by their number; the types are explained', async () => {
  const inbox = { settings: { type: 'inbox' }, reason: '新建' };
  const send = (method: string, path: string, body: object) =>
    admin.send<ChannelInfo & Problem>(method, path, { ...inbox, ...body });
  const plain = await send('POST', '/api/v1/channels', { name: '无代码' });
  expect(plain.body.code).toBe(`channel-${plain.body.id}`);
  const path = `/api/v1/channels/${plain.body.id}`;
  expect((await send('PUT', path, { name: '水务', code: 'water' })).body.code).toBe('water');
  expect((await send('PUT', path, { name: '水务局' })).body.code).toBe('water');
  expect(await send('POST', '/api/v1/channels', { name: '又一个', code: 'water' })).toMatchObject({
    status: 409,
  });
  expect(await send('POST', '/api/v1/channels', { name: '占号', code: 'channel-999' })).toMatchObject({
    status: 422,
    body: { code: 'channel-settings-invalid' },
  });
  const types = await operator.get<{
    items: { type: string; settings: { name: string; secret: boolean }[] }[];
  }>('/api/v1/channel-types');
  expect(types.body.items.find(({ type }) => type === 'wecom')?.settings).toContainEqual(
    expect.objectContaining({ name: 'url', secret: true }),
  );
});

test('the inbox receives, also a test; dead letters are seen and sent again', async () => {
  const made = await admin.send<ChannelInfo>('POST', '/api/v1/channels', {
    name: '示例收件箱',
    settings: { type: 'inbox' },
    reason: '演示',
  });
  const inbox = made.body.id;
  const tested = await admin.send<ChannelTestInfo>('POST', `/api/v1/channels/${inbox}/test`, {});
  expect(tested.body).toMatchObject({ delivered: true, messageZh: '测试消息已送达' });
  const acknowledgeLink = 'https://county.example/ack?token=0ne-7ime';
  const mentions = { mobiles: ['13811112222'], userIds: [], all: false };
  await put(pool, [inbox], messageOf('m-1', { acknowledgeLink, mentions }));
  const path = `/api/v1/inbox?channel=${inbox}`;
  type Inbox = { items: InboxMessageInfo[]; next: string | null };
  await until('it is there', async () => (await operator.get<Inbox>(path)).body.items.length === 2);
  const [first, second] = (await operator.get<Inbox>(path)).body.items;
  expect(first!.notification).toMatchObject({ key: 'm-1', acknowledgeLink, mentions });
  expect(second!.notification.kind).toBe('test');
  const forViewer = await viewer.get<Inbox>(path);
  expect(forViewer.body.items).toHaveLength(2);
  expect(JSON.stringify(forViewer.body)).not.toMatch(/0ne-7ime|13811112222/);
  const page = await operator.get<Inbox>(`${path}&limit=1`);
  expect((await operator.get<Inbox>(`${path}&limit=1&before=${page.body.next}`)).body.items[0]!.id).toBe(
    second!.id,
  );
  // As it comes to be when all attempts have failed.
  await pool.query(`update outbox set state = 'dead', delivered_at = null where key = 'm-1'`);
  type Deliveries = { items: NotificationInfo[]; next: string | null };
  const dead = await operator.get<Deliveries>(`/api/v1/notifications?state=dead&channel=${inbox}`);
  expect(dead.body.items).toMatchObject([{ key: 'm-1', stateZh: '死信', nextAttemptAt: null }]);
  const { id } = dead.body.items[0]!;
  expect((await viewer.get('/api/v1/notifications')).status).toBe(403);
  const metrics = await viewer.get<string>('/metrics');
  expect(metrics.body).toMatch(
    new RegExp(`cei_notifications_dead\\{channel="${inbox}",type="inbox"\\} [01]`),
  );
  expect(await operator.send('POST', `/api/v1/notifications/${id}/resend`, { reason: '再发' })).toMatchObject(
    {
      status: 200,
      body: { state: 'queued', attempts: 0 },
    },
  );
  type Detail = NotificationInfo & { attemptList: AttemptInfo[] };
  await until(
    'it has arrived',
    async () => (await operator.get<Detail>(`/api/v1/notifications/${id}`)).body.state === 'delivered',
  );
  const detail = await operator.get<Detail>(`/api/v1/notifications/${id}`);
  expect(detail.body.attemptList.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
  expect(JSON.stringify(detail.body)).not.toContain('0ne-7ime');
  expect(await operator.send('POST', `/api/v1/notifications/${id}/resend`, { reason: '再发' })).toMatchObject(
    {
      status: 422,
      body: { code: 'notification-not-dead' },
    },
  );
  const audit = await admin.get<{ items: AuditEntry[] }>('/api/v1/audit?action=notification-resend');
  expect(audit.body.items).toMatchObject([
    { actorName: 'operator', details: { key: 'm-1', reason: '再发' } },
  ]);
  const removed = await admin.send('DELETE', `/api/v1/channels/${inbox}`, { reason: '演示完毕' });
  expect(removed).toMatchObject({ status: 200, body: { deadLetters: 0 } });
  expect((await operator.get(`/api/v1/channels/${inbox}`)).status).toBe(404);
});

test('private addresses are listed and ended by an administrator, and both are kept', async () => {
  const path = '/api/v1/network-allowances';
  const added = await admin.send<AllowanceInfo>('POST', path, { target: '10.1.0.0/16', reason: '县政务网' });
  expect(added).toMatchObject({ status: 201, body: { target: '10.1.0.0/16', reason: '县政务网' } });
  expect(await admin.send('POST', path, { target: '10.1.0.0/16', reason: '重复' })).toMatchObject({
    status: 409,
  });
  const wide = await admin.send<Problem>('POST', path, { target: '0.0.0.0/0', reason: '全部' });
  expect(wide).toMatchObject({ status: 422, body: { code: 'allowance-invalid' } });
  expect(wide.body.detail).toContain('太大');
  expect((await operator.send('POST', path, { target: '10.2.0.0/16', reason: '无权' })).status).toBe(403);
  expect((await operator.get<{ items: AllowanceInfo[] }>(path)).body.items).toHaveLength(1);
  const gone = await admin.send('DELETE', `${path}/${added.body.id}`, { reason: '不用了' });
  expect(gone.status).toBe(200);
  expect((await admin.send('DELETE', `${path}/${added.body.id}`, { reason: '再删' })).status).toBe(404);
  expect((await operator.get<{ items: AllowanceInfo[] }>(path)).body.items).toEqual([]);
  const audit = await admin.get<{ items: AuditEntry[] }>('/api/v1/audit?action=network-allowance');
  expect(audit.body.items.map(({ details }) => details)).toEqual([
    { change: 'removed', reason: '不用了' },
    { change: 'added', reason: '县政务网' },
  ]);
});

test('the jobs of the service tell their last run, its duration and outcome, and the next', async () => {
  type Jobs = { items: JobInfo[] };
  await until('the recomputation has run', async () =>
    (await viewer.get<Jobs>('/api/v1/jobs')).body.items.some(
      ({ name, lastSuccessAt }) => name === 'recompute' && lastSuccessAt !== null,
    ),
  );
  const { items } = (await viewer.get<Jobs>('/api/v1/jobs')).body;
  expect(items.map(({ name, makesUp }) => [name, makesUp])).toEqual(
    expect.arrayContaining([
      ['minute-hours', true],
      ['recompute', false],
      ['verdict-history', true],
    ]),
  );
  // Five past midnight in Beijing.
  expect(items.find(({ name }) => name === 'verdict-history')!.nextDueAt).toMatch(/T16:05:00.000Z$/);
  const one = await viewer.get<JobInfo & { runs: JobRunInfo[] }>('/api/v1/jobs/recompute');
  expect(one.body.runs.at(-1)).toMatchObject({ cause: 'tick', outcome: 'succeeded', error: null });
  expect((await viewer.get('/api/v1/jobs/nonsense')).status).toBe(404);
  await until('the metric tells it', async () =>
    /cei_job_last_success_timestamp_seconds\{job="recompute"\} \d/.test(
      (await viewer.get<string>('/metrics')).body,
    ),
  );
});

test('without a key there are no secrets; a new key takes over from a former one', async () => {
  await service.stop();
  service = await yard.start(service.dataDir);
  const restarted = new Client(service.address, admin.token);
  const refused = await restarted.send<Problem>('POST', '/api/v1/channels', {
    name: '无密钥',
    settings: robot,
    reason: '新',
  });
  expect(refused).toMatchObject({ status: 422, body: { code: 'secrets-need-key' } });
  expect(refused.body.mend).toContain('CEI_SECRET_KEY');
  const open = { name: '无机密', settings: { type: 'inbox' }, reason: '新' };
  expect((await restarted.send('POST', '/api/v1/channels', open)).status).toBe(201);
  url = await findDatabaseUrl(service.dataDir);
  const [before] = await query<{ key_id: string }>(url, 'select distinct key_id from channel_secrets');
  await service.stop();
  service = await yard.start(service.dataDir, {
    CEI_SECRET_KEY: makeSecretKey(),
    CEI_FORMER_SECRET_KEYS: key,
  });
  url = await findDatabaseUrl(service.dataDir);
  const after = await query<{ key_id: string }>(url, 'select distinct key_id from channel_secrets');
  expect(after).toHaveLength(1);
  expect(after[0]!.key_id).not.toBe(before!.key_id);
});
