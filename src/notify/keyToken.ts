import { createHash } from 'node:crypto';

/** The key where only plain ASCII may stand (headers, Message-ID): itself, or a digest of a key of other characters. */
export function keyToken(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key)
    ? key
    : `k-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
}
