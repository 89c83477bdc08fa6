import type { Notification } from '../domain/notification.js';
import { byteLength, clipText, escapeHtml } from './cleanText.js';
import { fitNotification } from './fitNotification.js';
import { keyToken } from './keyToken.js';
import { alertHeading, plainLines } from './plainText.js';
import { headingOf, renderMessage, type Fact, type Message, type MessageAlert } from './renderMessage.js';

/** Ours, so that gateways and phones take the mail in one piece. */
export const emailHtmlBytes = 100_000;

/** An email before it is addressed. */
export interface EmailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The same on every attempt, so that mailboxes know a duplicate. */
  readonly messageId: string;
  /** Message-ID of the first message, which puts corrections beneath it. */
  readonly references?: string;
}

function colourOf({ kind, severity }: Message): string {
  if (kind === 'resolved') return '#2e7d32';
  if (kind === 'withdrawal' || kind === 'test') return '#616161';
  return { critical: '#c62828', warning: '#e65100', notice: '#1565c0' }[severity];
}

const row = ({ label, value }: Fact): string =>
  `<tr><th align="left" valign="top" style="padding:2px 12px 2px 0;font-weight:normal;color:#616161">${escapeHtml(label)}</th><td style="padding:2px 0">${escapeHtml(value)}</td></tr>`;

function alertHtml(message: Message, alert: MessageAlert, index: number): string {
  const heading = alertHeading(message, alert, index);
  const advice = alert.advice === undefined ? [] : [{ label: '处置建议', value: alert.advice }];
  return [
    ...(heading === undefined
      ? []
      : [`<p style="margin:12px 0 4px"><strong>${escapeHtml(heading)}</strong></p>`]),
    `<table cellspacing="0" cellpadding="0">${[...alert.facts, ...advice].map(row).join('')}</table>`,
  ].join('\n');
}

function htmlOf(message: Message): string {
  const paragraph = (text: string): string => `<p style="margin:8px 0">${escapeHtml(text)}</p>`;
  const anchor = (text: string, link: string | undefined): string[] =>
    link === undefined ? [] : [`<a href="${escapeHtml(link)}">${text}</a>`];
  const links = [...anchor('查看详情', message.link), ...anchor('确认收到', message.acknowledgeLink)];
  return [
    '<!DOCTYPE html>',
    '<html lang="zh-CN"><head><meta charset="utf-8"><title>' +
      escapeHtml(headingOf(message)) +
      '</title></head>',
    '<body style="font-family:sans-serif;font-size:14px;line-height:1.6">',
    `<h2 style="margin:0 0 8px;font-size:18px;color:${colourOf(message)}">${escapeHtml(headingOf(message))}</h2>`,
    ...message.facts.map(({ label, value }) => paragraph(`${label}：${value}`)),
    ...message.alerts.map((alert, index) => alertHtml(message, alert, index)),
    ...(message.advice === undefined
      ? []
      : [`<p style="margin:8px 0"><strong>处置建议：${escapeHtml(message.advice)}</strong></p>`]),
    ...message.notes.map(paragraph),
    ...(message.more === undefined ? [] : [paragraph(message.more)]),
    ...(links.length === 0 ? [] : [`<p style="margin:8px 0">${links.join(' · ')}</p>`]),
    `<p style="margin:16px 0 0;color:#616161;font-size:12px">${escapeHtml(message.footer)}</p>`,
    '</body></html>',
  ].join('\n');
}

/** An email in HTML and in plain text. `domain` is that of the sender, and makes the Message-ID worldwide unique. */
export function shapeEmail(notification: Notification, domain: string): EmailContent {
  const { key, earlier } = notification;
  const idOf = (text: string): string => `<${keyToken(text)}@${domain}>`;
  return fitNotification(
    notification,
    (fitted) => {
      const message = renderMessage(fitted);
      return {
        subject: clipText(headingOf(message), 120),
        text: `${[headingOf(message), ...plainLines(message)].join('\n')}\n`,
        html: `${htmlOf(message)}\n`,
        messageId: idOf(key),
        ...(earlier === undefined ? {} : { references: idOf(earlier.key) }),
      };
    },
    ({ html }) => byteLength(html) <= emailHtmlBytes,
  );
}
