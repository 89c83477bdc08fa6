import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { TargetView } from '../src/http/services.js';
import { Client, type Problem } from './client.js';
import { ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(60_000);
const run = promisify(execFile);

let yard: ServiceYard;
let service: ServiceProcess;
let client: Client;

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('data'));
  client = new Client(service.address, await service.firstToken());
});
afterAll(() => yard.clean());

const definition = {
  clause: '二（三）',
  nameZh: '城市再生水回用量',
  nameEn: 'Reclaimed water used',
  kind: 'area',
  indicator: 'reclaimed_water_volume',
  comparison: '>=',
  limit: '12',
  decimals: 0,
  unit: '万吨',
  quote: '再生水回用量达到12万吨以上',
  scopeZh: '全县',
  siteGroup: 'county',
  offices: ['seepb'],
  due: '2027-12-31',
  periodStart: '2026-01-01',
  ledger: 'with-dust',
  baseYear: null,
  assumptions: [],
};

const plan = {
  id: 'next-plan',
  document: '同党发〔2026〕9 号',
  titleZh: '“十五五”生态环境保护方案',
  issued: '2026-03-01',
  effective: '2026-03-01',
  due: '2027-12-31',
};

/** The command line beside the running service, on the same data. */
async function cli(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const { PATH, HOME } = process.env;
  return run(process.execPath, [resolve('dist/cli/main.js'), ...words], {
    env: { PATH, HOME, DATA_DIR: service.dataDir, LOG_LEVEL: 'silent' },
  });
}

test('an administrator adds the next plan with an indicator and a target of its own, and amends it', async () => {
  const offices = await client.target(1, '2023-12-31');
  expect(offices.offices).toEqual(['生态环境分局']);
  const indicator = {
    code: 'reclaimed_water_volume',
    nameZh: '再生水回用量',
    nameEn: 'Reclaimed water used',
    unit: '万吨',
    decimals: 1,
    medium: 'report',
    plausibleMin: 0,
    plausibleMax: 100,
    possibleMin: 0,
    possibleMax: null,
    synonyms: ['回用水量'],
  };
  expect((await client.send('POST', '/api/v1/indicators', indicator)).status).toBe(201);
  expect((await client.send('POST', '/api/v1/plans', plan)).status).toBe(201);
  const officeCode = await officeCodeOfBureau();
  const input = {
    planId: plan.id,
    effective: plan.effective,
    document: plan.document,
    definition: { ...definition, offices: [officeCode] },
  };
  const made = await client.send<{ id: number }>('POST', '/api/v1/targets', input);
  expect(made.status).toBe(201);
  const { id } = made.body;
  expect((await client.get(`/api/v1/targets/${id}?asOf=2026-02-28`)).status).toBe(404);
  expect(await client.target(id, '2026-06-30')).toMatchObject({ verdict: 'not-reported', limit: '12' });

  const uploaded = await client.upload('指标,期间,数值\n再生水回用量,截至2026-06-30,4\n');
  expect(uploaded.status).toBe(201);
  expect(await client.target(id, '2026-06-30')).toMatchObject({ verdict: 'on-track', value: '4' });

  const amendment = { ...input, id, effective: '2026-10-01', document: '同党发〔2026〕30 号' };
  const amended = await client.send('POST', '/api/v1/targets', {
    ...amendment,
    definition: { ...input.definition, limit: '4' },
  });
  expect(amended.status).toBe(201);
  expect(await client.target(id, '2026-09-30')).toMatchObject({ verdict: 'at-risk', limit: '12' });
  expect(await client.target(id, '2026-10-01')).toMatchObject({ verdict: 'secured', limit: '4' });
});

async function officeCodeOfBureau(): Promise<string> {
  const { body } = await client.send<Problem>('POST', '/api/v1/targets', {
    planId: plan.id,
    effective: plan.effective,
    document: plan.document,
    definition: { ...definition, offices: ['no-such-office'] },
  });
  expect(body.code).toBe('not-found');
  expect(body.detail).toContain('no-such-office');
  const offices = JSON.parse(await readFile(resolve('seeds/offices.json'), 'utf8')) as {
    code: string;
    nameZh: string;
  }[];
  return offices.find(({ nameZh }) => nameZh === '生态环境分局')!.code;
}

describe('what a target may ask', () => {
  test.each([
    [
      'a mean of something that has none',
      { kind: 'annual-mean', indicator: 'so2' },
      'annual-mean → pm25, pm10',
    ],
    ['a rate of a measured item', { kind: 'rate', indicator: 'pm25' }, 'rate →'],
    ['an unknown site group', { siteGroup: 'nowhere' }, 'nowhere'],
    ['a limit that is no number', { limit: 'twelve' }, 'definition.limit'],
  ])('%s is refused, naming what is wrong', async (_name, change, words) => {
    const answer = await client.send<Problem>('POST', '/api/v1/targets', {
      planId: 'tdf-2023-32',
      effective: '2026-01-01',
      document: '试',
      definition: { ...definition, indicator: 'straw_utilisation_rate', ...change },
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.detail).toContain(words);
  });
});

test('the command line beside the service prints the same verdicts, adds plans and makes tokens', async () => {
  const { stdout } = await cli('targets', '--as-of', '2025-09-30', '--json');
  const printed = JSON.parse(stdout) as { items: TargetView[] };
  const served = (await client.get<{ items: TargetView[] }>('/api/v1/targets?asOf=2025-09-30')).body;
  expect(printed.items).toEqual(served.items);
  expect(printed.items).toHaveLength(55);

  const file = join(service.dataDir, 'plan.json');
  await writeFile(file, JSON.stringify({ ...plan, id: 'by-cli' }));
  await cli('plan', 'add', file, '--by', '李四');
  const plans = (await client.get<{ items: { id: string }[] }>('/api/v1/plans')).body.items;
  expect(plans.map(({ id }) => id)).toContain('by-cli');
  await expect(cli('plan', 'add', file)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('by-cli') as unknown,
  });

  const token = (
    await cli('token', 'create', '--name', '王五', '--office', '水务局', '--role', 'viewer')
  ).stdout.trim();
  expect((await new Client(service.address, token).get('/api/v1/me')).status).toBe(200);
  await expect(cli('token', 'create', '--name', '王五')).rejects.toMatchObject({ code: 2 });
});
