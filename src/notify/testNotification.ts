import type { Notification } from '../domain/notification.js';

/** The message that a test button sends through a channel. */
export function testNotification(channelNameZh: string, key: string, now: number): Notification {
  return {
    key,
    kind: 'test',
    severity: 'notice',
    titleZh: `通道“${channelNameZh}”测试`,
    officesZh: [],
    alerts: [],
    alertCount: 0,
    notesZh: [],
    mentions: { mobiles: [], userIds: [], all: false },
    createdAt: now,
  };
}
