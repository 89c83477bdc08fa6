import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { walkFiles } from './fileWalk.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cei-walk-'));
  await mkdir(join(directory, 'b', 'deep'), { recursive: true });
  await mkdir(join(directory, '.git'));
  for (const name of [
    'c.csv',
    'a.csv',
    'B.csv',
    '乡镇.xlsx',
    '10.csv',
    '9.csv',
    '.DS_Store',
    '~$乡镇.xlsx',
    '.~lock.a.csv#',
    'Thumbs.db',
    '下载.csv.part',
    'b/2.csv',
    'b/deep/1.csv',
    '.git/config',
  ]) {
    await writeFile(join(directory, name), 'x');
  }
  await symlink(directory, join(directory, 'circle'));
  await symlink(join(directory, 'a.csv'), join(directory, 'd.csv'));
  await symlink(join(directory, 'nowhere'), join(directory, 'e.csv'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('a folder is walked to the bottom in the order of names, without what is not data', async () => {
  const { files, left } = await walkFiles([directory]);
  const inside = (path: string) => path.slice(directory.length + 1);
  expect(files.map(({ path }) => inside(path))).toEqual([
    '10.csv',
    '9.csv',
    'B.csv',
    'a.csv',
    'b/2.csv',
    'b/deep/1.csv',
    'c.csv',
    'd.csv',
    '乡镇.xlsx',
  ]);
  expect(left.map(({ path, why }) => [inside(path), why])).toEqual([
    ['.DS_Store', '隐藏文件'],
    ['.git', '隐藏文件'],
    ['.~lock.a.csv#', '临时文件'],
    ['Thumbs.db', '系统文件'],
    ['circle', '链接，没有跟随'],
    ['e.csv', '链接，没有跟随'],
    ['~$乡镇.xlsx', '临时文件'],
    ['下载.csv.part', '临时文件'],
  ]);
});

test('files are taken in the order given, each once, hidden ones too when they are named', async () => {
  const names = ['c.csv', 'a.csv', 'c.csv', '.DS_Store'].map((name) => join(directory, name));
  expect((await walkFiles(names)).files.map(({ path, bytes }) => [path, bytes])).toEqual([
    [names[0], 1],
    [names[1], 1],
    [names[3], 1],
  ]);
  await expect(walkFiles([join(directory, 'absent.csv')])).rejects.toMatchObject({ code: 'ENOENT' });
});
