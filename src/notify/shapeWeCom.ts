import type { ChannelSettings } from '../domain/channel.js';
import type { Notification } from '../domain/notification.js';
import { byteLength, cleanText, clipText, escapeMarkdown } from './cleanText.js';
import { cleanNotification, fitNotification } from './fitNotification.js';
import { callsAnyone, mentionsOf } from './mentions.js';
import { alertHeading, factsLine } from './plainText.js';
import { headingOf, renderMessage, type Message } from './renderMessage.js';

/** Bytes of `markdown.content` and of `text.content` that the provider takes. */
export const weComMarkdownBytes = 4096;
export const weComTextBytes = 2048;

/** The three colours there are: orange-red, green, grey. */
function colourOf({ kind, severity }: Message): 'warning' | 'info' | 'comment' {
  if (kind === 'resolved') return 'info';
  return kind === 'withdrawal' || kind === 'test' || severity === 'notice' ? 'comment' : 'warning';
}

function alertBlocks(message: Message): string[] {
  return message.alerts.flatMap((alert, index) => {
    const heading = alertHeading(message, alert, index);
    const facts = alert.facts.map(({ label, value }) => {
      const text = escapeMarkdown(value);
      return `> ${label}：${label === '数值' ? `<font color="${colourOf(message)}">${text}</font>` : text}`;
    });
    return [
      ...(heading === undefined ? [] : [`**${escapeMarkdown(heading)}**`]),
      ...(message.alerts.length > 1 ? [`> ${escapeMarkdown(factsLine(alert))}`] : facts),
      ...(alert.advice === undefined ? [] : [`处置建议：${escapeMarkdown(alert.advice)}`]),
    ];
  });
}

function markdownOf(message: Message): string {
  const links = [
    ...(message.link === undefined ? [] : [`[查看详情](${message.link})`]),
    ...(message.acknowledgeLink === undefined ? [] : [`[确认收到](${message.acknowledgeLink})`]),
  ];
  return [
    `**<font color="${colourOf(message)}">【${message.tag}】</font>${escapeMarkdown(message.title)}**`,
    ...message.facts.map(({ label, value }) => `${label}：${escapeMarkdown(value)}`),
    ...alertBlocks(message),
    ...(message.advice === undefined ? [] : [`**处置建议：${escapeMarkdown(message.advice)}**`]),
    ...message.notes.map(escapeMarkdown),
    ...(message.more === undefined ? [] : [message.more]),
    ...(links.length === 0 ? [] : [links.join(' · ')]),
    `<font color="comment">${escapeMarkdown(message.footer)}</font>`,
  ].join('\n');
}

type WeComSettings = Extract<ChannelSettings, { type: 'wecom' }>;

/** Whether a second message carries the mentions: Markdown cannot call people by mobile number. */
export function weComCallsPeople(notification: Notification, settings: WeComSettings): boolean {
  return callsAnyone(mentionsOf(notification, settings));
}

/**
 * The JSON bodies for a 企业微信 robot, to be sent in this order: the Markdown, and where somebody is to be called a text
 * that names the same key.
 */
export function shapeWeCom(notification: Notification, settings: WeComSettings): string[] {
  const mentions = mentionsOf(notification, settings);
  const content = fitNotification(
    notification,
    (fitted) => markdownOf(renderMessage(fitted)),
    (text) => byteLength(text) <= weComMarkdownBytes,
  );
  const markdown = JSON.stringify({ msgtype: 'markdown', markdown: { content } });
  if (!callsAnyone(mentions)) return [markdown];
  const everyone = mentions.all ? ['@all'] : [];
  const heading = headingOf(renderMessage(cleanNotification(notification)));
  const text = {
    content: `${clipText(heading, 200)}（编号 ${cleanText(notification.key)}）`,
    mentioned_list: [...mentions.userIds, ...everyone],
    mentioned_mobile_list: mentions.mobiles,
  };
  return [markdown, JSON.stringify({ msgtype: 'text', text })];
}
