import { describe, expect, test } from '@jest/globals';
import { ConfigError, parseConfig } from './config.js';

describe('parseConfig', () => {
  test('an empty environment gives the documented defaults', () => {
    expect(parseConfig({})).toMatchObject({ host: '127.0.0.1', port: 8080, databaseUrl: undefined });
  });

  test('nothing that was stored is removed unless somebody asks for it', () => {
    expect(parseConfig({}).timescale).toEqual({ compressAfterDays: 400, keepMinutesDays: 0 });
  });

  test('a blank variable counts as unset', () => {
    expect(parseConfig({ PORT: ' ' }).port).toBe(8080);
  });

  test.each([
    ['PORT', '80a0', 'a whole number'],
    ['PORT', '70000', 'from 0 to 65535'],
    ['DATABASE_URL', 'mysql://x', 'postgresql://'],
    ['JUDGE_DATE', '2025-13-01', 'YYYY-MM-DD'],
    ['TRUSTED_PROXIES', '127.0.0.1, proxy', 'addresses or networks'],
    ['LOG_LEVEL', 'loud', 'one of'],
    ['TIMESCALE_KEEP_MINUTES_DAYS', '-1', 'a whole number'],
    ['MIRROR_URL', 'influx:8086', 'http://host'],
  ])('%s=%s is refused, naming the variable and what was expected', (name, value, expected) => {
    const parse = () => parseConfig({ [name]: value });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(new RegExp(`${name}.*${expected}`));
  });

  test('a wrong DATABASE_URL is not echoed: it may hold a password', () => {
    expect(() => parseConfig({ DATABASE_URL: 'mysql://u:secret@h' })).not.toThrow(/secret/);
  });

  test('keys for secrets are taken as they are, and a wrong one is not echoed', () => {
    const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2), Buffer.alloc(32, 3)].map((key) =>
      key.toString('base64'),
    );
    expect(parseConfig({ CEI_SECRET_KEY: keys[0] })).toMatchObject({
      secretKey: keys[0],
      formerSecretKeys: [],
    });
    expect(parseConfig({ CEI_FORMER_SECRET_KEYS: `${keys[1]}, ${keys[2]}` }).formerSecretKeys).toEqual(
      keys.slice(1),
    );
    for (const name of ['CEI_SECRET_KEY', 'CEI_FORMER_SECRET_KEYS']) {
      expect(() => parseConfig({ [name]: 'tooShortKey' })).toThrow(
        new RegExp(`${name}=.*base64 of 32 bytes`),
      );
      expect(() => parseConfig({ [name]: 'tooShortKey' })).not.toThrow(/tooShortKey/);
    }
  });

  test('a mirror needs its token, and a wrong address of one is not echoed', () => {
    expect(() => parseConfig({ MIRROR_URL: 'http://h:8086' })).toThrow(/MIRROR_TOKEN/);
    expect(() => parseConfig({ MIRROR_URL: 'ftp://u:secret@h' })).not.toThrow(/secret/);
    expect(
      parseConfig({ MIRROR_URL: 'http://h:8086', MIRROR_TOKEN: 't', MIRROR_BUCKET: 'b' }).mirror,
    ).toEqual({
      url: 'http://h:8086',
      token: 't',
      org: 'cei',
      bucket: 'b',
    });
    expect(parseConfig({ MIRROR_TOKEN: 't' }).mirror).toBeUndefined();
  });
});
