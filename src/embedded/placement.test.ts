import { chmod, cp, mkdir, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { completePackage, findNativePackage, prepareBinaries } from './binaries.js';
import { asRoot, query, refusal, Workshop } from './embedded.fixture.js';
import { findRunningEmbedded } from './embeddedPostgres.js';
import { canTraverse, chooseUser } from './systemUser.js';

jest.setTimeout(90_000);
const workshop = new Workshop();
afterEach(async () => workshop.clean());
const rootTest = asRoot ? test : test.skip;

/** The package as npm leaves it when install scripts are off: no links, and here no execute bits either. */
async function bareNativePackage(directory: string) {
  const native = await findNativePackage();
  const nativeDir = join(directory, 'native');
  await cp(native.nativeDir, nativeDir, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(await readFile(join(nativeDir, 'pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  for (const { target } of links) await unlink(join(directory, target));
  for (const name of ['initdb', 'pg_ctl', 'postgres']) await chmod(join(nativeDir, 'bin', name), 0o644);
  return { nativeDir, version: native.version };
}

describe('as root under a directory closed to others (skipped unless root)', () => {
  rootTest('the cluster lives elsewhere, said where, the directory as closed as before', async () => {
    const closed = await workshop.directory(0o700);
    const homeDir = join(await workshop.directory(), 'home', 'cei');
    const told: string[] = [];
    const options = {
      ...workshop.options(closed, { homeDir }),
      tell: (message: string) => told.push(message),
    };
    const server = await workshop.start(options);
    expect(server.clusterDir.startsWith(join(homeDir, 'clusters'))).toBe(true);
    expect(told.join('\n')).toContain(server.clusterDir);
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
    expect((await stat(server.clusterDir)).mode & 0o777).toBe(0o700);
    expect((await stat(server.clusterDir)).uid).toBe((await chooseUser())?.uid);
    expect(await readdir(options.dataDir)).toEqual(['postgres.json']);
    await query(server.connectionString, 'create table note as select 7 as n');
    expect(await findRunningEmbedded(options.dataDir)).toMatchObject({ pid: server.pid });
    await server.stop();

    // The pointer leads there even when the home directory is another one by now.
    const otherHome = join(await workshop.directory(), 'home');
    const again = await workshop.start({ ...options, homeDir: otherHome });
    expect(again.clusterDir).toBe(server.clusterDir);
    expect(await query(again.connectionString, 'select n from note')).toEqual([{ n: 7 }]);
    await again.stop();

    await rm(server.clusterDir, { recursive: true });
    const error = await refusal(workshop.start(options));
    expect(error.code).toBe('cluster-missing');
    expect(error.message).toContain(server.clusterDir);
  });

  rootTest('a home that others can write to is refused', async () => {
    const closed = await workshop.directory(0o700);
    const homeDir = await workshop.directory(0o777);
    const error = await refusal(workshop.start(workshop.options(closed, { homeDir })));
    expect(error.code).toBe('read-only');
    expect(error.message).toContain(homeDir);
    expect(await readdir(homeDir)).toEqual([]);
  });

  rootTest('binaries are copied once, completed, and copied anew when damaged', async () => {
    const native = await bareNativePackage(await workshop.directory(0o700));
    const homeDir = join(await workshop.directory(), 'home');
    const user = await chooseUser();
    const told: string[] = [];
    const place = { homeDir, dataDir: '/nowhere', tell: (message: string) => told.push(message) };
    const binaries = await prepareBinaries(native, user, place);
    expect(binaries.postgres.startsWith(homeDir)).toBe(true);
    expect(binaries.majorVersion).toBe(18);
    expect(told).toHaveLength(1);
    const [name] = await readdir(homeDir);
    expect(name).toBe(`postgresql-${native.version}-linux-${process.arch}`);

    expect(await prepareBinaries(native, user, place)).toEqual(binaries);
    expect(told).toHaveLength(1);

    await writeFile(binaries.postgres, 'cut short');
    expect(await prepareBinaries(native, user, place)).toEqual(binaries);
    expect(told).toHaveLength(2);
    expect(await readdir(homeDir)).toEqual([name]);
  });
});

test('a package installed without scripts is completed in place', async () => {
  const directory = await workshop.directory();
  const native = await bareNativePackage(directory);
  const place = { homeDir: join(directory, 'home'), dataDir: directory, tell: () => undefined };
  const binaries = await prepareBinaries(native, await chooseUser(), place);
  expect(binaries.initdb.startsWith(native.nativeDir)).toBe(true);
  await completePackage(native.nativeDir);
});

test('no-binaries: programs that do not run here are refused with their reason', async () => {
  const directory = await workshop.directory();
  await mkdir(join(directory, 'native', 'bin'), { recursive: true });
  for (const name of ['initdb', 'pg_ctl', 'postgres']) {
    await writeFile(join(directory, 'native', 'bin', name), '#!/bin/sh\necho wrong libc\nexit 1\n', {
      mode: 0o755,
    });
  }
  const place = { homeDir: join(directory, 'home'), dataDir: directory, tell: () => undefined };
  const error = await refusal(
    prepareBinaries({ nativeDir: join(directory, 'native'), version: '0' }, await chooseUser(), place),
  );
  expect(error.code).toBe('no-binaries');
  expect(error.message).toContain('wrong libc');
});

describe('canTraverse', () => {
  test.each([
    { mode: 0o700, uid: 0, gid: 0, passes: false },
    { mode: 0o711, uid: 0, gid: 0, passes: true },
    { mode: 0o710, uid: 0, gid: 1, passes: true },
    { mode: 0o701, uid: 0, gid: 1, passes: false },
    { mode: 0o100, uid: 1, gid: 0, passes: true },
    { mode: 0o611, uid: 1, gid: 1, passes: false },
  ])('mode $mode, same user $uid, same group $gid: $passes', async ({ mode, uid, gid, passes }) => {
    const directory = await workshop.directory(mode);
    const owner = await stat(directory);
    const user = { uid: uid ? owner.uid : 12_345, gid: gid ? owner.gid : 12_345, name: 'someone' };
    expect(await canTraverse(directory, user)).toBe(passes);
    await chmod(directory, 0o700);
  });
});
