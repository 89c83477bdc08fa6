import { createHmac } from 'node:crypto';

/**
 * 钉钉 加签: base64 of HMAC-SHA256 keyed by the secret over `ms\nsecret`; not yet URL-encoded.
 * open.dingtalk.com, 自定义机器人安全设置.
 */
export function signDingTalk(secret: string, epochMs: number): string {
  return createHmac('sha256', secret).update(`${epochMs}\n${secret}`).digest('base64');
}

/**
 * 飞书 签名校验: base64 of HMAC-SHA256 keyed by `seconds\nsecret` over nothing. open.feishu.cn, 自定义机器人使用指南.
 */
export function signFeishu(secret: string, epochSeconds: number): string {
  return createHmac('sha256', `${epochSeconds}\n${secret}`).update('').digest('base64');
}
