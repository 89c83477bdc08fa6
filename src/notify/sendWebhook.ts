import { Webhook } from 'standardwebhooks';
import type { ChannelSettings } from '../domain/channel.js';
import type { DeliveryResult, Notification } from '../domain/notification.js';
import { judgeRedirect, retryAfterSeconds } from './judgeAnswer.js';
import { keyToken } from './keyToken.js';
import { post, type PostAnswer } from './post.js';
import { postOptions, type SenderOptions } from './senderOptions.js';
import { shapeWebhook } from './shapeWebhook.js';

type WebhookSettings = Extract<ChannelSettings, { type: 'webhook' }>;

const hints: Readonly<Record<number, string>> = {
  400: '接收方不接受消息内容',
  401: '接收方验签失败：检查两边的密钥是否一致',
  403: '接收方拒绝访问：检查密钥和对方的访问控制',
  404: '接收地址不存在',
  410: '接收方声明不再接收（410）：停用本通道或更换地址',
  413: '接收方嫌消息过大',
  429: '接收方限流',
};

/** Standard Webhooks: 2xx is success, 410 ends it, everything else is tried again, after `Retry-After` where given. */
export function judgeWebhook(answer: PostAnswer, now: number): DeliveryResult {
  const { status } = answer;
  if (status >= 200 && status <= 299) return { outcome: 'delivered' };
  const redirect = judgeRedirect(answer);
  if (redirect !== undefined) return redirect;
  const gone = status === 410 || status === 413;
  const throttled = status === 429 || status === 502 || status === 503 || status === 504;
  const after = retryAfterSeconds(answer.headers['retry-after'], now) ?? (throttled ? 60 : undefined);
  return {
    outcome: gone ? 'refused' : 'retry',
    code: `http ${status}`,
    message: hints[status] ?? (status >= 500 ? '接收方内部错误' : '接收方未接受'),
    ...(gone || after === undefined ? {} : { afterSeconds: after }),
    ...(throttled ? { pauseChannel: true } : {}),
  };
}

/** The signatures of a body, one for each key that is valid while keys are changed. Throws for a malformed secret. */
export function signWebhook(
  secrets: readonly string[],
  { id, epochMs, body }: { readonly id: string; readonly epochMs: number; readonly body: string },
): string {
  return secrets.map((secret) => new Webhook(secret).sign(id, new Date(epochMs), body)).join(' ');
}

/** Sends signed JSON; the id is the same on every attempt, the timestamp is of the attempt. */
export function webhookSender(
  settings: WebhookSettings,
  options: SenderOptions,
): (notification: Notification, attempt: number) => Promise<DeliveryResult> {
  const http = postOptions(options);
  const secrets = [settings.secret, ...(settings.formerSecret === undefined ? [] : [settings.formerSecret])];
  return async (notification, attempt) => {
    const body = shapeWebhook(notification);
    const id = keyToken(notification.key);
    const epochMs = options.now();
    let signature: string;
    try {
      signature = signWebhook(secrets, { id, epochMs, body });
    } catch {
      return { outcome: 'refused', code: 'bad-secret', message: '签名密钥无效：应为 whsec_ 加 base64' };
    }
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(epochMs / 1000)),
      'webhook-signature': signature,
      'x-delivery-attempt': String(attempt),
    };
    return judgeWebhook(await post(settings.url, { headers, body }, http), options.now());
  };
}
