import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killServer } from '../src/embedded/killServer.js';
import { Client } from './client.js';
import { numberOf, siteCount, siteOf, valueOf } from './numberedPoints.js';
import { findDatabasePid, findDatabaseUrl, query, type ServiceProcess, type ServiceYard } from './service.js';

const sender = resolve('test/numberedSender.js');
const patienceMs = 90_000;
/** So many points must be acknowledged after a kill before the next one. */
const progress = 200;

export const victims = ['client', 'service', 'database'] as const;
export type Victim = (typeof victims)[number];

/** What a stream of numbered points left behind. */
export interface StreamOutcome {
  readonly kills: Readonly<Record<Victim, number>>;
  readonly sent: number;
  readonly acknowledged: number;
  readonly present: number;
  /** Acknowledged and not stored. */
  readonly lost: readonly number[];
  /** Stored more than once. */
  readonly duplicates: readonly number[];
  /** Stored with another value than was sent. */
  readonly different: readonly number[];
  /** Stored and never sent. */
  readonly invented: readonly number[];
  readonly unacknowledgedPresent: number;
  /** Revisions of the points: sending again changes nothing, so there must be none. */
  readonly revisions: number;
  /** Rows that name a write which does not exist. */
  readonly orphans: number;
  /** What the service refused for good. */
  readonly refused: string;
}

/**
 * A stream of numbered points from the official client to the service and its database, each a process of its own,
 * which are killed (-9) while it flows. A killed client is started again with new numbers, a killed service on the same
 * data and port; a killed database is the running service's own business.
 */
export class KillStream {
  readonly #kills = { client: 0, service: 0, database: 0 };
  #client: ChildProcess | undefined;
  #service: ServiceProcess | undefined;
  #port = 0;
  #token = '';

  constructor(
    private readonly yard: ServiceYard,
    private readonly dataDir: string,
    private readonly logDir: string,
  ) {}

  async start(): Promise<void> {
    await mkdir(this.logDir, { recursive: true });
    this.#port = await freePort();
    this.#service = await this.yard.start(this.dataDir, { PORT: String(this.#port) });
    const admin = new Client(this.#service.address, await this.#service.firstToken());
    for (let number = 0; number < siteCount; number += 1)
      await admin.createSite(siteOf(number), siteOf(number), 'air-station');
    const input = { name: '设备', office: '生态环境分局', role: 'uploader', expiresAt: '2099-01-01' };
    this.#token = (await admin.send<{ token: string }>('POST', '/api/v1/tokens', input)).body.token;
    await this.#startClient();
    await this.#advance();
  }

  /** Kills one of them, brings it back as an operator would, and waits until points are acknowledged again. */
  async kill(victim: Victim): Promise<void> {
    this.#kills[victim] += 1;
    if (victim === 'client') {
      await this.#killClient('SIGKILL');
      await this.#startClient();
    } else if (victim === 'service') {
      await this.#service!.kill();
      this.#service = await this.yard.start(this.dataDir, { PORT: String(this.#port) });
    } else {
      killServer((await findDatabasePid(this.dataDir))!);
    }
    await this.#advance();
  }

  /** Lets the client finish, and compares what it was told with what is stored. */
  async finish(): Promise<StreamOutcome> {
    await this.#killClient('SIGTERM');
    const acknowledged = await this.#acknowledged();
    const url = await findDatabaseUrl(this.dataDir);
    const rows = await query<{ site: string; start: number; value: number }>(
      url,
      `select s.code as site, extract(epoch from f.ts)::float8 as start, f.pm25 as value
         from air_hour f join sites s on s.id = f.site_id where s.code like 'numbered-%'`,
    );
    const [counted] = await query<{ revisions: number; orphans: number }>(
      url,
      `select (select count(*) from revisions)::integer as revisions,
              (select count(*) from air_hour f
                where not exists (select from writes w where w.id = f.write_id))::integer as orphans`,
    );
    const times = new Map<number, number>();
    const different: number[] = [];
    for (const { site, start, value } of rows) {
      const number = numberOf(site, start);
      times.set(number, (times.get(number) ?? 0) + 1);
      if (value !== valueOf(number)) different.push(number);
    }
    const sent = await this.#sent();
    return {
      kills: this.#kills,
      sent,
      acknowledged: acknowledged.size,
      present: times.size,
      lost: [...acknowledged].filter((number) => !times.has(number)),
      duplicates: [...times].filter(([, count]) => count > 1).map(([number]) => number),
      different,
      invented: [...times.keys()].filter((number) => !(number >= 0 && number < sent)),
      unacknowledgedPresent: [...times.keys()].filter((number) => !acknowledged.has(number)).length,
      revisions: counted!.revisions,
      orphans: counted!.orphans,
      refused: await readFile(`${this.logDir}/refused`, 'utf8').catch(() => ''),
    };
  }

  async #startClient(): Promise<void> {
    this.#client = spawn(
      process.execPath,
      [sender, `http://127.0.0.1:${this.#port}`, String(await this.#sent()), this.logDir],
      { stdio: ['ignore', 'inherit', 'inherit'], env: { PATH: process.env['PATH'], TOKEN: this.#token } },
    );
  }

  async #killClient(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ended = once(this.#client!, 'exit');
    this.#client!.kill(signal);
    await ended;
  }

  /** Ends the client, if it runs, whatever became of the stream. */
  async abandon(): Promise<void> {
    if (this.#client?.exitCode === null && this.#client.signalCode === null)
      await this.#killClient('SIGKILL');
  }

  async #advance(): Promise<void> {
    const goal = (await this.#acknowledged()).size + progress;
    for (const end = Date.now() + patienceMs; (await this.#acknowledged()).size < goal; await sleep(20)) {
      if (Date.now() > end) throw new Error(`nothing is acknowledged any more:\n${this.#service!.stderr}`);
    }
  }

  /** How far numbers were used up. */
  async #sent(): Promise<number> {
    return (await this.#numbers('sent')).at(-1) ?? 0;
  }

  async #acknowledged(): Promise<Set<number>> {
    return new Set(await this.#numbers('acknowledged'));
  }

  /** The numbers of a file of the client; the last line of a killed one may be half a number. */
  async #numbers(name: string): Promise<number[]> {
    const text = await readFile(`${this.logDir}/${name}`, 'utf8').catch(() => '');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole.split('\n').filter(Boolean).map(Number);
  }
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
