import type { Notification } from '../../domain/notification.js';
import type { Actor } from '../../domain/role.js';

export type NotificationState = 'queued' | 'sending' | 'delivered' | 'held' | 'dead' | 'merged';

/** A message on its way to one channel. */
export interface NotificationInfo {
  id: string;
  channel: { id: number; name: string; type: string; disabled: boolean };
  key: string;
  kind: string;
  severity: string;
  titleZh: string;
  state: NotificationState;
  stateZh: string;
  /** Since it was put into the outbox or sent again by a person. */
  attempts: number;
  /** `null` when none is to come. */
  nextAttemptAt: string | null;
  lastCode: string | null;
  lastMessage: string | null;
  createdAt: string;
  deliveredAt: string | null;
  /** Id of the message that says it in the place of this one. */
  mergedInto: string | null;
}

export interface AttemptInfo {
  startedAt: string;
  finishedAt: string | null;
  /** `null` while under way. */
  outcome: 'delivered' | 'retry' | 'refused' | 'interrupted' | null;
  code: string | null;
  message: string | null;
}

export interface NotificationFilter {
  state?: NotificationState | undefined;
  channel?: number | undefined;
  key?: string | undefined;
  before?: string | undefined;
  limit: number;
}

/** A message as the inbox page shows it. */
export interface InboxMessageInfo {
  id: string;
  channelName: string;
  receivedAt: string;
  notification: Notification;
  /** Who has taken on which of its alerts, as grave as it tells of them. */
  acknowledged?: {
    fingerprint: string;
    siteZh: string | null;
    by: string;
    office: string;
    at: string;
    noteZh: string;
  }[];
}

/** Messages, their deliveries, and those of the page that stands in for robots. */
export interface NotificationService {
  list(filter: NotificationFilter): Promise<{ items: NotificationInfo[]; next: string | null }>;
  /** The message without its one-time link, with all attempts; `undefined` when there is none. */
  find(
    id: string,
  ): Promise<{ info: NotificationInfo; message: Notification; attempts: AttemptInfo[] } | undefined>;
  /** Sends a dead letter again, with the same key. */
  resend(actor: Actor, id: string, reason: string): Promise<NotificationInfo>;
  /** Links that acknowledge are only shown to whom may acknowledge. */
  inbox(
    actor: Actor,
    filter: { channel?: number | undefined; before?: string | undefined; limit: number },
  ): Promise<{ items: InboxMessageInfo[]; next: string | null }>;
}
