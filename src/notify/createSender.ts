import type { ChannelSettings } from '../domain/channel.js';
import type { DeliveryResult, Notification } from '../domain/notification.js';
import { networkFault } from './networkFault.js';
import { alertmanagerSender } from './sendAlertmanager.js';
import { emailSender } from './sendEmail.js';
import type { SenderOptions } from './senderOptions.js';
import { dingTalkSender, feishuSender, weComSender } from './sendRobot.js';
import { webhookSender } from './sendWebhook.js';

/** Makes one attempt (the first is 1) to deliver a notification. Never rejects. */
export type Sender = (notification: Notification, attempt: number) => Promise<DeliveryResult>;

function senderOf(settings: ChannelSettings, options: SenderOptions): Sender {
  switch (settings.type) {
    case 'dingtalk':
      return dingTalkSender(settings, options);
    case 'wecom':
      return weComSender(settings, options);
    case 'feishu':
      return feishuSender(settings, options);
    case 'webhook':
      return webhookSender(settings, options);
    case 'email':
      return emailSender(settings, options);
    case 'alertmanager':
      return alertmanagerSender(settings, options);
    case 'inbox':
      // What is stored is there: the page reads the outbox.
      return () => Promise.resolve({ outcome: 'delivered' });
  }
}

/**
 * The sender of a channel. Keep it as long as the channel's settings last: it remembers which parts of a message went
 * through. Results hold neither addresses of robots nor secrets.
 */
export function createSender(settings: ChannelSettings, options: SenderOptions): Sender {
  const send = senderOf(settings, options);
  return async (notification, attempt) => {
    try {
      return await send(notification, attempt);
    } catch (error) {
      return networkFault(error);
    }
  };
}
