import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { UploadReport } from '../src/http/services.js';
import { Client, countFaults } from './client.js';
import { ServiceYard } from './service.js';
import { cases, mappingOf, said, sites } from './sharedFileOutcomes.js';

jest.setTimeout(120_000);

// Real files that must not be copied into the project: only what becomes of them is stated here.
const root = path.resolve('../shared/data');
const present = existsSync(root);

if (!present) console.warn(`skipped: the shared data are not at ${root}`);

(present ? describe : describe.skip)('the shared data files', () => {
  let yard: ServiceYard;
  let client: Client;
  beforeAll(async () => {
    yard = await ServiceYard.create();
    const service = await yard.start(yard.dataDir('data'));
    client = new Client(service.address, await service.firstToken());
    for (const [index, [name, kind]] of sites.entries()) {
      await client.createSite(`real-${index}`, name, kind);
    }
    const source = { nameZh: 'aqistudy.cn 日报', mapping: mappingOf('air-daily-aqistudy/银川.csv') };
    expect((await client.send('PUT', '/api/v1/sources/aqistudy', source)).status).toBe(200);
    const cities = new TextDecoder('gb18030')
      .decode(readBytes('air-gbk/aqi.csv'))
      .trim()
      .split('\n')
      .slice(1);
    for (const [index, line] of cities.entries()) {
      const [name = ''] = line.split(',');
      if (!sites.some(([known]) => known === name)) await client.createSite(`city-${index}`, name, 'other');
    }
  });
  afterAll(() => yard.clean());

  test.each([...cases, ...said])('%s %j', async (file, options, outcome) => {
    const { status, body } = await client.upload(readBytes(file), options, path.basename(file));
    if (!('probe' in outcome)) {
      expect(status).toBe(422);
      expect(countFaults(body.report)).toEqual(outcome.codes);
      if (outcome.read !== undefined) expect(understood(body.report!)).toBe(outcome.read);
      if (outcome.rows !== undefined) expect(body.report?.rows).toEqual(outcome.rows);
      for (const { message, mend } of body.report?.faults ?? []) {
        expect(message + mend).not.toMatch(/\{\w+\}/);
        expect(mend).toMatch(/\p{Script=Han}{2}/u);
      }
      return;
    }
    expect(status).toBe(201);
    expect(understood(body)).toBe(outcome.read);
    expect(body.rows).toEqual(outcome.rows);
    expect(countFaults(body)).toEqual(outcome.codes ?? {});
    expect(body.createdSites).toHaveLength(outcome.created ?? 0);
    for (const words of outcome.notices ?? []) {
      expect(body.notices).toContainEqual(expect.stringContaining(words));
    }
    const stored = await client.readings(outcome.probe);
    const shown = stored.map(({ time, value }) => `${time} ${value}`);
    expect([shown.at(0), shown.at(-1)]).toEqual([outcome.first, outcome.last]);
    // Once more: everything is there already.
    const again = await client.upload(readBytes(file), options, path.basename(file));
    const { unchanged = 0, new: added = 0 } = outcome.rows;
    expect(again.body.rows).toEqual({ ...outcome.rows, new: 0, unchanged: unchanged + added });
  });

  test('every file has a stated outcome', () => {
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const wanted = files
      .filter((file) => /\.(?:csv|json|line|xlsx)$/.test(file))
      .map((file) => path.normalize(file));
    expect(new Set(cases.map(([file]) => path.normalize(file)))).toEqual(new Set(wanted));
  });
});

function understood({ layout, interval, confidence }: UploadReport): string {
  return `${layout} ${interval} ${confidence}`;
}

function readBytes(file: string): Buffer {
  return readFileSync(path.join(root, file));
}
