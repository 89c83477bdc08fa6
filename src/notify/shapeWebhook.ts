import { beijingTime } from '../domain/beijingTime.js';
import type { Notification } from '../domain/notification.js';
import { byteLength } from './cleanText.js';
import { fitNotification } from './fitNotification.js';
import { headingOf, renderMessage } from './renderMessage.js';

/** Standard Webhooks asks for less than 20 kB. */
export const webhookBodyBytes = 19_999;

/**
 * The JSON body of a signed webhook: `type` and `timestamp` as Standard Webhooks recommends, `data` the notification with
 * times as RFC 3339 in Beijing time and `omitted`, the counts of what the size limit left out.
 */
export function shapeWebhook(notification: Notification): string {
  return fitNotification(
    notification,
    (fitted) => {
      const { createdAt, earlier, alerts, ...rest } = fitted;
      return JSON.stringify({
        type: `alert.${fitted.kind}`,
        timestamp: beijingTime(createdAt),
        data: {
          ...rest,
          // Whom a robot would call is nothing for a machine.
          mentions: undefined,
          headingZh: headingOf(renderMessage(fitted)),
          ...(earlier === undefined ? {} : { earlier: { ...earlier, sentAt: beijingTime(earlier.sentAt) } }),
          alerts: alerts.map(({ startsAt, endsAt, ...alert }) => ({
            ...alert,
            startsAt: beijingTime(startsAt),
            ...(endsAt === undefined ? {} : { endsAt: beijingTime(endsAt) }),
          })),
        },
      });
    },
    (body) => byteLength(body) <= webhookBodyBytes,
  );
}
