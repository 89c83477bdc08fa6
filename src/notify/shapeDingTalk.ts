import type { ChannelSettings } from '../domain/channel.js';
import type { Notification } from '../domain/notification.js';
import { byteLength, clipText, escapeMarkdown } from './cleanText.js';
import { fitNotification } from './fitNotification.js';
import { mentionsOf, type Mentions } from './mentions.js';
import { alertHeading, factsLine } from './plainText.js';
import { headingOf, renderMessage, type Message } from './renderMessage.js';

/** The provider takes 20 000 bytes of body. */
export const dingTalkBodyBytes = 20_000;

function alertBlocks(message: Message): string[] {
  return message.alerts.flatMap((alert, index) => {
    const heading = alertHeading(message, alert, index);
    const facts = alert.facts.map(({ label, value }) => `- ${label}：${escapeMarkdown(value)}`);
    return [
      ...(heading === undefined ? [] : [`**${escapeMarkdown(heading)}**`]),
      message.alerts.length > 1 ? escapeMarkdown(factsLine(alert)) : facts.join('\n'),
      ...(alert.advice === undefined ? [] : [`处置建议：${escapeMarkdown(alert.advice)}`]),
    ];
  });
}

function markdownOf(message: Message, { mobiles, userIds }: Mentions): string {
  const calls = [...mobiles, ...userIds].map((who) => `@${who}`).join(' ');
  const links = [
    ...(message.link === undefined ? [] : [`[查看详情](${message.link})`]),
    ...(message.acknowledgeLink === undefined ? [] : [`[确认收到](${message.acknowledgeLink})`]),
  ];
  return [
    `### ${escapeMarkdown(headingOf(message))}`,
    ...message.facts.map(({ label, value }) => `${label}：${escapeMarkdown(value)}`),
    ...alertBlocks(message),
    ...(message.advice === undefined ? [] : [`**处置建议：${escapeMarkdown(message.advice)}**`]),
    ...message.notes.map(escapeMarkdown),
    ...(message.more === undefined ? [] : [message.more]),
    ...(links.length === 0 ? [] : [links.join(' · ')]),
    ...(calls === '' ? [] : [calls]),
    `> ${escapeMarkdown(message.footer)}`,
  ].join('\n\n');
}

/** The JSON body for a 钉钉 robot: Markdown with mentions in its text and in `at`. */
export function shapeDingTalk(
  notification: Notification,
  settings: Extract<ChannelSettings, { type: 'dingtalk' }>,
): string {
  const mentions = mentionsOf(notification, settings);
  return fitNotification(
    notification,
    (fitted) => {
      const message = renderMessage(fitted);
      return JSON.stringify({
        msgtype: 'markdown',
        markdown: { title: clipText(headingOf(message), 60), text: markdownOf(message, mentions) },
        at: { atMobiles: mentions.mobiles, atUserIds: mentions.userIds, isAtAll: mentions.all },
      });
    },
    (body) => byteLength(body) <= dingTalkBodyBytes,
  );
}
