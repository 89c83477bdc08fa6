import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ColumnNameView, SourceView } from '../src/http/services/sources.js';
import { Client, countFaults, type Options, type Problem } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(120_000);

let yard: ServiceYard;
let service: ServiceProcess;
let client: Client;

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('data'));
  client = new Client(service.address, await service.firstToken());
  await client.createSite('src-a', '来源甲站', 'air-station');
  await client.createSite('src-b', '来源乙站', 'air-station');
});
afterAll(() => yard.clean());

const shown = async (site: string): Promise<string[]> =>
  (await client.readings({ site })).map(
    ({ time, indicator, value }) => `${time.slice(0, 16)} ${indicator}=${value}`,
  );
const put = (code: string, body: unknown) =>
  client.send<SourceView & Problem & { errors?: { path: string }[] }>('PUT', `/api/v1/sources/${code}`, body);
const find = (code: string) =>
  client.get<SourceView & { versions: SourceView[] }>(`/api/v1/sources/${encodeURIComponent(code)}`);
const name = (header: string) => `/api/v1/column-names/${encodeURIComponent(header)}`;

const headless = {
  header: false,
  columns: [
    { position: 0, role: 'site' },
    { position: 1, role: 'datetime' },
    { position: 2, role: 'item', indicator: 'pm25' },
    { position: 4, role: 'item', indicator: 'co', unit: 'ug/m3' },
  ],
};

describe('a saved way of reading', () => {
  test('reads a file without a header by the source alone, and says so', async () => {
    expect(
      await put('logger', { nameZh: '自动站采集仪', mapping: headless, options: { delimiter: ';' } }),
    ).toMatchObject({
      status: 200,
      body: { code: 'logger', version: 1, hourLabel: 'end' },
    });
    const rows = '来源甲站;2024-05-01 08:00;35;x;800\n来源甲站;2024-05-01 09:00;40;x;900\n';
    const refused = await client.upload(rows);
    expect(refused.status).toBe(422);
    const { status, body } = await client.upload(rows, { source: 'logger' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      headerLine: null,
      confidence: 1,
      rows: { new: 2 },
      source: {
        code: 'logger',
        version: 1,
        taken: ['delimiter=;', 'hourLabel=end', 'mapping'],
        mappingVersion: null,
      },
    });
    expect(body.notices[0]).toContain('自动站采集仪');
    expect(await shown('src-a')).toEqual([
      '2024-05-01T07:00 co=0.8',
      '2024-05-01T07:00 pm25=35',
      '2024-05-01T08:00 co=0.9',
      '2024-05-01T08:00 pm25=40',
    ]);
    const url = await findDatabaseUrl(service.dataDir);
    expect(await query(url, 'select source from writes where upload_id = $1', [body.id])).toEqual([
      { source: 'logger' },
    ]);
  });

  test('the hour label belongs to the source; the request goes before it', async () => {
    await put('starts', { nameZh: '以起点标时', hourLabel: 'start' });
    const file = (hour: string) => `站点,监测时间,SO2\n来源乙站,2024-05-02 ${hour}:00,12\n`;
    const byStart = await client.upload(file('08'), { source: 'starts' });
    expect(byStart.body).toMatchObject({ status: 'committed', source: { taken: ['hourLabel=start'] } });
    const byEnd = await client.upload(file('11'), { source: 'starts', hourLabel: 'end' });
    expect(byEnd.body).toMatchObject({ status: 'committed', source: { taken: [] } });
    expect(await shown('src-b')).toEqual(['2024-05-02T08:00 so2=12', '2024-05-02T10:00 so2=12']);
  });

  test('saveMapping keeps how a file was read, once it is stored, as a new version', async () => {
    await put('paper', { nameZh: '手工报表', hourLabel: 'start', options: { units: { 一氧化碳: 'mg/m³' } } });
    const mapping = JSON.stringify({ ...headless, hourLabel: 'end' });
    const rows = '来源乙站,2024-05-03 08:00,31,x,700\n';
    const asked = { source: 'paper', saveMapping: 'true', mapping };
    const tried = await client.upload(rows, { ...asked, dryRun: 'true' });
    expect(tried.body).toMatchObject({ status: 'dry-run', source: { mappingVersion: null } });
    expect((await find('paper')).body.versions).toHaveLength(1);
    const stored = await client.upload(rows, asked);
    expect(stored.body).toMatchObject({ status: 'committed', source: { version: 1, mappingVersion: 2 } });
    const { body } = await find('paper');
    expect(body).toMatchObject({
      version: 2,
      hourLabel: 'end',
      mapping: { header: false, columnCount: 5, layout: 'wide', interval: 'hour' },
      options: { units: { 一氧化碳: 'mg/m³' } },
      versions: [{ version: 2 }, { version: 1, hourLabel: 'start', mapping: null }],
    });
    expect(body.versions[0]?.reason).toContain('saveMapping');
    const next = await client.upload('来源乙站,2024-05-03 09:00,32,x,800\n', {
      source: 'paper',
      saveMapping: '1',
    });
    expect(next.body).toMatchObject({
      status: 'committed',
      rows: { new: 1 },
      source: { version: 2, mappingVersion: 2 },
    });
    expect((await shown('src-b')).slice(2)).toEqual([
      '2024-05-03T07:00 co=0.7',
      '2024-05-03T07:00 pm25=31',
      '2024-05-03T08:00 co=0.8',
      '2024-05-03T08:00 pm25=32',
    ]);
    const audit = await client.get<{ items: { action: string; subject: string }[] }>(
      '/api/v1/audit?action=source-mapping-saved',
    );
    expect(audit.body.items).toMatchObject([{ subject: 'source paper' }]);
  });

  test('a file in which the saved header does not stand is refused, never read otherwise', async () => {
    const file = '站点,监测时间,NO2,SO2\n来源甲站,2024-05-04 08:00,20,9\n';
    await put('fixed', { nameZh: '固定表' });
    expect((await client.upload(file, { source: 'fixed', saveMapping: 'true' })).status).toBe(201);
    const swapped = file.replace('NO2,SO2', 'SO2,NO2').replace('04 08', '04 09');
    const refused = await client.upload(swapped, { source: 'fixed' });
    expect(refused.status).toBe(422);
    expect(countFaults(refused.body.report)).toEqual({ 'mapping-header-differs': 2 });
    expect(refused.body.report?.understanding).toMatchObject({ layout: 'wide', missing: [] });
  });

  test('an unknown source is a fault that names those like it; saveMapping needs one', async () => {
    const file = '站点,监测时间,NO2\n来源甲站,2024-05-05 08:00,20\n';
    const unknown = await client.upload(file, { source: 'loger' });
    expect(unknown.status).toBe(422);
    expect(unknown.body.report?.faults).toMatchObject([
      { code: 'source-unknown', column: 'source', value: 'loger' },
    ]);
    expect(unknown.body.report?.faults[0]?.message).toContain('logger');
    const nameless = await client.upload(file, { saveMapping: 'true' });
    expect(countFaults(nameless.body.report)).toEqual({ 'save-mapping-without-source': 1 });
  });

  test.each<[string, object, string[]]>([
    ['a year', { mapping: { ...headless, year: 2024 } }, ['mapping.year']],
    ['two hour labels', { mapping: { ...headless, hourLabel: 'start' } }, ['mapping.hourLabel']],
    [
      'two intervals',
      { mapping: { ...headless, interval: 'day' }, options: { interval: 'hour' } },
      ['mapping.interval'],
    ],
    [
      'an unknown role',
      { mapping: { header: false, columns: [{ position: 0, role: 'x' }] } },
      ['mapping.columns.0.role'],
    ],
    ['an option that no source has', { options: { year: 2024 } }, ['options.year']],
  ])('settings with %s are refused by their place', async (_, change, paths) => {
    const { status, body } = await put('wrong', { nameZh: '错的', ...change });
    expect(status).toBe(400);
    expect(body.errors?.map(({ path }) => path)).toEqual(paths);
    expect((await find('wrong')).status).toBe(404);
  });

  test.each<[string, object, string]>([
    ['sites', { options: { site: '来源甲站点' } }, '来源甲站'],
    [
      'indicators',
      { mapping: { header: false, columns: [{ position: 0, role: 'item', indicator: 'h2s' }] } },
      'h2s',
    ],
  ])('settings that name unknown %s are refused', async (_, change, said) => {
    const { status, body } = await put('wrong', { nameZh: '错的', ...change });
    expect({ status, said: body.detail.includes(said) }).toEqual({ status: 400, said: true });
  });

  test('only a reviewer changes how files are read', async () => {
    const made = await client.send<{ token: string }>('POST', '/api/v1/tokens', {
      name: '上传员',
      office: '分局',
      role: 'uploader',
      expiresAt: '2099-01-01',
    });
    const clerk = new Client(service.address, made.body.token);
    const file = '站点,监测时间,NO2\n来源甲站,2024-05-06 08:00,20\n';
    expect((await clerk.upload(file, { source: 'logger', saveMapping: 'true' })).body.code).toBe('forbidden');
    expect((await clerk.send<Problem>('PUT', '/api/v1/sources/logger', { nameZh: 'x' })).body.code).toBe(
      'forbidden',
    );
    expect((await clerk.send<Problem>('DELETE', name('测站'), {})).body.code).toBe('forbidden');
  });
});

describe("the bureau's own column names", () => {
  test('a name that is registered is understood, and after it was taken back no more', async () => {
    const file = '测站代号,何时,NO2\n来源甲站,2024-06-01 08:00,20\n';
    expect((await client.upload(file)).status).toBe(422);
    expect(await client.send('PUT', name('测站代号'), { role: 'site' })).toMatchObject({
      status: 200,
      body: { name: '测站代号', builtIn: false, replaces: null },
    });
    await client.send('PUT', name('何时'), { role: 'datetime' });
    const read = await client.upload(file);
    expect(read.body).toMatchObject({ status: 'committed', layout: 'wide', rows: { new: 1 }, notices: [] });
    expect((await client.send('DELETE', name('测站代号'), {})).status).toBe(200);
    expect((await client.upload(file)).status).toBe(422);
    const found = await client.get<{ items: ColumnNameView[]; history: { removed: boolean }[] }>(
      name('测站代号'),
    );
    expect(found.body.items).toEqual([]);
    expect(found.body.history.map(({ removed }) => removed)).toEqual([true, false]);
    expect((await client.send('DELETE', name('测站代号'), {})).status).toBe(404);
  });

  test('a name that replaces a built-in one is heeded, and the report of the file says so', async () => {
    const set = await client.send('PUT', name('CO'), { indicator: 'so2' });
    expect(set).toMatchObject({ status: 200, body: { name: 'co', indicator: 'so2', replaces: 'co' } });
    const wide = await client.upload('站点,监测时间,CO\n来源甲站,2024-06-02 08:00,11\n');
    expect(wide.body).toMatchObject({ status: 'committed', columns: [{}, {}, { indicator: 'so2' }] });
    expect(wide.body.notices.join()).toMatch(/“CO”.*so2.*co/);
    const long = await client.upload('站点,监测时间,指标,数值\n来源甲站,2024-06-02 09:00,CO,12\n');
    expect(long.body.notices.join()).toMatch(/“CO”.*so2.*co/);
    // A mapping names the indicator by its code, whatever else bears that name.
    const mapped = await client.upload('来源甲站,2024-06-02 10:00,35,x,700\n', {
      mapping: JSON.stringify(headless),
    });
    expect(mapped.body).toMatchObject({
      notices: expect.not.arrayContaining([expect.stringContaining('so2')]),
    });
    expect((await shown('src-a')).filter((line) => line.startsWith('2024-06-02'))).toEqual([
      '2024-06-02T07:00 so2=11',
      '2024-06-02T08:00 so2=12',
      '2024-06-02T09:00 co=0.7',
      '2024-06-02T09:00 pm25=35',
    ]);
    await client.send('DELETE', name('CO'), {});
  });

  test('a name of one medium holds in tables about it only', async () => {
    await client.send('PUT', name('氨'), { indicator: 'nh3n', medium: 'water' });
    const water = await client.upload('断面名称,监测时间,pH,氨\n石炭沟,2024-06-03 08:00,8,0.3\n', {
      dryRun: 'true',
    });
    expect(water.body.columns[3]).toMatchObject({ role: 'item', indicator: 'nh3n' });
    const air = await client.upload('站点,监测时间,NO2,氨\n来源甲站,2024-06-03 08:00,20,1\n', {
      dryRun: 'true',
    });
    expect(air.body.columns[3]).toMatchObject({ role: 'ignored' });
  });

  test('the built-in names can be looked up', async () => {
    const all = await client.get<{ items: ColumnNameView[] }>('/api/v1/column-names?builtIn=true');
    expect(all.body.items).toContainEqual(
      expect.objectContaining({ name: '断面名称', role: 'site', builtIn: true }),
    );
    expect(all.body.items).toContainEqual(expect.objectContaining({ name: 'pm25', indicator: 'pm25' }));
    const one = await client.get<{ name: string; items: ColumnNameView[] }>(name('监测点位（名称）'));
    expect(one.body).toMatchObject({ name: '监测点位名称', items: [{ role: 'site' }, { role: 'name' }] });
  });

  test.each<[string, object]>([
    ['two meanings', { role: 'site', indicator: 'co' }],
    ['no meaning', {}],
    ['an area of no site', { role: 'date', area: 'township' }],
  ])('%s are refused', async (_, body) => {
    expect((await client.send('PUT', name('某'), body)).status).toBe(400);
  });
});

describe('what was not understood is told column by column', () => {
  test('columns that mean the same, and a mapping to choose with', async () => {
    const file = '站点,点位名称,监测时间,NO2\n来源甲站,来源乙站,2024-07-01 08:00,20\n';
    const { status, body } = await client.upload(file);
    expect(status).toBe(422);
    expect(countFaults(body.report)).toEqual({ 'column-ambiguous': 1 });
    expect(body.report?.confidence).toBeNull();
    const understood = body.report?.understanding;
    expect(understood?.columns.map(({ header, state, role }) => [header, state, role])).toEqual([
      ['站点', 'unclear', null],
      ['点位名称', 'unclear', null],
      ['监测时间', 'understood', 'datetime'],
      ['NO2', 'understood', 'item'],
    ]);
    expect(understood?.columns[0]?.candidates[0]).toMatchObject({ role: 'site' });
    expect(understood?.missing).toEqual(['site']);
    const suggested = understood?.suggestedMapping;
    expect(suggested?.columns.map(({ role }) => role)).toEqual(['datetime', 'item']);
    // As it stands it chooses nothing; completed by the person it reads the file.
    const again = await client.upload(file, { mapping: JSON.stringify(suggested) });
    expect(countFaults(again.body.report)).toEqual({ 'no-site-column': 1 });
    const columns = [...(suggested?.columns ?? []), { position: 0, role: 'site' }];
    const mended = await client.upload(file, { mapping: JSON.stringify({ ...suggested, columns }) });
    expect(mended.body).toMatchObject({ status: 'committed', rows: { new: 1 } });
    const ignoring = await client.upload(file, { ignoreColumns: '["点位名称"]' });
    expect(ignoring.body).toMatchObject({ status: 'committed', rows: { unchanged: 1 } });
  });

  test('a header that is not known, with what it resembles and what its cells are', async () => {
    const file =
      '哪里,监测时刻表,二氧化氮浓度值\n来源甲站,2024-07-02 08:00,20\n来源乙站,2024-07-02 08:00,30\n';
    const { body } = await client.upload(file);
    const understood = body.report?.understanding;
    expect(understood?.columns[0]).toMatchObject({
      state: 'unclear',
      candidates: [{ role: 'site', why: 'values' }],
      samples: ['来源甲站', '来源乙站'],
    });
    expect(understood?.columns[2]?.candidates).toContainEqual(
      expect.objectContaining({ role: 'item', indicator: 'no2', why: 'name' }),
    );
  });

  test('a file without a header: what its cells say', async () => {
    const { body } = await client.upload(
      '来源甲站,2024-07-03 08:00,20,0.5\n来源乙站,2024-07-03 08:00,30,0.6\n',
    );
    expect(countFaults(body.report)).toEqual({ 'no-header': 1 });
    expect(body.report?.understanding).toMatchObject({
      headerLine: null,
      columnCount: 4,
      suggestedMapping: {
        header: false,
        columnCount: 4,
        columns: [
          { position: 0, role: 'site' },
          { position: 1, role: 'datetime' },
        ],
      },
    });
  });

  test('a table read with an assumption states its confidence and how it was read', async () => {
    const { body } = await client.upload('监测结果表,,\n站点,监测时间,NO2\n来源甲站,2024-07-04 08:00,20\n', {
      dryRun: 'true',
    });
    expect(body).toMatchObject({
      confidence: 0.8,
      understanding: {
        headerLine: 2,
        missing: [],
        suggestedMapping: { layout: 'wide', columns: [{}, {}, {}] },
      },
    });
  });
});

test('options that only the decoder knew: detection limits, columns and sites that are not to be read', async () => {
  const long = '断面名称,监测时间,监测项目,监测值\n石炭沟,2024-08-01 08:00,氨氮,ND\n';
  expect(countFaults((await client.upload(long)).body.report)).toEqual({ 'detection-limit-missing': 1 });
  const read = await client.upload(long, { detectionLimits: '{"氨氮":0.025}' });
  expect(read.body).toMatchObject({ status: 'committed', rows: { new: 1 } });
  const bySite = 'date,hour,type,来源甲站,9999A\n20240802,1,NO2,20,1\n';
  expect(countFaults((await client.upload(bySite)).body.report)).toEqual({ 'site-column-unknown': 1 });
  const choices: Options[] = [{ unknownSiteColumns: 'ignore' }, { ignoreColumns: '["9999A"]' }];
  for (const options of choices) {
    const { status } = await client.upload(bySite, { ...options, dryRun: 'true' });
    expect(status).toBe(200);
  }
  const faulty: Options[] = [
    { detectionLimits: '{"氨氮":-1}' },
    { ignoreColumns: '9999A' },
    { unknownSiteColumns: 'drop' },
  ];
  for (const wrong of faulty) {
    const answer: { status: number; body: Problem } = await client.upload(bySite, wrong);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-request']);
  }
});
