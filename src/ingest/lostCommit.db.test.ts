import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { DomainError } from '../domain/domainError.js';
import type { Actor } from '../domain/role.js';
import { createLogger } from '../log.js';
import { createPool, type Pool } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { importUpload, type ImportContext } from './importUpload.js';

jest.setTimeout(60_000);

const actor: Actor = { tokenId: null, name: '测试', office: '监测站', role: 'uploader' };
const options = { dryRun: false, overwrite: false, onError: 'reject-file' } as const;

let database: TestDatabase;
let uploadsDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  uploadsDir = await mkdtemp(join(tmpdir(), 'cei-lost-'));
  await loadSeeds(database.pool, await readSeedFiles());
  await database.pool.query(
    `insert into sites (code, name, kind) values ('lost-1', '断线站一', 'air-station'), ('lost-2', '断线站二', 'air-station')`,
  );
});
afterAll(async () => {
  await database.drop();
  await rm(uploadsDir, { recursive: true });
});

/** Stands between a client and the database, and cuts the line at the first commit: before it arrives, or after. */
async function startCutter(reaches: boolean): Promise<{ url: string; close(): void }> {
  const target = new URL(database.url);
  const sockets = new Set<Socket>();
  let cut = false;
  const server: Server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let lost = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk) => {
      // A simple query: 'Q', its length, its text.
      if (!cut && chunk.includes('commit\0')) {
        cut = true;
        if (!reaches) {
          client.destroy();
          upstream.destroy();
          return;
        }
        lost = true;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      // The server answers when the commit is done.
      if (lost) client.destroy();
      else client.write(chunk);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as { port: number }).port);
  return {
    url: url.toString(),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function contextOf(pool: Pool): ImportContext {
  return { pool, uploadsDir, maxBytes: 1_000_000, maxRows: 1_000, reached: () => Promise.resolve() };
}

test.each([
  ['after the database has committed', 'lost-1', true],
  ['before the database hears of it', 'lost-2', false],
])(
  'a commit whose answer is lost %s: the outcome is unknown, and sending again is safe',
  async (_, site, reaches) => {
    const content = `站点,监测时间,PM2.5,PM10\n${site},2024-05-01 01:00,10,80\n${site},2024-05-01 02:00,11,81\n`;
    const send = (pool: Pool) =>
      importUpload(
        contextOf(pool),
        actor,
        { name: 'x.csv', content: Readable.from([Buffer.from(content)]) },
        options,
      );
    const cutter = await startCutter(reaches);
    const pool = createPool(cutter.url, 2, createLogger('silent'));
    try {
      const lost = await send(pool).catch((error: unknown) => error);
      expect(lost).toBeInstanceOf(DomainError);
      expect((lost as DomainError).code).toBe('outcome-unknown');
    } finally {
      await pool.end();
      cutter.close();
    }
    const stored = async () => {
      const { rows } = await database.pool.query<{ pm25: string | null }>(
        `select string_agg(pm25::text, ',' order by ts) as pm25 from air_hour join sites on sites.id = site_id
        where code = $1`,
        [site],
      );
      return rows[0]!.pm25;
    };
    expect(await stored()).toBe(reaches ? '10,11' : null);
    const again = await send(database.pool);
    expect(again.report).toMatchObject({
      status: 'committed',
      rows: reaches ? { new: 0, unchanged: 2 } : { new: 2, unchanged: 0 },
    });
    expect(await stored()).toBe('10,11');
    const revisions = await database.pool.query('select from revisions');
    expect(revisions.rowCount).toBe(0);
  },
);
