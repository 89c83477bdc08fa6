import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isSecretKey, makeSecretKey } from '../store/secretBox.js';
import { openSecretBox } from './secretKey.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cei-key-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const none = { secretKey: undefined, formerSecretKeys: [] };

test('the demonstration makes a key that only its account can read, and keeps it', async () => {
  const first = (await openSecretBox(none, true, directory))!;
  const file = join(directory, 'secret.key');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(isSecretKey((await readFile(file, 'utf8')).trim())).toBe(true);
  const second = (await openSecretBox(none, true, directory))!;
  expect(second.open(first.seal('x', 'here'), 'here')).toBe('x');
});

test('elsewhere there is no key but that of the environment, which goes first', async () => {
  expect(await openSecretBox(none, false, directory)).toBeUndefined();
  const secretKey = makeSecretKey();
  const given = (await openSecretBox({ secretKey, formerSecretKeys: [] }, true, directory))!;
  expect(given.keyId).not.toBe((await openSecretBox(none, true, directory))!.keyId);
});

test('a damaged key file is refused without being repeated', async () => {
  await writeFile(join(directory, 'secret.key'), 'halfAKey');
  await expect(openSecretBox(none, true, directory)).rejects.toThrow(/secret\.key: 不是密钥/);
  await expect(openSecretBox(none, true, directory)).rejects.not.toThrow(/halfAKey/);
});
