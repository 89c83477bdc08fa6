import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { uploadOptionsSchema } from '../ingest/uploadOptions.js';
import { UsageError } from './command.js';
import { importOptionHelp, importOptionWords, readImportOptions } from './importOptions.js';

const usual = { dryRun: false, overwrite: false, onError: 'reject-file' };
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cei-options-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('nothing said is the usual upload', async () => {
  expect(await readImportOptions({})).toEqual(usual);
});

test.each([
  [{ source: 'logger', 'save-mapping': true }, { source: 'logger', saveMapping: true }],
  [{ 'create-sites': true }, { createSites: true }],
  [{ 'detection-limits': '{"氨氮":0.025,"汞":"0.04μg/L"}' }, { detectionLimits: { 氨氮: 0.025, 汞: '0.04μg/L' } }],
  [{ 'ignore-columns': '["备用站"]' }, { ignoreColumns: ['备用站'] }],
  [{ 'unknown-site-columns': 'ignore' }, { unknownSiteColumns: 'ignore' }],
  [{ delimiter: '||' }, { delimiter: '||' }],
  [{ delimiter: 'tab' }, { delimiter: '\t' }],
  [{ delimiter: '\\t' }, { delimiter: '\t' }],
  [{ 'dry-run': true, 'skip-rows': true, overwrite: true, reason: '校准' }, { dryRun: true, onError: 'skip-rows', overwrite: true, reason: '校准' }],
  [{ year: '2021', date: '2021-04-01', site: '甲', sheet: '一' }, { year: 2021, date: '2021-04-01', site: '甲', sheet: '一' }],
  [{ interval: 'day', 'hour-label': 'start', units: '{"CO":"ug/m3"}' }, { interval: 'day', hourLabel: 'start', units: { CO: 'ug/m3' } }],
])('%j', async (words, options) => {
  expect(await readImportOptions(words)).toEqual({ ...usual, ...options });
}); // prettier-ignore

test('a mapping is read from its file', async () => {
  const mapping = { header: false, columns: [{ position: 0, role: 'site' }] };
  const path = join(directory, 'mapping.json');
  await writeFile(path, JSON.stringify(mapping));
  expect(await readImportOptions({ mapping: path })).toEqual({ ...usual, mapping });
  await writeFile(path, '{"header":false,"columns":[{"position":-1,"role":"site"}]}');
  await expect(readImportOptions({ mapping: path })).rejects.toThrow(/^--mapping: columns\.0\.position: /);
});

test.each([
  ['source', '../x'],
  ['detection-limits', '{'],
  ['detection-limits', '{"氨氮":-1}'],
  ['ignore-columns', '备用站'],
  ['unknown-site-columns', 'drop'],
  ['delimiter', '/'],
  ['year', '25'],
  ['date', '2025-13-01'],
  ['units', '[1]'],
  ['interval', 'week'],
])('--%s %s is a usage error that names the word', async (word, text) => {
  const read = readImportOptions({ [word]: text });
  await expect(read).rejects.toThrow(UsageError);
  await expect(read).rejects.toThrow(`--${word}: `);
});

describe('every option of uploads', () => {
  const words = new Set(
    Object.keys(importOptionWords).map((word) => word.replaceAll(/-(.)/g, (_, c: string) => c.toUpperCase())),
  );
  // A trial's token belongs to one file, which folders are not; errors are skipped by --skip-rows.
  const others = new Set(['token', 'onError']);
  test.each(Object.keys(uploadOptionsSchema.shape).filter((name) => !others.has(name)))(
    '%s has a word',
    (name) => {
      expect(words).toContain(name);
    },
  );
  test.each(Object.keys(importOptionWords))('--%s is explained in Chinese', (word) => {
    expect(importOptionHelp.find((line) => line.startsWith(`  --${word} `))).toMatch(/\p{Script=Han}{2}/u);
  });
});
