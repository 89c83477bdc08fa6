import type { ChannelSettings } from '../domain/channel.js';
import type { DeliveryResult, Notification } from '../domain/notification.js';
import { judgeRedirect, retryAfterSeconds } from './judgeAnswer.js';
import { post, type PostAnswer } from './post.js';
import { redact, secretsOfUrl } from './redact.js';
import { defaultAlertmanagerHoldMs, postOptions, type SenderOptions } from './senderOptions.js';
import { shapeAlertmanager } from './shapeAlertmanager.js';

type AlertmanagerSettings = Extract<ChannelSettings, { type: 'alertmanager' }>;

/** The address to post to: the API's path under whatever prefix the settings name. */
export function alertsUrl(base: string): string {
  const url = new URL(base);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/api/v2/alerts') ? path : `${path}/api/v2/alerts`;
  return url.href;
}

const hints: Readonly<Record<number, string>> = {
  400: 'Alertmanager 拒收其中的报警',
  401: '用户名或密码不对',
  403: '没有访问权限',
  404: '地址不对：应为 Alertmanager 的根地址，版本须支持 v2 接口',
  415: 'Alertmanager 不接受内容类型',
  422: 'Alertmanager 不接受消息格式',
};

function judge(answer: PostAnswer, now: number, secrets: readonly string[]): DeliveryResult {
  const { status } = answer;
  if (status === 200) return { outcome: 'delivered' };
  const redirect = judgeRedirect(answer);
  if (redirect !== undefined) return redirect;
  const refused = status in hints;
  const shown = redact(answer.body, secrets);
  const hint = hints[status] ?? 'Alertmanager 未接受';
  const after = retryAfterSeconds(answer.headers['retry-after'], now);
  return {
    outcome: refused ? 'refused' : 'retry',
    code: `http ${status}`,
    message: shown === '' ? hint : `${hint}（${shown}）`,
    ...(refused || after === undefined ? {} : { afterSeconds: after }),
  };
}

/** Sends to Alertmanager's v2 API. */
export function alertmanagerSender(
  settings: AlertmanagerSettings,
  options: SenderOptions,
): (notification: Notification) => Promise<DeliveryResult> {
  const http = postOptions(options);
  const { user = '', password } = settings;
  const secrets = [...secretsOfUrl(settings.url), password ?? ''];
  const basic = Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  const headers = {
    'content-type': 'application/json',
    ...(user === '' && password === undefined ? {} : { authorization: `Basic ${basic}` }),
  };
  const holdMs = options.alertmanagerHoldMs ?? defaultAlertmanagerHoldMs;
  return async (notification) => {
    const body = shapeAlertmanager(notification, { now: options.now(), holdMs });
    const answer = await post(alertsUrl(settings.url), { headers, body }, http);
    return judge(answer, options.now(), secrets);
  };
}
