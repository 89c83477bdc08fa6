import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { isSecretKey, makeSecretKey, SecretBox } from '../store/secretBox.js';

/**
 * The box for the secrets of channels: with the key of the environment, or, for the demonstration, with one that is made
 * in its data directory. `undefined` where there is none.
 *
 * @throws Error when the demonstration's key file holds anything else
 */
export async function openSecretBox(
  { secretKey, formerSecretKeys }: Pick<Config, 'secretKey' | 'formerSecretKeys'>,
  demo: boolean,
  dataDir: string,
): Promise<SecretBox | undefined> {
  const key = secretKey ?? (demo ? await readOrMakeKey(join(dataDir, 'secret.key')) : undefined);
  return key === undefined ? undefined : new SecretBox([key, ...formerSecretKeys]);
}

async function readOrMakeKey(file: string): Promise<string> {
  try {
    // Of two at once one makes it.
    await writeFile(file, `${makeSecretKey()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = (await readFile(file, 'utf8')).trim();
  if (!isSecretKey(key)) throw new Error(`${file}: 不是密钥，请删除 / holds no key, please remove it`);
  return key;
}
