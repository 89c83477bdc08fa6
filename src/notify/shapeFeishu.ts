import type { ChannelSettings } from '../domain/channel.js';
import type { Notification } from '../domain/notification.js';
import { byteLength } from './cleanText.js';
import { fitNotification } from './fitNotification.js';
import { mentionsOf, type Mentions } from './mentions.js';
import { alertHeading, factsLine } from './plainText.js';
import { headingOf, renderMessage, type Message } from './renderMessage.js';

/** The provider takes 20 KB of body; timestamp and signature are added to what is shaped here. */
export const feishuBodyBytes = 20_000;
const signatureBytes = 200;

/** Header colour: by kind where nothing is wrong any more, else by severity. */
function templateOf({ kind, severity }: Message): string {
  if (kind === 'resolved') return 'green';
  if (kind === 'withdrawal' || kind === 'test') return 'grey';
  return { critical: 'red', warning: 'orange', notice: 'blue' }[severity];
}

// Names given by people stand in plain_text, which knows no markup: nothing needs escaping.
const plain = (content: string) => ({ tag: 'div', text: { tag: 'plain_text', content } });

function alertElements(message: Message): object[] {
  return message.alerts.flatMap((alert, index) => {
    const heading = alertHeading(message, alert, index);
    const lines = [
      ...(heading === undefined ? [] : [heading]),
      ...(message.alerts.length > 1
        ? [factsLine(alert)]
        : alert.facts.map(({ label, value }) => `${label}：${value}`)),
      ...(alert.advice === undefined ? [] : [`处置建议：${alert.advice}`]),
    ];
    return [plain(lines.join('\n'))];
  });
}

function buttons({ link, acknowledgeLink }: Message): object[] {
  const button = (content: string, url: string, type: string) => ({
    tag: 'button',
    text: { tag: 'plain_text', content },
    url,
    type,
  });
  const actions = [
    ...(link === undefined ? [] : [button('查看详情', link, 'default')]),
    ...(acknowledgeLink === undefined ? [] : [button('确认收到', acknowledgeLink, 'primary')]),
  ];
  return actions.length === 0 ? [] : [{ tag: 'action', actions }];
}

function elementsOf(message: Message, { userIds, all }: Mentions): object[] {
  const calls = [...(all ? ['all'] : []), ...userIds].map((id) => `<at id=${id}></at>`).join(' ');
  const facts = message.facts.map(({ label, value }) => `${label}：${value}`);
  const end = [...message.notes, ...(message.more === undefined ? [] : [message.more])];
  return [
    ...(facts.length === 0 ? [] : [plain(facts.join('\n'))]),
    ...alertElements(message),
    ...(message.advice === undefined ? [] : [plain(`处置建议：${message.advice}`)]),
    ...(end.length === 0 ? [] : [plain(end.join('\n'))]),
    ...buttons(message),
    ...(calls === '' ? [] : [{ tag: 'div', text: { tag: 'lark_md', content: calls } }]),
    { tag: 'note', elements: [{ tag: 'plain_text', content: message.footer }] },
  ];
}

/** The body for a 飞书 robot, an interactive card, to which the sender adds timestamp and signature. */
export function shapeFeishu(
  notification: Notification,
  settings: Extract<ChannelSettings, { type: 'feishu' }>,
): { readonly msg_type: 'interactive'; readonly card: object } {
  const mentions = mentionsOf(notification, settings);
  return fitNotification(
    notification,
    (fitted) => {
      const message = renderMessage(fitted);
      return {
        msg_type: 'interactive' as const,
        card: {
          config: { wide_screen_mode: true },
          header: {
            title: { tag: 'plain_text', content: headingOf(message) },
            template: templateOf(message),
          },
          elements: elementsOf(message, mentions),
        },
      };
    },
    (body) => byteLength(JSON.stringify(body)) <= feishuBodyBytes - signatureBytes,
  );
}
