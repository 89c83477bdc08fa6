import { createAddressGuard, type Resolver } from './addressGuard.js';
import type { PostOptions } from './post.js';

/** What every sender needs from the service. */
export interface SenderOptions {
  /** Milliseconds since 1970; signatures are made for this time. */
  readonly now: () => number;
  /** Addresses, ranges and names reachable besides public addresses. */
  readonly allow?: readonly string[];
  /** Whole time of one attempt; 15 s unless given. */
  readonly timeoutMs?: number;
  /** Certificates trusted instead of the system's, PEM. */
  readonly ca?: string;
  /** How long Alertmanager keeps an alert firing that is not renewed; must exceed the repeat interval. 25 h unless given. */
  readonly alertmanagerHoldMs?: number;
  /** For tests. */
  readonly resolve?: Resolver;
}

export const defaultTimeoutMs = 15_000;
export const defaultAlertmanagerHoldMs = 25 * 3_600_000;
const maxAnswerBytes = 65_536;

/** The options of a request by HTTP. */
export function postOptions({ allow, resolve, timeoutMs, ca }: SenderOptions): PostOptions {
  return {
    guard: createAddressGuard(allow, resolve),
    timeoutMs: timeoutMs ?? defaultTimeoutMs,
    maxAnswerBytes,
    ...(ca === undefined ? {} : { ca }),
  };
}
