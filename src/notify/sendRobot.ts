import type { ChannelSettings } from '../domain/channel.js';
import type { DeliveryResult, Notification } from '../domain/notification.js';
import { judgeRobot, type RobotContract } from './judgeAnswer.js';
import { mentionsOf } from './mentions.js';
import { post } from './post.js';
import { Progress } from './progress.js';
import { secretsOfUrl } from './redact.js';
import { dingTalkRules, feishuRules, weComRules } from './robotCodes.js';
import { postOptions, type SenderOptions } from './senderOptions.js';
import { shapeDingTalk } from './shapeDingTalk.js';
import { shapeFeishu } from './shapeFeishu.js';
import { shapeWeCom } from './shapeWeCom.js';
import { signDingTalk, signFeishu } from './sign.js';

type Settings<Type extends ChannelSettings['type']> = Extract<ChannelSettings, { type: Type }>;
type Send = (notification: Notification) => Promise<DeliveryResult>;

const errcode = [['errcode', 'errmsg']] as const;
const dingTalk: RobotContract = { fields: errcode, rules: dingTalkRules };
const weCom: RobotContract = { fields: errcode, rules: weComRules };
const feishu: RobotContract = {
  fields: [
    ['code', 'msg'],
    ['StatusCode', 'StatusMessage'],
  ],
  rules: feishuRules,
};
const headers = { 'content-type': 'application/json; charset=utf-8' };

/** Sends to a 钉钉 robot, signed with 加签 where the channel has a secret. */
export function dingTalkSender(settings: Settings<'dingtalk'>, options: SenderOptions): Send {
  const http = postOptions(options);
  const secrets = [...secretsOfUrl(settings.url), settings.secret ?? ''];
  return async (notification) => {
    const url = new URL(settings.url);
    if (settings.secret !== undefined) {
      const timestamp = options.now();
      url.searchParams.set('timestamp', String(timestamp));
      url.searchParams.set('sign', signDingTalk(settings.secret, timestamp));
    }
    const answer = await post(url.href, { headers, body: shapeDingTalk(notification, settings) }, http);
    return judgeRobot(answer, dingTalk, { now: options.now(), secrets });
  };
}

/** Sends to a 企业微信 robot: the message, then a text that calls people, each once. */
export function weComSender(settings: Settings<'wecom'>, options: SenderOptions): Send {
  const http = postOptions(options);
  const secrets = secretsOfUrl(settings.url);
  const progress = new Progress();
  return async (notification) => {
    for (const [index, body] of shapeWeCom(notification, settings).entries()) {
      const part = String(index);
      if (progress.has(notification.key, part)) continue;
      const answer = await post(settings.url, { headers, body }, http);
      const result = judgeRobot(answer, weCom, { now: options.now(), secrets });
      if (result.outcome !== 'delivered') {
        return index === 0 ? result : { ...result, message: `正文已送达，@ 提醒未送达：${result.message}` };
      }
      progress.add(notification.key, part);
    }
    progress.forget(notification.key);
    return { outcome: 'delivered' };
  };
}

/** Sends to a 飞书 robot, signed in the body where the channel has a secret. */
export function feishuSender(settings: Settings<'feishu'>, options: SenderOptions): Send {
  const http = postOptions(options);
  const secrets = [...secretsOfUrl(settings.url), settings.secret ?? ''];
  return async (notification) => {
    const shape = shapeFeishu(notification, settings);
    const timestamp = Math.floor(options.now() / 1000);
    const signature =
      settings.secret === undefined
        ? {}
        : { timestamp: String(timestamp), sign: signFeishu(settings.secret, timestamp) };
    const body = JSON.stringify({ ...signature, ...shape });
    const answer = await post(settings.url, { headers, body }, http);
    const result = judgeRobot(answer, feishu, { now: options.now(), secrets });
    const unreachable = mentionsOf(notification, settings).mobiles.length;
    return result.outcome === 'delivered' && unreachable > 0
      ? { outcome: 'delivered', detail: `飞书不能按手机号 @，${unreachable} 个号码未提醒` }
      : result;
  };
}
