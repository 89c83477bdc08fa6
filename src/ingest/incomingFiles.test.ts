import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { clearIncoming, openIncoming } from './incomingFiles.js';

let uploadsDir: string;
let other: ChildProcess;
beforeEach(async () => {
  uploadsDir = await mkdtemp(join(tmpdir(), 'cei-incoming-'));
  other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
});
afterEach(async () => {
  other.kill('SIGKILL');
  await rm(uploadsDir, { recursive: true, force: true });
});

/** A file as a process of a number would make it. */
async function fileOf(pid: number): Promise<string> {
  const path = await openIncoming(uploadsDir);
  const named = join(dirname(path), basename(path).replace(`-${process.pid}-`, `-${pid}-`));
  await writeFile(named, 'x');
  return basename(named);
}
const left = () => readdir(join(uploadsDir, 'incoming'));

test('files of a process that runs stay, those of one that has ended go', async () => {
  const file = await fileOf(other.pid!);
  await clearIncoming(uploadsDir);
  expect(await left()).toEqual([file]);
  other.kill('SIGKILL');
  await once(other, 'exit');
  await clearIncoming(uploadsDir);
  expect(await left()).toEqual([]);
});

test("a file with our own number is a predecessor's", async () => {
  await fileOf(process.pid);
  await clearIncoming(uploadsDir);
  expect(await left()).toEqual([]);
});

test('what nobody can be asked about stays for a day', async () => {
  const incoming = join(uploadsDir, 'incoming');
  await mkdir(incoming);
  const foreign = `${'0'.repeat(16)}-${2 ** 22 + 1}-x`;
  for (const name of [foreign, '9d0c6f5e-0000-4000-8000-000000000000']) {
    await writeFile(join(incoming, name), 'x');
  }
  await clearIncoming(uploadsDir);
  expect(await left()).toHaveLength(2);
  const yesterday = new Date(Date.now() - 25 * 3_600_000);
  await utimes(join(incoming, foreign), yesterday, yesterday);
  await clearIncoming(uploadsDir);
  expect(await left()).toHaveLength(1);
});

test('a file of a process that runs goes after a day without a word', async () => {
  await fileOf(other.pid!);
  await clearIncoming(uploadsDir, Date.now() + 25 * 3_600_000);
  expect(await left()).toEqual([]);
});

test('nothing to clear where nothing ever arrived', async () => {
  await expect(clearIncoming(join(uploadsDir, 'absent'))).resolves.toBeUndefined();
});
