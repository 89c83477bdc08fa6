import { severityNamesZh } from './messageWords.js';
import type { Message, MessageAlert } from './renderMessage.js';

/** Title line of an alert; absent where the message's own title says the same. */
export function alertHeading(message: Message, alert: MessageAlert, index: number): string | undefined {
  if (message.alerts.length > 1) return `${index + 1}. ${alert.title}（${severityNamesZh[alert.severity]}）`;
  return alert.title === message.title ? undefined : alert.title;
}

/** The facts of an alert on one line, for messages of several alerts. */
export function factsLine(alert: MessageAlert): string {
  return alert.facts.map(({ label, value }) => `${label} ${value}`).join('；');
}

function alertLines(message: Message): string[] {
  return message.alerts.flatMap((alert, index) => {
    const heading = alertHeading(message, alert, index);
    return [
      ...(heading === undefined ? [] : [heading]),
      ...(message.alerts.length > 1
        ? [factsLine(alert)]
        : alert.facts.map(({ label, value }) => `${label}：${value}`)),
      ...(alert.advice === undefined ? [] : [`处置建议：${alert.advice}`]),
    ];
  });
}

/** A worded message as lines of plain text, without its heading. */
export function plainLines(message: Message): string[] {
  return [
    ...message.facts.map(({ label, value }) => `${label}：${value}`),
    ...alertLines(message),
    ...(message.advice === undefined ? [] : [`处置建议：${message.advice}`]),
    ...message.notes,
    ...(message.more === undefined ? [] : [message.more]),
    ...(message.link === undefined ? [] : [`查看：${message.link}`]),
    ...(message.acknowledgeLink === undefined ? [] : [`确认收到：${message.acknowledgeLink}`]),
    message.footer,
  ];
}
