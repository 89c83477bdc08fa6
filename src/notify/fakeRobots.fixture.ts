import { createHmac } from 'node:crypto';
import { startFakeServer, type FakeServer, type Received, type Reply } from './fakeServer.fixture.js';

/** What a fake robot is set to, as its owner sets it in the group. */
export interface RobotRules {
  readonly now: () => number;
  readonly secret?: string;
  readonly keywords?: readonly string[];
  readonly allowedIps?: readonly string[];
  readonly perMinute?: number;
  readonly perSecond?: number;
}

const json = (value: object, status = 200): Reply => ({ status, body: JSON.stringify(value) });
const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** Counts calls in sliding windows; a call beyond them is not counted. */
function meter({ now, perMinute = Infinity, perSecond = Infinity }: RobotRules): () => boolean {
  let calls: number[] = [];
  return () => {
    const at = now();
    calls = calls.filter((time) => time > at - 60_000);
    if (calls.length >= perMinute || calls.filter((time) => time > at - 1000).length >= perSecond)
      return false;
    calls.push(at);
    return true;
  };
}

const hour = 3_600_000;

function parse(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

interface DingTalkMessage {
  readonly msgtype?: string;
  readonly markdown?: { readonly title?: string; readonly text?: string };
  readonly at?: { readonly atMobiles?: readonly string[] };
}

/** 钉钉: every fault is HTTP 200 with an errcode; twenty messages a minute, then ten minutes of silence. */
export function startFakeDingTalk(rules: RobotRules): Promise<FakeServer> {
  const free = meter({ perMinute: 20, ...rules });
  let mutedUntil = 0;
  const fault = (errcode: number, errmsg: string): Reply => json({ errcode, errmsg });
  const answer = ({ url, headers, body }: Received): Reply => {
    if (url.searchParams.get('access_token') !== 'ding-token') return fault(300001, 'token is not exist');
    if (headers['content-type']?.startsWith('application/json') !== true)
      return fault(43004, '无效的HTTP HEADER Content-Type');
    if (bytes(body) > 20_000) return fault(460101, 'message too long, exceed 20000 bytes');
    if (rules.secret !== undefined) {
      const timestamp = url.searchParams.get('timestamp') ?? '';
      if (Math.abs(Number(timestamp) - rules.now()) > hour) return fault(310000, 'invalid timestamp');
      const sign = createHmac('sha256', rules.secret)
        .update(`${timestamp}\n${rules.secret}`)
        .digest('base64');
      if (url.searchParams.get('sign') !== sign)
        return fault(310000, 'sign not match, more: [https://ding-doc.dingtalk.com]');
    }
    if (rules.allowedIps?.includes('127.0.0.1') === false)
      return fault(310000, 'ip 127.0.0.1 not in whitelist');
    const message = parse(body) as DingTalkMessage | undefined;
    const text = message?.markdown?.text;
    if (message?.msgtype !== 'markdown' || !text || !message.markdown?.title)
      return fault(40035, '缺少参数 json');
    if (rules.keywords?.some((word) => text.includes(word)) === false)
      return fault(310000, 'keywords not in content');
    if (message.at?.atMobiles?.some((mobile) => !text.includes(`@${mobile}`)) === true)
      return fault(40035, 'at');
    if (rules.now() < mutedUntil || !free()) {
      mutedUntil = Math.max(mutedUntil, rules.now() + 600_000);
      return fault(410100, 'send too fast, exceed 20 times per minute');
    }
    return json({ errcode: 0, errmsg: 'ok' });
  };
  return startFakeServer(answer);
}

interface WeComMessage {
  readonly msgtype?: string;
  readonly markdown?: { readonly content?: string };
  readonly text?: { readonly content?: string };
}

const hint =
  ', hint: [1700000000234567890123456], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool';

/** 企业微信: no signature; lengths in bytes; every errmsg carries a hint and the caller's address. */
export function startFakeWeCom(rules: RobotRules): Promise<FakeServer> {
  const free = meter({ perMinute: 20, ...rules });
  const fault = (errcode: number, errmsg: string): Reply => json({ errcode, errmsg: `${errmsg}${hint}` });
  const answer = ({ url, body }: Received): Reply => {
    if (url.searchParams.get('key') !== 'wecom-key') return fault(93000, 'invalid webhook url');
    if (!free()) return fault(45009, 'api freq out of limit');
    const message = parse(body) as WeComMessage | undefined;
    const content = message?.markdown?.content ?? message?.text?.content;
    if (content === undefined || content === '') return fault(40008, 'invalid message type');
    const most = message?.msgtype === 'markdown' ? 4096 : 2048;
    if (bytes(content) > most) return fault(40058, `${message?.msgtype}.content exceed max length ${most}`);
    return json({ errcode: 0, errmsg: 'ok' });
  };
  return startFakeServer(answer);
}

interface FeishuMessage {
  readonly timestamp?: string;
  readonly sign?: string;
  readonly msg_type?: string;
  readonly card?: { readonly header?: unknown; readonly elements?: unknown };
}

/** 飞书: signature in the body, seconds; rate and size; 9499 is two things, one of them with HTTP 400. */
export function startFakeFeishu(rules: RobotRules & { readonly legacy?: boolean }): Promise<FakeServer> {
  const free = meter({ perMinute: 100, perSecond: 5, ...rules });
  const fault = (code: number, msg: string, status = 200): Reply => json({ code, msg, data: {} }, status);
  const answer = ({ url, body }: Received): Reply => {
    if (url.pathname !== '/open-apis/bot/v2/hook/feishu-hook')
      return fault(19001, 'param invalid: incoming webhook access token invalid');
    if (!free()) return fault(11232, 'frequency limited psm[lark.oapi.app_platform_runtime]');
    const message = parse(body) as FeishuMessage | undefined;
    if (message === undefined || bytes(body) > 20_480) return fault(9499, 'Bad Request', 400);
    if (rules.secret !== undefined) {
      const sign = createHmac('sha256', `${message.timestamp}\n${rules.secret}`).digest('base64');
      const late = Math.abs(Number(message.timestamp) * 1000 - rules.now()) > hour;
      if (late || message.sign !== sign) {
        return fault(19021, 'sign match fail or timestamp is not within one hour from current time');
      }
    }
    if (rules.keywords?.some((word) => body.includes(word)) === false)
      return fault(19024, 'Key Words Not Found');
    if (message.msg_type !== 'interactive' || !Array.isArray(message.card?.elements))
      return fault(9499, 'Bad Request', 400);
    return rules.legacy === true
      ? json({ StatusCode: 0, StatusMessage: 'success' })
      : json({ code: 0, msg: 'success', data: {}, StatusCode: 0, StatusMessage: 'success' });
  };
  return startFakeServer(answer);
}
