import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.js';
import { errorCode, explainOutput, explainSystemError, startFailedError } from './embeddedError.js';
import { stagingName, syncDirectory } from './ownDirectory.js';
import { runProgram, type SystemUser } from './runProgram.js';
import { configInclude } from './serverConfig.js';
import { superuser } from './stateFile.js';

/**
 * Makes a cluster (UTF8, locale C, scram passwords) and returns its superuser's password. It is made beside
 * its place and renamed when complete, so that a failure leaves nothing.
 */
export async function createCluster(
  binaries: Binaries,
  clusterDir: string,
  user: SystemUser | undefined,
  options: { durable: boolean },
): Promise<string> {
  const password = randomBytes(32).toString('hex');
  const staging = stagingName(clusterDir);
  try {
    const { dataDir, passwordFile } = await layStaging(staging, password, user);
    await initdb(binaries, { dataDir, passwordFile, clusterDir }, user, options.durable);
    await rm(passwordFile);
    await configInclude(dataDir);
    await makeRoom(clusterDir);
    await rename(dataDir, clusterDir);
    await syncDirectory(dirname(clusterDir));
    return password;
  } catch (error) {
    throw explainSystemError(error, dirname(clusterDir));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Sets a new superuser password in a stopped cluster whose password is no longer known, and returns it. */
export async function resetPassword(
  binaries: Binaries,
  clusterDir: string,
  user: SystemUser | undefined,
): Promise<string> {
  const password = randomBytes(32).toString('hex');
  const { exitCode, output } = await runProgram(binaries.postgres, ['--single', 'postgres'], {
    user,
    cwd: clusterDir,
    env: { PGDATA: clusterDir },
    input: `alter role ${superuser} password '${password}'\n`,
  });
  // Single-user mode ends with 0 even where the statement failed.
  if (exitCode !== 0 || /\b(ERROR|FATAL|PANIC):/.test(output)) {
    throw explainOutput(output.replaceAll(password, '***'), clusterDir);
  }
  return password;
}

async function layStaging(
  staging: string,
  password: string,
  user: SystemUser | undefined,
): Promise<{ dataDir: string; passwordFile: string }> {
  const dataDir = join(staging, 'data');
  const passwordFile = join(staging, 'password');
  await mkdir(staging, { mode: 0o700 });
  await chmod(staging, 0o700);
  await mkdir(dataDir, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (user) {
    // The directory itself last: until then nobody else can put anything into it.
    for (const path of [passwordFile, dataDir, staging]) await chown(path, user.uid, user.gid);
  }
  return { dataDir, passwordFile };
}

async function initdb(
  binaries: Binaries,
  paths: { dataDir: string; passwordFile: string; clusterDir: string },
  user: SystemUser | undefined,
  durable: boolean,
): Promise<void> {
  const args = [
    '--encoding=UTF8',
    '--locale=C',
    '--auth=scram-sha-256',
    `--username=${superuser}`,
    `--pwfile=${paths.passwordFile}`,
    `--pgdata=${paths.dataDir}`,
    ...(durable ? [] : ['--no-sync']),
  ];
  let result;
  try {
    result = await runProgram(binaries.initdb, args, { user, cwd: paths.dataDir });
  } catch (error) {
    throw startFailedError(paths.clusterDir, String(error), error);
  }
  if (result.exitCode !== 0) throw explainOutput(result.output, paths.clusterDir);
}

// An empty directory may stand in the way; Windows does not rename over it.
async function makeRoom(clusterDir: string): Promise<void> {
  try {
    await rmdir(clusterDir);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
