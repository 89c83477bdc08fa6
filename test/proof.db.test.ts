import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createProofService } from '../src/app/proofService.js';
import { markFigure } from '../src/app/publishedFigureService.js';
import { judgeTargetsAt } from '../src/app/targetService.js';
import { drainMarks, testActor } from '../src/assessment/database.fixture.js';
import { judgeTargets } from '../src/assessment/judgeTargets.js';
import type { PublicationFinding } from '../src/assessment/proof/comparePublications.js';
import {
  digestInputs,
  mostListed,
  type CommonInputs,
  type ProofInputs,
} from '../src/assessment/proof/proofDocument.js';
import { completeProof, recomputeProof } from '../src/assessment/proof/recomputeProof.js';
import { demoAsOf } from '../src/demo/demoData.js';
import { loadDemo } from '../src/demo/loadDemo.js';
import type { Proof } from '../src/http/services/proofs.js';
import { keyedTables } from '../src/store/keyedTable.js';
import { inTransaction } from '../src/store/pool.js';
import { setReviewFlags } from '../src/store/reviews.js';
import { loadSeeds } from '../src/store/seeder.js';
import { readSeedFiles } from '../src/store/seedFiles.js';
import { insertWrite } from '../src/store/writes.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { leavesOf, shorten, valueAt, withChanged, type Leaf } from './proofLeaves.js';

jest.setTimeout(600_000);

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const group = 'air-county-evaluation';
let database: TestDatabase;
let directory: string;
let proofs: Map<string, Proof>;
let stored: Awaited<ReturnType<typeof judgeTargets>>;
let service: ReturnType<typeof createProofService>;
let section: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  await loadDemo(database.pool, () => undefined);
  await drainMarks(database.pool);
  directory = await mkdtemp(join(tmpdir(), 'proof-'));
  stored = await judgeTargets(database.pool, demoAsOf);
  service = createProofService(database.pool);
  proofs = new Map();
  for (const { target } of stored)
    proofs.set(`target-${target.id}`, (await service.target(target.id, demoAsOf, null))!);
  const { rows } = await database.pool.query<{ site: string }>(
    `select s.code as site from water_site_months w join sites s on s.id = w.site_id
      where w.samples > 0 and w.month = '2024-05-01' order by w.site_id limit 1`,
  );
  section = rows[0]!.site;
  proofs.set('air-day', (await service.airDay(group, '2024-05-02', null))!);
  proofs.set('air-month', (await service.airPeriod(group, '2024-05', null))!);
  proofs.set('air-year', (await service.airPeriod(group, '2024', null))!);
  proofs.set('water-month', (await service.waterMonth(section, '2024-05', null))!);
  proofs.set('water-year', (await service.waterYear(section, '2024', null))!);
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await database.drop();
});

/** One proof of every kind of target, and those of the statistics. */
function oneOfEveryKind(): Map<string, Proof> {
  const kinds = new Map(stored.map(({ target }) => [target.kind, `target-${target.id}`]));
  const names = [...kinds.values(), 'air-day', 'air-month', 'air-year', 'water-month', 'water-year'];
  return new Map(names.map((name) => [name, proofs.get(name)!]));
}

/** The same, shortened to figures of which every leaf can be tried. */
async function smallOfEveryKind(): Promise<Map<string, Proof>> {
  const small = new Map<string, Proof>();
  for (const [name, proof] of oneOfEveryKind()) {
    // A shortened year is a shortened month.
    if (name === 'air-year') continue;
    const inputs = shorten(proof) as unknown as ProofInputs;
    const again = JSON.parse(JSON.stringify(await completeProof(inputs))) as Proof;
    expect({ name, ...(await recomputeProof(again)) }).toMatchObject({ name, agrees: true });
    small.set(name, again);
  }
  return small;
}

test('every figure of the demonstration has a proof that states it and agrees when computed again', async () => {
  expect(new Set(stored.map(({ target }) => target.kind)).size).toBeGreaterThanOrEqual(8);
  expect(proofs.size).toBe(stored.length + 5);
  for (const { target, judgement } of stored) {
    const proof = proofs.get(`target-${target.id}`)!;
    expect(proof.result).toMatchObject({ judgement: JSON.parse(JSON.stringify(judgement)) as object });
    expect(proof.rules[0]).toMatchObject({ source: expect.stringContaining(target.quote) });
  }
  for (const [name, proof] of proofs)
    expect({ name, ...(await recomputeProof(proof)) }).toMatchObject({ name, agrees: true });
});

test('a proof is as large as its days, stations and months ask, whatever else is stored', () => {
  const sizes = [...proofs].map(([name, proof]) => {
    const lists = ['stationDays', 'earlierDays', 'waterMonths', 'reports', 'excluded', 'origins'];
    const rows = lists.reduce(
      (sum, list) => sum + ((proof.inputs[list] as unknown[] | undefined)?.length ?? 0),
      0,
    );
    return { name, rows, bytes: JSON.stringify(proof).length };
  });
  for (const { name, rows, bytes } of sizes)
    expect({ name, within: bytes < 250_000 + rows * 4000 }).toEqual({ name, within: true });
  const largest = sizes.reduce((most, one) => (one.bytes > most.bytes ? one : most));
  process.stdout.write(`largest proof: ${largest.name}, ${largest.rows} rows, ${largest.bytes} bytes\n`);
});

test('rounding is stated step by step, and only where a clause or the target asks for it', () => {
  for (const { target, judgement } of stored) {
    const steps = proofs.get(`target-${target.id}`)!.steps as {
      step: string;
      before: unknown;
      after: unknown;
    }[];
    const rounded = steps.filter(({ step }) => step === 'round-to-target-precision');
    const measured = target.kind === 'annual-mean' || target.kind === 'day-share';
    expect({ id: target.id, rounded: rounded.length }).toEqual({ id: target.id, rounded: measured ? 1 : 0 });
    if (measured)
      expect(rounded[0]).toMatchObject({ before: judgement.valueUnrounded, after: judgement.value });
  }
  const year = proofs.get('air-year')!;
  const names = new Set(year.steps.map(({ step }) => step));
  for (const step of [
    'mean-of-daily-values',
    'round-mean-as-printed',
    'round-mean-for-limit',
    'composite-index',
  ])
    expect(names).toContain(step);
  for (const step of ['percentile-of-daily-values', 'round-percentile-as-printed', 'round-share-as-printed'])
    expect(names).toContain(step);
});

/** Runs a command in a process that ends with 99 as soon as it opens a connection or starts a process. */
async function runAlone(words: readonly string[], env: Record<string, string> = {}) {
  const guard = join(directory, 'guard.mjs');
  await writeFile(
    guard,
    `import child from 'node:child_process';
     import net from 'node:net';
     import { syncBuiltinESMExports } from 'node:module';
     const refuse = () => { process.stderr.write('left the process'); process.exit(99); };
     net.Socket.prototype.connect = refuse;
     child.spawn = refuse; child.execFile = refuse; child.fork = refuse;
     syncBuiltinESMExports();`,
  );
  const args = ['--import', pathToFileURL(guard).href, main, ...words];
  return new Promise<{ code: number; out: string }>((resolve) => {
    execFile(process.execPath, args, { env, cwd: directory }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr });
    });
  });
}

test('a process without a database verifies one proof of every kind, and finds a changed one', async () => {
  // That the guard would tell: a command that needs a database.
  const judged = await runAlone(['judge'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
  expect(judged).toMatchObject({ code: 99, out: expect.stringContaining('left the process') });
  const verify = async (name: string, document: unknown) => {
    const path = join(directory, `${name}.json`);
    await writeFile(path, JSON.stringify(document));
    return runAlone(['verify', path]);
  };
  for (const [name, proof] of oneOfEveryKind())
    expect(await verify(name, proof)).toEqual({ code: 0, out: `一致 / agrees: sha256 ${proof.sha256}\n` });
  const changed = { ...proofs.get('air-day')!, sha256: '0' };
  const found = await verify('changed', changed);
  expect(found).toMatchObject({ code: 1, out: expect.stringContaining('sha256') });
  // Neither was an embedded database made where the command ran.
  expect((await readdir(directory)).filter((name) => !/\.(json|mjs)$/.test(name))).toEqual([]);
});

test('changing any single input leaf makes a proof fail: every leaf, of one figure of every kind', async () => {
  let tried = 0;
  for (const [name, proof] of await smallOfEveryKind()) {
    const agreeing: Leaf[] = [];
    for (const leaf of leavesOf(proof.inputs)) {
      const { agrees } = await withChanged(proof.inputs, leaf, () => recomputeProof(proof));
      if (agrees) agreeing.push(leaf);
      tried += 1;
    }
    expect({ name, agreeing }).toEqual({ name, agreeing: [] });
  }
  process.stdout.write(`input leaves changed one by one: ${tried}\n`);
});

test('changing any single leaf of a whole proof makes it fail', async () => {
  const all = [...oneOfEveryKind()].map(([name, proof]) => ({ name, proof, leaves: leavesOf(proof) }));
  const pick = fc.record({ proof: fc.nat(), leaf: fc.nat() });
  await fc.assert(
    fc.asyncProperty(pick, async ({ proof: which, leaf }) => {
      const { name, proof, leaves } = all[which % all.length]!;
      const path = leaves[leaf % leaves.length]!;
      const { agrees } = await withChanged(proof, path, () => recomputeProof(proof));
      expect({ name, path, agrees }).toEqual({ name, path, agrees: false });
    }),
    { numRuns: 100, seed: 20250930 },
  );
  expect((await recomputeProof({})).agrees).toBe(false);
  expect((await recomputeProof(null)).agrees).toBe(false);
});

/** Which input leaves carry the figure of a kind, by their paths. */
const measuredOf: Readonly<Record<string, RegExp>> = {
  'air-day': /^stations\.\d+\.(hours|reported)\./,
  'air-month': /^stationDays\.\d+\.(so2|no2|co|o3_8h|o3_1h|pm10|pm25)/,
  'water-month': /^(monthly|sampled)\.\d+\.values\./,
  'water-year': /^waterMonths\.\d+\.items\./,
  'day-share': /^stationDays\.\d+\.(so2|no2|co|o3_8h|o3_1h|pm10|pm25)$/,
  'day-count': /^stationDays\.\d+\.(so2|no2|co|o3_8h|o3_1h|pm10|pm25)$/,
  'section-grade': /^target\.(limit|comparison)$/,
};
const reportLeaves = /^reports\.\d+\.(value|numerator|denominator|periodStart|periodEnd|siteId)$/;

test('the figure follows from the measured leaves themselves: a digest made anew for a changed one does not help', async () => {
  let tried = 0;
  for (const [name, proof] of await smallOfEveryKind()) {
    const found = stored.find(({ target }) => name === `target-${target.id}`)?.target;
    const mean = found?.kind === 'annual-mean';
    const column = mean ? `${found.indicator}${found.ledger === 'with-dust' ? '' : '_no_dust'}` : '';
    const measured = mean
      ? new RegExp(`^stationDays\\.\\d+\\.${column}$`)
      : (measuredOf[found?.kind ?? name] ?? reportLeaves);
    const leaves = leavesOf(proof.inputs).filter(
      (leaf) => measured.test(leaf.join('.')) && valueAt(proof.inputs, leaf) !== null,
    );
    expect({ name, some: leaves.length > 0 }).toEqual({ name, some: true });
    for (const leaf of leaves) {
      const verdict = await withChanged(proof.inputs, leaf, () =>
        recomputeProof({ ...proof, sha256: digestInputs(proof.inputs) }),
      );
      expect({ name, leaf, ...verdict }).toMatchObject({ name, leaf, agrees: false });
      tried += 1;
    }
  }
  process.stdout.write(`measured leaves changed under a digest made anew: ${tried}\n`);
});

test('a proof says where its figure was published as what, what was taken out since, and what it was before', async () => {
  const asOf = '2024-12-31';
  const { target } = (await judgeTargets(database.pool, asOf)).find(
    ({ target: one }) => one.kind === 'annual-mean' && one.indicator === 'pm25' && one.due > asOf,
  )!;
  const mark = (kind: 'target' | 'group-mean' | 'section-class', subject: string, period: string) =>
    inTransaction(database.pool, (client) =>
      markFigure(client, testActor, {
        kind,
        subject,
        period,
        document: '同环〔2025〕1号',
        date: '2025-01-20',
      }),
    );
  const marks = [
    await mark('target', String(target.id), '2024'),
    await mark('group-mean', `${group}/pm25`, '2024'),
    await mark('section-class', section, '2024'),
    await mark('section-class', section, '2024-05'),
  ];
  const prove = async (knownAt: string | null) => [
    (await service.target(target.id, asOf, knownAt))!,
    (await service.airPeriod(group, '2024', knownAt))!,
    (await service.waterYear(section, '2024', knownAt))!,
    (await service.waterMonth(section, '2024-05', knownAt))!,
  ];
  const published = (list: readonly Proof[]) =>
    list.map(({ result }) => (result as { published: PublicationFinding[] }).published);
  const before = await prove(null);
  expect(published(before)).toEqual(
    marks.map(({ subject, period, publishedValue }) => [
      expect.objectContaining({ subject, period, publishedValue, agrees: true, notices: 0, replaced: false }),
    ]),
  );
  const at = before.at(-1)!.inputs['knownAt'] as string;

  const { rows } = await database.pool.query<{ id: number }>(
    'select site_id as id from site_group_members where group_code = $1',
    [group],
  );
  const writeId = await inTransaction(database.pool, async (client) => {
    const id = await insertWrite(client, testActor, { kind: 'manual', reason: '仪器故障' });
    const [from, to] = [new Date('2024-05-01T00:00:00+08:00'), new Date('2024-10-01T00:00:00+08:00')];
    for (const { id: siteId } of rows) {
      const which = { table: keyedTables.air_hour, siteId, indicator: 'pm25', from, to };
      await setReviewFlags(client, which, { flag: 'invalid', reason: '仪器故障', writeId: id });
    }
    return id;
  });
  await drainMarks(database.pool);

  const after = await prove(null);
  const [ofTarget, ofGroup, ofYear, ofMonth] = published(after);
  for (const [own] of [ofTarget!, ofGroup!]) {
    expect(own).toMatchObject({ agrees: false });
    expect(own!.words.zh).toMatch(/^已公布数据变更：公布 .*同环〔2025〕1号，2025-01-20/);
  }
  expect(ofGroup![0]!.notices).toBe(1);
  expect([ofYear, ofMonth]).toEqual(published(before).slice(2));
  const inputs = after[1]!.inputs as unknown as CommonInputs;
  expect(inputs.published[0]!.notices[0]).toMatchObject({
    oldValue: marks[1]!.publishedValue,
    newValue: ofGroup![0]!.computedValue,
    causes: [expect.objectContaining({ writeId, by: testActor.name, reason: '仪器故障' })],
  });
  // More was taken out than is listed: the rest is counted.
  expect(inputs.excluded).toHaveLength(mostListed);
  const flagged = await database.pool.query(`select from value_flags where flag = 'invalid'`);
  const { excluded: outBefore } = before[1]!.inputs as unknown as CommonInputs;
  expect(inputs.excluded.length + inputs.notListed.excluded).toBe(flagged.rowCount! + outBefore.length);
  expect(outBefore.every(({ value }) => value === null)).toBe(true);
  expect(inputs.excluded.find(({ value }) => value !== null)).toMatchObject({
    flag: 'invalid',
    reason: '仪器故障',
    indicator: 'pm25',
    writeId,
  });
  expect(inputs.writes.find(({ id }) => id === writeId)).toMatchObject({ reason: '仪器故障' });
  const counted = await database.pool.query<{ values: number }>(
    `select sum(num_nonnulls(so2, no2, co, o3, pm10, pm25))::integer as values from air_hour
      where site_id in (select site_id from site_group_members where group_code = $1)
        and ts >= '2024-01-01T00:00:00+08:00' and ts < '2025-01-01T00:00:00+08:00'`,
    [group],
  );
  expect(inputs.origins.reduce((sum, { values }) => sum + values, 0)).toBe(counted.rows[0]!.values);
  for (const proof of after) expect(await recomputeProof(proof)).toMatchObject({ agrees: true });

  // By what was known before, nothing of it has happened.
  const then = await prove(at);
  expect(then.map(({ result }) => result)).toEqual(before.map(({ result }) => result));
  expect(published(then)).toEqual(published(before));
});

test('verdicts of a moment are those of the present while nothing happens; the ratio of their costs is stated', async () => {
  const now = new Date().toISOString();
  const time = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const start = performance.now();
    return [await work(), performance.now() - start];
  };
  const [present, presentMs] = await time(() => judgeTargets(database.pool, demoAsOf));
  const [past, pastMs] = await time(() => judgeTargetsAt(database.pool, demoAsOf, now));
  expect(JSON.parse(JSON.stringify(past))).toEqual(JSON.parse(JSON.stringify(present)));
  // Every station day and month anew: as if all of it had been written since.
  await database.pool.query(
    `update standards set document = jsonb_set(document, '{titleEn}', '"changed"') where document ->> 'kind' = 'dust'`,
  );
  const [worst, worstMs] = await time(() => judgeTargetsAt(database.pool, demoAsOf, now));
  expect(JSON.parse(JSON.stringify(worst))).toEqual(JSON.parse(JSON.stringify(present)));
  process.stdout.write(
    `verdicts at an instant: ${(pastMs / presentMs).toFixed(1)} × the present ones, ` +
      `${(worstMs / presentMs).toFixed(1)} × with everything derived anew (${presentMs.toFixed(0)} ms)\n`,
  );
});
