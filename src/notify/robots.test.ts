import { afterEach, describe, expect, test } from '@jest/globals';
import type { ChannelSettings } from '../domain/channel.js';
import { createSender } from './createSender.js';
import { startFakeDingTalk, startFakeFeishu, startFakeWeCom } from './fakeRobots.fixture.js';
import { startFakeServer, type FakeServer, type Reply } from './fakeServer.fixture.js';
import { ofKind, sentAt } from './notifications.fixture.js';

const open: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function started(starting: Promise<FakeServer>): Promise<FakeServer> {
  const server = await starting;
  open.push(server);
  return server;
}

let clock = sentAt;
const now = (): number => clock;
const options = { now, allow: ['127.0.0.0/8'], timeoutMs: 2000 };
const firing = ofKind.firing;
type Extra = Readonly<Record<string, unknown>>;

function dingTalk({ port }: FakeServer, extra: Extra = {}): ChannelSettings {
  const url = `http://127.0.0.1:${port}/robot/send?access_token=ding-token`;
  return { type: 'dingtalk', url, mobiles: ['13800000001'], userIds: [], ...extra };
}
function weCom({ port }: FakeServer, extra: Extra = {}): ChannelSettings {
  const url = `http://127.0.0.1:${port}/cgi-bin/webhook/send?key=wecom-key`;
  return { type: 'wecom', url, mobiles: [], userIds: [], ...extra };
}
function feishu({ port }: FakeServer, extra: Extra = {}): ChannelSettings {
  return {
    type: 'feishu',
    url: `http://127.0.0.1:${port}/open-apis/bot/v2/hook/feishu-hook`,
    userIds: [],
    ...extra,
  };
}

describe('钉钉', () => {
  test('takes a signed message with the keyword that every message holds', async () => {
    const server = await started(startFakeDingTalk({ now, secret: 'SEC1', keywords: ['生态环境'] }));
    const send = createSender(dingTalk(server, { secret: 'SEC1' }), options);
    expect(await send(firing, 1)).toEqual({ outcome: 'delivered' });
    expect(server.received).toHaveLength(1);
  });

  test.each([
    [{ secret: 'SEC2' }, { secret: 'SEC1' }, /签名不匹配/],
    [{}, { keywords: ['不会有的词'] }, /关键词/],
    [{}, { allowedIps: ['192.0.2.1'] }, /白名单.*127\.0\.0\.1/],
    [{ secret: 'SEC1' }, { secret: 'SEC1', now: () => sentAt + 3_700_000 }, /校时/],
  ])('%j against %j is refused with a hint', async (extra, rules, message) => {
    const server = await started(startFakeDingTalk({ now, ...rules }));
    const result = await createSender(dingTalk(server, extra), options)(firing, 1);
    expect(result).toMatchObject({ outcome: 'refused', code: 'errcode 310000' });
    expect(result).toHaveProperty('message', expect.stringMatching(message));
  });

  test('beyond twenty a minute it is silent for ten minutes, and says so', async () => {
    const server = await started(startFakeDingTalk({ now }));
    const send = createSender(dingTalk(server), options);
    for (let n = 0; n < 20; n += 1) expect((await send(firing, 1)).outcome).toBe('delivered');
    const limited = { outcome: 'retry', code: 'errcode 410100', afterSeconds: 600, pauseChannel: true };
    expect(await send(firing, 1)).toMatchObject(limited);
    clock += 599_000;
    expect(await send(firing, 2)).toMatchObject(limited);
    clock = sentAt;
  });

  test('an unknown token is refused', async () => {
    const server = await started(startFakeDingTalk({ now }));
    const url = `http://127.0.0.1:${server.port}/robot/send?access_token=other`;
    const result = await createSender(dingTalk(server, { url }), options)(firing, 1);
    expect(result).toMatchObject({ outcome: 'refused', code: 'errcode 300001' });
  });
});

describe('企业微信', () => {
  test('one message, and a second where somebody is called', async () => {
    const server = await started(startFakeWeCom({ now }));
    expect(await createSender(weCom(server), options)(firing, 1)).toEqual({ outcome: 'delivered' });
    expect(server.received).toHaveLength(1);
    const send = createSender(weCom(server, { mobiles: ['13800000001'] }), options);
    expect(await send(firing, 1)).toEqual({ outcome: 'delivered' });
    const bodies = server.received.slice(1).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(bodies.map(({ msgtype }) => msgtype)).toEqual(['markdown', 'text']);
    expect(bodies[1]).toMatchObject({ text: { mentioned_mobile_list: ['13800000001'] } });
    expect(JSON.stringify(bodies[1])).toContain(firing.key);
  });

  test('after the call alone failed, only the call is sent again', async () => {
    const server = await started(startFakeWeCom({ now, perMinute: 1 }));
    const send = createSender(weCom(server, { userIds: ['zhang'] }), options);
    const limited = await send(firing, 1);
    expect(limited).toMatchObject({ outcome: 'retry', code: 'errcode 45009', pauseChannel: true });
    expect(limited).toHaveProperty('message', expect.stringContaining('正文已送达'));
    clock += 61_000;
    expect(await send(firing, 2)).toEqual({ outcome: 'delivered' });
    clock += 61_000;
    const types = server.received.map(({ body }) => (JSON.parse(body) as { msgtype: string }).msgtype);
    expect(types).toEqual(['markdown', 'text', 'text']);
    // Sent anew by a person, the whole message goes out.
    await send(firing, 1);
    expect(server.received.at(3)?.body).toContain('markdown');
    clock = sentAt;
  });

  test('an answer with tracing and addresses is told without them', async () => {
    const server = await started(startFakeWeCom({ now }));
    const url = `http://127.0.0.1:${server.port}/cgi-bin/webhook/send?key=wrong-key`;
    const result = await createSender(weCom(server, { url }), options)(firing, 1);
    expect(result).toMatchObject({ outcome: 'refused', code: 'errcode 93000' });
    expect(JSON.stringify(result)).not.toMatch(/hint|203\.0\.113|https?:|wrong-key/);
    expect(result).toHaveProperty('message', expect.stringContaining('（invalid webhook url）'));
  });
});

describe('飞书', () => {
  test.each([false, true])('takes a signed card, legacy answer: %s', async (legacy) => {
    const server = await started(startFakeFeishu({ now, secret: 'demo', keywords: ['生态环境'], legacy }));
    const send = createSender(feishu(server, { secret: 'demo' }), options);
    expect(await send(firing, 1)).toEqual({ outcome: 'delivered' });
  });

  test('a wrong secret, a wrong hook and a wrong keyword are refused', async () => {
    const server = await started(startFakeFeishu({ now, secret: 'demo', keywords: ['不会有'] }));
    const signed = await createSender(feishu(server, { secret: 'other' }), options)(firing, 1);
    expect(signed).toMatchObject({ outcome: 'refused', code: 'code 19021' });
    const keyword = await createSender(feishu(server, { secret: 'demo' }), options)(firing, 1);
    expect(keyword).toMatchObject({ outcome: 'refused', code: 'code 19024' });
    const url = `http://127.0.0.1:${server.port}/open-apis/bot/v2/hook/gone`;
    const hook = await createSender(feishu(server, { url }), options)(firing, 1);
    expect(hook).toMatchObject({ outcome: 'refused', code: 'code 19001' });
  });

  test('the sixth message of a second is held back', async () => {
    const server = await started(startFakeFeishu({ now }));
    const send = createSender(feishu(server), options);
    for (let n = 0; n < 5; n += 1) expect((await send(firing, 1)).outcome).toBe('delivered');
    expect(await send(firing, 1)).toMatchObject({ outcome: 'retry', code: 'code 11232', pauseChannel: true });
  });

  test('numbers that it cannot call are told', async () => {
    const server = await started(startFakeFeishu({ now }));
    const mentions = { mobiles: ['13800000001'], userIds: ['ou_2'], all: true };
    const result = await createSender(feishu(server), options)({ ...firing, mentions }, 1);
    expect(result).toEqual({ outcome: 'delivered', detail: expect.stringContaining('1 个号码') });
    expect(server.received[0]?.body).toContain('<at id=all></at> <at id=ou_2></at>');
  });
});

describe('answers', () => {
  const cases: readonly (readonly [Reply, object])[] = [
    [{ body: '{"errcode":0,"errmsg":"ok"}' }, { outcome: 'delivered' }],
    [{ body: '{"errcode":"0","errmsg":"ok"}' }, { outcome: 'delivered' }],
    [{ body: '{}' }, { outcome: 'retry', code: 'answer-unreadable' }],
    [{ body: '{"errcode":null}' }, { outcome: 'retry', code: 'answer-unreadable' }],
    [{ body: '<html>请先登录</html>' }, { outcome: 'retry', code: 'answer-unreadable' }],
    [{ body: '' }, { outcome: 'retry', code: 'answer-unreadable' }],
    [{ body: `{"errcode":0,"x":"${'x'.repeat(70_000)}"}` }, { outcome: 'retry', code: 'answer-unreadable' }],
    [
      { status: 500, body: '{"errcode":0}' },
      { outcome: 'retry', code: 'http 500' },
    ],
    [
      { status: 404, body: 'no' },
      { outcome: 'refused', code: 'http 404' },
    ],
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { outcome: 'retry', afterSeconds: 7, pauseChannel: true },
    ],
    [
      { status: 302, headers: { location: '/elsewhere' } },
      { outcome: 'retry', code: 'http 302' },
    ],
    [
      { status: 301, headers: { location: '/elsewhere' } },
      { outcome: 'refused', code: 'http 301' },
    ],
    [{ body: '{"errcode":-1,"errmsg":"系统繁忙"}' }, { outcome: 'retry', code: 'errcode -1' }],
    [{ body: '{"errcode":400102,"errmsg":"stopped"}' }, { outcome: 'refused' }],
    [{ body: '{"errcode":999999,"errmsg":"?"}' }, { outcome: 'retry', code: 'errcode 999999' }],
    [
      { body: '{"errcode":7,"errmsg":"关键词不匹配"}' },
      { outcome: 'refused', message: expect.stringContaining('关键词') },
    ],
    [{ body: '{"errcode":7,"errmsg":"send too fast"}' }, { outcome: 'retry', afterSeconds: 600 }],
    [{ body: '{"errcode":310000,"errmsg":"?"}' }, { outcome: 'refused' }],
    [
      { stall: true, body: '{"errcode":0' },
      { outcome: 'retry', code: 'answer-unreadable' },
    ],
    [{ silent: true }, { outcome: 'retry', code: 'timeout' }],
  ];

  test.each(cases)('%j', async (reply, expected) => {
    const server = await started(startFakeServer(() => reply));
    const result = await createSender(dingTalk(server), { ...options, timeoutMs: 500 })(firing, 1);
    expect(result).toMatchObject(expected);
    expect(server.received).toHaveLength(1);
    expect(JSON.stringify(result)).not.toContain('ding-token');
  });

  test.each([
    [
      { status: 400, body: '{"code":9499,"msg":"too many request"}' },
      { outcome: 'retry', pauseChannel: true },
    ],
    [{ status: 400, body: '{"code":9499,"msg":"Bad Request"}' }, { outcome: 'refused' }],
    [{ body: '{"code":19001,"StatusCode":0}' }, { outcome: 'refused', code: 'code 19001' }],
  ])('飞书: %j', async (reply, expected) => {
    const server = await started(startFakeServer(() => reply));
    expect(await createSender(feishu(server), options)(firing, 1)).toMatchObject(expected);
  });

  test('nobody listening is a failure that may pass', async () => {
    const server = await startFakeServer(() => ({}));
    await server.close();
    const result = await createSender(dingTalk(server), options)(firing, 1);
    expect(result).toMatchObject({ outcome: 'retry', code: 'connection-refused' });
  });
});
