import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createRandom } from '../src/demo/random.js';
import { hourMs, instantOfDay } from '../src/domain/calendar.js';
import { Client, type UploadAnswer } from './client.js';
import { findDatabaseUrl, listIncoming, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(300_000);
const patienceMs = 60_000;

const seed = process.env['CRASH_SEED'] ?? '20251122';
// Eleven batches of at most 1,000 rows.
const rowCount = 10_104;
const batches = 11;

const points = ['parsed', 'staged', 'before-commit', 'after-commit'] as const;
type Point = (typeof points)[number];
interface Place {
  readonly point: Point;
  readonly victim: 'service' | 'database';
  /** Which time the point is reached. */
  readonly nth: number;
}

/** How often one upload of the file reaches a point. */
const timesReached: Record<Point, number> = {
  parsed: batches,
  staged: batches,
  'before-commit': 1,
  'after-commit': 1,
};

// The first, a middle and the last batch for both victims, and both ends of the commit twice for both: twenty.
const places: Place[] = points.flatMap((point) =>
  (['service', 'database'] as const).flatMap((victim) => {
    const nths = point === 'parsed' || point === 'staged' ? [1, 6, batches] : [1, 1];
    return nths.map((nth) => ({ point, victim, nth }));
  }),
);

/** One import that is interrupted. A fresh one stores a site's first values, a correction replaces some of them. */
interface Case extends Place {
  readonly number: number;
  readonly site: string;
  readonly fresh: boolean;
  readonly content: string;
  readonly fileName: string;
  readonly options: Readonly<Record<string, string>>;
  /** What is stored of the site before and after, as text. */
  readonly before: string;
  readonly after: string;
  readonly revisions: number;
  readonly endPolitely: boolean;
}

const source = createRandom(seed);
const random = () => source.next();
const shuffled = places
  .map((place) => ({ place, key: random() }))
  .sort((a, b) => a.key - b.key)
  .map(({ place }) => place);
const cases = makeCases();

function makeCases(): Case[] {
  const made: Case[] = [];
  shuffled.forEach((place, index) => {
    const fresh = index % 2 === 0;
    const site = `crash-${Math.floor(index / 2)}`;
    // Every fresh case begins in a year that has no partition yet.
    const start = instantOfDay(`${2000 + index}-06-01`);
    const before = fresh ? [] : valuesOf(made[index - 1]!.after);
    const after = Array.from({ length: rowCount }, (_, row) => {
      const old = before[row];
      // A correction replaces about one value in ten.
      return old === undefined || random() < 0.1 ? 1 + Math.floor(random() * 200) : old;
    });
    const first = fresh ? start : instantOfDay(`${1999 + index}-06-01`);
    made.push({
      ...place,
      number: index + 1,
      site,
      fresh,
      content: ['站点,监测时间,PM2.5,PM10,空气质量等级']
        .concat(after.map((value, row) => `${site},${clock(first + row * hourMs)},${value},250,优`))
        .join('\n'),
      fileName: `第${index + 1}例.csv`,
      options: fresh ? {} : { overwrite: 'true', reason: '更正' },
      before: before.join(','),
      after: after.join(','),
      revisions: before.filter((value, row) => value !== after[row]).length,
      endPolitely: random() < 0.5,
    });
  });
  return made;
}

function valuesOf(text: string): number[] {
  return text.split(',').map(Number);
}

/** Hours are named by their end. */
function clock(start: number): string {
  const iso = new Date(start + 9 * hourMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

let yard: ServiceYard;
let dataDir: string;
let service: ServiceProcess;
let client: Client;
let token: string | undefined;

beforeAll(async () => {
  yard = await ServiceYard.create();
  dataDir = yard.dataDir('data');
  console.log(`crash seed ${seed} (CRASH_SEED sets another)`);
});
afterAll(() => yard.clean());

/**
 * Starts the service so that it dies at the case's place. The same process first takes the previous case's file
 * again, which passes the point without harm `passed` times.
 */
async function startFor(next: Case | undefined, passed: boolean): Promise<void> {
  const settings: Record<string, string> = {};
  if (next !== undefined) {
    const nth = next.nth + (passed ? timesReached[next.point] : 0);
    settings['FAULT_POINT'] = `${next.point}:${next.victim}:${nth}`;
  }
  service = await yard.start(dataDir, settings);
  token ??= await service.firstToken();
  client = new Client(service.address, token);
}

/** Everything that an import of the case's file leaves in the database, once the figures have followed. */
async function findTraces(one: Case) {
  for (const end = Date.now() + patienceMs; ; await sleep(100)) {
    const traces = await findTracesNow(one);
    if (traces.pending === 0 || Date.now() > end) return traces;
  }
}

async function findTracesNow({ site, fileName }: Case) {
  const url = await findDatabaseUrl(dataDir);
  const [traces] = await query<{
    uploads: number;
    writes: number;
    audited: number;
    values: string;
    texts: number;
    revisions: number;
    pending: number;
    days: number;
    stale: number;
    latest: Date | null;
    orphans: number;
  }>(
    url,
    `with s as (select id from sites where code = $1),
          u as (select * from uploads where file_name = $2)
     select (select count(*) from u where status = 'committed')::integer as uploads,
            (select count(*) from writes where upload_id in (select id from u))::integer as writes,
            (select count(*) from audit_log where details ->> 'fileName' = $2)::integer as audited,
            (select coalesce(string_agg(pm25::text, ',' order by ts), '') from air_hour, s where site_id = s.id) as values,
            (select count(*) from published_texts, s where site_id = s.id)::integer as texts,
            (select count(*) from revisions, s where site_id = s.id)::integer as revisions,
            (select count(*) from pending_days, s where site_id = s.id)::integer as pending,
            (select count(*) from air_site_days, s where site_id = s.id)::integer as days,
            (select count(*) from s join lateral
               (select beijing_day(ts) as day, round(avg(pm25::numeric), 10) as mean, count(*) as hours
                  from air_hour where site_id = s.id group by 1) h on true
               left join air_site_days d on d.day = h.day and d.site_id = s.id
              where d.day is null or (h.hours >= 20 and round(d.pm25, 10) is distinct from h.mean))::integer as stale,
            (select max(ts) from latest_rows, s where site_id = s.id) as latest,
            (select count(*) from writes w left join uploads on uploads.write_id = w.id
              where w.kind = 'upload' and (uploads.id is null or uploads.id is distinct from w.upload_id))::integer
              as orphans`,
    [site, fileName],
  );
  return traces!;
}

async function attempt(one: Case): Promise<UploadAnswer | 'no answer'> {
  try {
    return await client.upload(one.content, one.options, one.fileName);
  } catch {
    return 'no answer';
  }
}

test('there are twenty places', () => {
  expect(cases).toHaveLength(20);
  expect(new Set(cases.map(({ point, victim, nth }) => `${point}:${victim}:${nth}`)).size).toBe(16);
});

test.each(cases)('$number: $point, $victim dies, time $nth', async (one) => {
  const previous = cases[one.number - 2];
  if (previous === undefined) {
    await startFor(one, false);
    for (const site of new Set(cases.map((each) => each.site))) {
      await client.createSite(site, `断电试验点${site}`, 'air-station');
    }
  }
  const earlier = one.fresh ? undefined : await findTraces(one);

  const answer = await attempt(one);
  if (one.victim === 'service') {
    expect(answer).toBe('no answer');
    expect(await service.ended()).toMatchObject({ signal: 'SIGKILL' });
  } else {
    // What was committed is acknowledged although the database is gone; everything else is told to come again.
    expect(answer).toMatchObject(
      one.point === 'after-commit'
        ? { status: 201, body: { status: 'committed' } }
        : { status: 503, body: { code: 'unavailable' } },
    );
    if (one.endPolitely) expect(await service.stop()).toMatchObject({ code: 0 });
    else await service.kill();
  }
  const next = cases[one.number];
  await startFor(next, true);

  const isThere = one.point === 'after-commit';
  expect(await listIncoming(dataDir)).toEqual([]);
  const found = await findTraces(one);
  expect(found).toMatchObject(isThere ? whole(one) : absent(one));
  if (!isThere) expect(found.latest).toEqual(earlier?.latest ?? null);

  const again = await client.upload(one.content, one.options, `${one.fileName}.again`);
  const changed = isThere ? 0 : one.revisions;
  expect(again).toMatchObject({
    status: 201,
    body: {
      status: 'committed',
      rows: {
        read: rowCount,
        new: !isThere && one.fresh ? rowCount : 0,
        unchanged: isThere ? rowCount : one.fresh ? 0 : rowCount - changed,
        changed,
      },
    },
  });
  expect(await findTraces({ ...one, fileName: `${one.fileName}.again` })).toMatchObject(whole(one));
  console.log(
    `seed ${seed}, ${one.number}/20: ${one.point}:${one.victim}:${one.nth}, ` +
      `${one.fresh ? 'new values' : `${one.revisions} corrections`}: ${isThere ? 'wholly there' : 'wholly absent'}`,
  );
});

const daysOfFile = rowCount / 24;

function whole({ after, revisions }: Case) {
  return {
    uploads: 1,
    writes: 1,
    audited: 1,
    values: after,
    texts: rowCount,
    revisions,
    pending: 0,
    days: daysOfFile,
    stale: 0,
    orphans: 0,
  };
}

function absent({ before, fresh }: Case) {
  return {
    uploads: 0,
    writes: 0,
    audited: 0,
    values: before,
    texts: fresh ? 0 : rowCount,
    revisions: 0,
    pending: 0,
    days: fresh ? 0 : daysOfFile,
    stale: 0,
    orphans: 0,
  };
}
