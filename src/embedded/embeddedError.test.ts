import { describe, expect, test } from '@jest/globals';
import { EmbeddedPostgresError, explainOutput, explainSystemError } from './embeddedError.js';
import { formatSettings } from './serverConfig.js';

describe('explainOutput', () => {
  test.each([
    ['disk-full', 'initdb: error: could not write to file "x": No space left on device'],
    ['port-in-use', 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use'],
    [
      'data-in-use',
      'FATAL:  lock file "postmaster.pid" already exists\nHINT:  Is another postmaster (PID 4711) running?',
    ],
    ['read-only', 'FATAL:  could not open file "a": Read-only file system'],
    ['read-only', 'initdb: error: could not access directory "a": Permission denied'],
    ['start-failed', 'LOG:  could not bind IPv4 address "127.0.0.1": Permission denied'],
    ['start-failed', 'FATAL:  invalid value for parameter "work_mem": "x"'],
  ])('%s: %s', (code, output) => {
    const error = explainOutput(output, '/data/postgres', 5432);
    expect(error.code).toBe(code);
    expect(error.message).toBe(`${error.messageZh} / ${error.messageEn}`);
    expect(error.messageZh).toMatch(/[一-鿿]/);
    expect(error.messageZh).toContain(code === 'port-in-use' ? '5432' : '/data/postgres');
  });

  test('start-failed ends with the last lines only', () => {
    const output = Array.from({ length: 40 }, (_, n) => `line ${n}.`).join('\n');
    const { messageEn } = explainOutput(output, '/data/postgres');
    expect(messageEn).toContain('line 39.');
    expect(messageEn).not.toContain('line 20.');
  });
});

test('explainSystemError leaves what it does not know', () => {
  const unknown = new Error('x');
  expect(explainSystemError(unknown, '/data')).toBe(unknown);
  expect(explainSystemError(Object.assign(new Error('x'), { code: 'EROFS' }), '/data')).toBeInstanceOf(
    EmbeddedPostgresError,
  );
});

describe('formatSettings', () => {
  test('quotes what PostgreSQL would read otherwise', () => {
    expect(formatSettings({ fsync: 'off', search_path: `"a", 'b\\c'` })).toBe(
      `fsync = 'off'\nsearch_path = '"a", ''b\\\\c'''\n`,
    );
  });

  test.each<Record<string, string>>([{ 'a b': '1' }, { "a'": '1' }, { a: '1\nb = 2' }])(
    'refuses %j',
    (settings) => {
      expect(() => formatSettings(settings)).toThrow(RangeError);
    },
  );
});
