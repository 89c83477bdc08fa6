import { describe, expect, test } from '@jest/globals';
import { isSecretKey, makeSecretKey, SealError, SecretBox } from './secretBox.js';

const kindOf = (open: () => string) => {
  try {
    return open();
  } catch (error) {
    return error instanceof SealError ? error.kind : error;
  }
};

describe('SecretBox', () => {
  const key = makeSecretKey();
  const box = new SecretBox([key]);

  test('opens what it sealed, and seals the same text differently each time', () => {
    const first = box.seal('口令 whsec_x', 'channel 1 secret');
    const second = box.seal('口令 whsec_x', 'channel 1 secret');
    expect(box.open(first, 'channel 1 secret')).toBe('口令 whsec_x');
    expect(first.sealed).not.toBe(second.sealed);
    expect(Buffer.from(first.sealed, 'base64').toString('latin1')).not.toContain('whsec');
    expect(new SecretBox([key]).open(second, 'channel 1 secret')).toBe('口令 whsec_x');
  });

  test('does not open in another place, altered, cut short, or without its key', () => {
    const sealed = box.seal('secret', 'channel 1 url');
    expect(kindOf(() => box.open(sealed, 'channel 2 url'))).toBe('broken');
    expect(kindOf(() => box.open(sealed, 'channel 1 secret'))).toBe('broken');
    const bytes = Buffer.from(sealed.sealed, 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at]! ^= 1;
      expect(kindOf(() => box.open({ ...sealed, sealed: altered.toString('base64') }, 'channel 1 url'))).toBe(
        'broken',
      );
      const cut = bytes.subarray(0, at).toString('base64');
      expect(kindOf(() => box.open({ ...sealed, sealed: cut }, 'channel 1 url'))).toBe('broken');
    }
    expect(kindOf(() => new SecretBox([makeSecretKey()]).open(sealed, 'channel 1 url'))).toBe('no-key');
  });

  test('a new key opens what a former one sealed, and seals under its own name', () => {
    const old = box.seal('secret', 'channel 1 url');
    const next = new SecretBox([makeSecretKey(), key]);
    expect(next.open(old, 'channel 1 url')).toBe('secret');
    expect(next.keyId).not.toBe(box.keyId);
    expect(next.seal('secret', 'channel 1 url').keyId).toBe(next.keyId);
    expect(key).not.toContain(box.keyId);
  });

  test.each([
    '',
    'short',
    'A'.repeat(44),
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
  ])('the key %j is refused without being repeated', (text) => {
    expect(isSecretKey(text)).toBe(false);
    expect(() => new SecretBox([text])).toThrow(/^a key for secrets must be the base64 of 32 bytes$/);
  });
});
