import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** A text that only the holder of a key can read, with the name of that key. */
export interface SealedText {
  readonly sealed: string;
  readonly keyId: string;
}

/** A sealed text that cannot be opened: its key is not there, or it was altered or moved. */
export class SealError extends Error {
  /** `no-key`: the key it was sealed with is not among ours; `broken`: the key is, and does not fit. */
  readonly kind: 'no-key' | 'broken';

  constructor(kind: 'no-key' | 'broken') {
    super(kind === 'no-key' ? 'the key of a secret is not there' : 'a sealed secret does not open');
    this.name = 'SealError';
    this.kind = kind;
  }
}

/**
 * Seals secrets with AES-256-GCM under the first key, and opens what any of the keys sealed. Each text is bound to the
 * place where it is kept, so that one cannot be moved to another channel or field.
 */
export class SecretBox {
  readonly #keys: ReadonlyMap<string, Buffer>;
  /** Name of the key in force; it tells nothing about the key. */
  readonly keyId: string;

  /** @param keys base64 of 32 bytes each: the one in force, then former ones that only open */
  constructor(keys: readonly [string, ...string[]]) {
    const decoded = keys.map((key) => decodeKey(key));
    this.#keys = new Map(decoded.map((key) => [keyIdOf(key), key]));
    this.keyId = keyIdOf(decoded[0]!);
  }

  /** @param place where the text is kept, such as `channel 3 url` */
  seal(text: string, place: string): SealedText {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(this.keyId)!, nonce);
    cipher.setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return {
      sealed: Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64'),
      keyId: this.keyId,
    };
  }

  /** @throws SealError when it cannot be opened */
  open({ sealed, keyId }: SealedText, place: string): string {
    const key = this.#keys.get(keyId);
    if (key === undefined) throw new SealError('no-key');
    const bytes = Buffer.from(sealed, 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.from(place));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      return (
        decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      // What the library says of it helps nobody.
      throw new SealError('broken');
    }
  }
}

/** Whether a text is the base64 of 32 bytes. */
export function isSecretKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) && Buffer.from(text, 'base64').length === keyBytes;
}

/** A new key, as base64. */
export function makeSecretKey(): string {
  return randomBytes(keyBytes).toString('base64');
}

function decodeKey(text: string): Buffer {
  if (!isSecretKey(text)) throw new Error('a key for secrets must be the base64 of 32 bytes');
  return Buffer.from(text, 'base64');
}

function keyIdOf(key: Buffer): string {
  return createHash('sha256').update('name of a key of this service').update(key).digest('hex').slice(0, 12);
}
