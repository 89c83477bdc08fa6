/** The compiled service as everybody starts it, on a benchmark's database, and requests to it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '../dist/log.js';
import { createPool } from '../dist/store/pool.js';
import { createTokenStore } from '../dist/store/tokens.js';

const mainFile = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'main.js');

/** The code of a station by its number, from 0. */
export const stationCode = (station) => `S${String(station).padStart(4, '0')}`;

/** Registers stations and a sender's token, and starts the service; the database holds schema and seeds. */
export async function startService(directory, url, stations) {
  const pool = createPool(url, 2, createLogger('silent'));
  await pool.query(
    `insert into sites (code, name, kind) select 'S' || lpad(n::text, 4, '0'), 'S' || lpad(n::text, 4, '0'), 'air-station'
       from generate_series(0, $1 - 1) as n`,
    [stations],
  );
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const actor = { tokenId: null, name: 'bench', office: 'bench', role: 'admin' };
  await createTokenStore(pool).createFirstAdminToken({ name: 'bench', office: 'bench', expiresAt });
  const { token } = await createTokenStore(pool).create(actor, {
    name: 'bench',
    office: 'b',
    role: 'uploader',
    expiresAt,
  });
  await pool.end();
  const child = spawn(process.execPath, [mainFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: url,
      PORT: '0',
      DATA_DIR: join(directory, 'service'),
      LOG_LEVEL: 'warn',
    },
  });
  let text = '';
  child.stdout.setEncoding('utf8');
  const address = await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the service ended')));
    child.stdout.on('data', (part) => {
      text += part;
      const found = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    name: 'service',
    pid: child.pid,
    url: `${address}/api/v2/write?org=o&bucket=b&precision=ns`,
    headers: { Authorization: `Token ${token}` },
    stop: () => stopChild(child),
  };
}

/** Ends a process that was started here. */
export async function stopChild(child) {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Posts a body to a target; fails when it is not taken whole. */
export function post(agent, target, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      target.url,
      { agent, method: 'POST', headers: { ...target.headers, 'Content-Length': body.length } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => (text += part.slice(0, 300)));
        response.on('end', () =>
          response.statusCode < 300
            ? resolve()
            : reject(new Error(`${target.name}: ${response.statusCode} ${text}`)),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
