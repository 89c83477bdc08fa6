import type { Notification } from '../domain/notification.js';
import { quietKinds } from './messageWords.js';

/** Who is called by @. */
export interface Mentions {
  readonly mobiles: readonly string[];
  readonly userIds: readonly string[];
  readonly all: boolean;
}

const mobilePattern = /^\+?\d{5,20}$/;
const userIdPattern = /^[\w.@+-]{1,100}$/;

/**
 * Whom a message calls: those the notification names, and those of the channel's settings unless the kind asks nobody to
 * act. Numbers and ids of another form could break the message's markup and are left out.
 */
export function mentionsOf(
  { kind, mentions }: Pick<Notification, 'kind' | 'mentions'>,
  settings: { readonly mobiles?: readonly string[]; readonly userIds?: readonly string[] },
): Mentions {
  const own = quietKinds.has(kind) ? {} : settings;
  const join = (pattern: RegExp, ...lists: (readonly string[] | undefined)[]): string[] => [
    ...new Set(lists.flatMap((list) => list ?? []).filter((text) => pattern.test(text))),
  ];
  return {
    mobiles: join(mobilePattern, mentions.mobiles, own.mobiles),
    userIds: join(userIdPattern, mentions.userIds, own.userIds),
    all: mentions.all,
  };
}

/** Whether anybody is called. */
export function callsAnyone({ mobiles, userIds, all }: Mentions): boolean {
  return all || mobiles.length > 0 || userIds.length > 0;
}
