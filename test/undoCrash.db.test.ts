import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(120_000);

let yard: ServiceYard;
let dataDir: string;
let token: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  dataDir = yard.dataDir('data');
  const service = await yard.start(dataDir);
  token = await service.firstToken();
  await service.stop();
});
afterAll(() => yard.clean());

async function start(faultPoint?: string): Promise<{ service: ServiceProcess; client: Client }> {
  const service = await yard.start(dataDir, faultPoint === undefined ? {} : { FAULT_POINT: faultPoint });
  return { service, client: new Client(service.address, token) };
}

/** Everything that an undo touches, but for the times at which it did. */
async function findTraces(site: string) {
  const [found] = await query<Record<string, unknown>>(
    await findDatabaseUrl(dataDir),
    `with s as (select id from sites where code = $1)
     select (select string_agg(pm25::text, ',' order by ts) from air_hour, s where site_id = s.id) as values,
            (select count(*) from published_texts, s where site_id = s.id)::integer as texts,
            (select count(*) from revisions, s where site_id = s.id)::integer as revisions,
            (select count(*) from writes where kind = 'undo')::integer as undos,
            (select count(*) from write_undos)::integer as marks,
            (select count(*) from audit_log where action = 'upload-undone')::integer as audited,
            (select count(*) from pending_days)::integer as pending,
            (select round(pm25, 3)::text from air_site_days, s where site_id = s.id) as day,
            (select max(ts) from latest_rows, s where site_id = s.id) as latest`,
    [site],
  );
  return found!;
}

test.each([
  ['undo-before-commit', 'service'],
  ['undo-before-commit', 'database'],
  ['undo-after-commit', 'service'],
  ['undo-after-commit', 'database'],
])('an undo in which, at %s, the %s dies is wholly there or wholly absent', async (point, victim) => {
  const site = `${point}-${victim}`;
  const file = (value: number) =>
    ['站点,监测时间,PM2.5,PM10,空气质量等级']
      .concat(
        Array.from({ length: 24 }, (_, hour) => {
          const clock =
            hour === 23 ? '2024-05-02 00:00' : `2024-05-01 ${String(hour + 1).padStart(2, '0')}:00`;
          return `${site},${clock},${value},80,优`;
        }),
      )
      .join('\n');
  const first = await start(`${point}:${victim}`);
  await first.client.createSite(site, site, 'air-station');
  await first.client.upload(file(30));
  const earlier = await findTraces(site);
  const { body } = await first.client.upload(file(60), { overwrite: 'true' });
  const before = await findTraces(site);
  const path = `/api/v1/uploads/${body.id}/undo`;
  const answer = await first.client
    .send<{ status: string; code: string }>('POST', path, { reason: '传错' })
    .catch(() => 'no answer' as const);
  const committed = point === 'undo-after-commit';
  if (victim === 'service') {
    expect(answer).toBe('no answer');
    expect(await first.service.ended()).toMatchObject({ signal: 'SIGKILL' });
  } else {
    expect(answer).toMatchObject(
      committed
        ? { status: 200, body: { status: 'undone' } }
        : { status: 503, body: { code: 'unavailable' } },
    );
    await first.service.kill();
  }
  const second = await start();
  const undone = {
    ...earlier,
    revisions: 48,
    undos: Number(earlier['undos']) + 1,
    marks: Number(earlier['marks']) + 1,
    audited: Number(earlier['audited']) + 1,
  };
  expect(await findTraces(site)).toEqual(committed ? undone : before);
  const again = await second.client.send<{ code: string; status: string }>('POST', path, { reason: '传错' });
  expect(again).toMatchObject(
    committed
      ? { status: 409, body: { code: 'already-undone' } }
      : { status: 200, body: { status: 'undone' } },
  );
  expect(await findTraces(site)).toEqual(undone);
  await second.service.stop();
});
