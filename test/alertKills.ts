import { setTimeout as sleep } from 'node:timers/promises';
import { killServer } from '../src/embedded/killServer.js';
import { makeSecretKey } from '../src/store/secretBox.js';
import { Client } from './client.js';
import { FlakyReceiver, type ReceivedCall } from './flakyReceiver.js';
import { freePort } from './killStream.js';
import { findDatabasePid, findDatabaseUrl, query, type ServiceProcess, type ServiceYard } from './service.js';

export const alertVictims = ['service', 'database'] as const;
export type AlertVictim = (typeof alertVictims)[number];

const hourSeconds = 3_600;
const patienceMs = 240_000;

/** What a station's second hour does: nothing comes, the alert grows graver, or it is over. */
const courses = ['goes-on', 'rises', 'ends'] as const;
type Course = (typeof courses)[number];
const secondValue: Readonly<Record<Course, number | undefined>> = {
  'goes-on': undefined,
  rises: 350,
  ends: 50,
};

/** A transition by what it is about, in the order of the data. */
export interface OwedTransition {
  readonly reason: 'became-firing' | 'severity-rose' | 'resolved';
  readonly site: string;
}

/** What was written, stored and received. */
export interface AlertOutcome {
  readonly kills: Readonly<Record<AlertVictim, number>>;
  /** What the written data owe, and what the service has stored. */
  readonly owed: readonly OwedTransition[];
  readonly stored: readonly OwedTransition[];
  /** Keys and bodies of the outbox of the channel, by row. */
  readonly outbox: readonly { readonly key: string; readonly state: string }[];
  readonly calls: readonly ReceivedCall[];
  readonly resent: number;
  readonly interrupted: number;
}

/**
 * Alerts raised by data that are written by line protocol, while the service and its embedded database are killed (-9) and
 * the webhook that is told fails half of its calls. A killed service is started again on the same data and port; a killed
 * database is the running service's own business. Waits that only pass time (retries, leases of the dead) are cut short.
 */
export class AlertKills {
  readonly #kills = { service: 0, database: 0 };
  readonly #receiver: FlakyReceiver;
  readonly #settings: Record<string, string> = { CEI_SECRET_KEY: makeSecretKey() };
  #service: ServiceProcess | undefined;
  #token = '';
  #resent = 0;
  #released = 0;
  #hurrying = true;
  #problem: Error | undefined;
  #writer: Promise<void> | undefined;
  #hurry: Promise<void> | undefined;

  /** Lines in the order in which they are written: a station's second hour comes somewhere after its first. */
  readonly #lines: string[];
  readonly #courses: Course[];

  constructor(
    private readonly yard: ServiceYard,
    private readonly dataDir: string,
    private readonly alerts: number,
    random: { next(): number },
  ) {
    this.#receiver = new FlakyReceiver(random);
    this.#courses = Array.from(
      { length: alerts },
      () => courses[Math.floor(random.next() * courses.length)]!,
    );
    // The times of line protocol are the ends of the hours.
    const end = Math.floor(Date.now() / 1_000 / hourSeconds) * hourSeconds - hourSeconds;
    const line = (site: number, pm10: number, ends: number) =>
      `air,site=${siteOf(site)} pm10=${pm10} ${ends}`;
    this.#lines = this.#courses
      .flatMap((course, site) => {
        const at = site + random.next();
        const second = secondValue[course];
        const first = { at, text: line(site, 200, end) };
        return second === undefined
          ? [first]
          : [first, { at: at + random.next() * alerts * 0.2, text: line(site, second, end + hourSeconds) }];
      })
      .sort((one, other) => one.at - other.at)
      .map(({ text }) => text);
  }

  async start(): Promise<void> {
    this.#settings['PORT'] = String(await freePort());
    this.#service = await this.yard.start(this.dataDir, this.#settings);
    const admin = new Client(this.#service.address, await this.#service.firstToken());
    this.#token = admin.token;
    for (let site = 0; site < this.alerts; site += 1)
      await admin.createSite(siteOf(site), siteOf(site), 'air-station');
    const ask = async (method: string, path: string, body: object) => {
      const { status, body: answer } = await admin.send(method, `/api/v1/${path}`, {
        ...body,
        reason: '演练',
      });
      if (status > 299) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
    };
    await ask('POST', 'network-allowances', { target: '127.0.0.1' });
    const url = await this.#receiver.listen();
    const webhook = {
      type: 'webhook',
      url,
      secret: `whsec_${Buffer.from('secret of the receiver of the drill').toString('base64')}`,
    };
    await ask('POST', 'channels', { code: 'receiver', name: '接收方', settings: webhook });
    await ask('POST', 'channels', { code: 'others', name: '其他', settings: { type: 'inbox' } });
    await ask('PUT', 'routing', { routing });
    await ask('PUT', `rules/${rule.code}`, { rule });
    await this.#until('the rule is taken up', async () => {
      const [row] = await this.#query<{ done: boolean }>(
        `select bool_and(version = evaluated_version) as done from alert_rules where code = $1`,
        [rule.code],
      );
      return row?.done === true;
    });
    this.#writer = this.#write().catch((error: unknown) => void (this.#problem = error as Error));
    this.#hurry = this.#cutWaits().catch((error: unknown) => void (this.#problem = error as Error));
  }

  /** Lets data be written up to a share of all of them. */
  release(share: number): void {
    this.#released = Math.max(this.#released, Math.ceil(this.#lines.length * share));
  }

  /** Kills one of them, and brings it back as an operator would. */
  async kill(victim: AlertVictim): Promise<void> {
    this.#kills[victim] += 1;
    if (victim === 'database') {
      const pid = await findDatabasePid(this.dataDir);
      if (pid !== undefined) killServer(pid);
      return;
    }
    await this.#service!.kill();
    this.#service = await this.yard.start(this.dataDir, this.#settings);
    // Its leases would run out by themselves within half a minute.
    await this.#query('update channel_turns set lease_until = clock_timestamp() where holder is not null');
    await this.#query('update jobs set lease_until = clock_timestamp() where lease_until is not null');
  }

  /** Waits until the receiver has acknowledged so many messages more, or all that there will be. */
  async advance(messages: number): Promise<void> {
    const goal = this.#accepted() + messages;
    await this.#until(
      'messages are acknowledged again',
      async () => this.#accepted() >= goal || this.#allSaid(),
    );
  }

  /** Waits until everything is written, judged and delivered, and gathers what was stored and received. */
  async finish(): Promise<AlertOutcome> {
    this.release(1);
    await this.#writer;
    await this.#until('everything is delivered', () => this.#allSaid());
    this.#hurrying = false;
    await this.#hurry;
    const stored = await this.#query<OwedTransition>(
      `select t.reason, a.labels ->> 'site' as site from alert_transitions t join alerts a using (fingerprint)
        where t.withdrawn_at is null and a.rule_code = $1
          and t.reason <> all ('{became-pending,pending-ended}') order by t.id`,
      [rule.code],
    );
    const outbox = await this.#query<{ key: string; state: string }>(
      `select o.key, o.state from outbox o join channels c on c.id = o.channel_id where c.code = 'receiver'`,
    );
    const [row] = await this.#query<{ n: number }>(
      `select count(*)::integer as n from delivery_attempts where outcome = 'interrupted'`,
    );
    return {
      kills: this.#kills,
      owed: this.#owed(this.#lines.length),
      stored,
      outbox,
      calls: this.#receiver.calls,
      resent: this.#resent,
      interrupted: row!.n,
    };
  }

  async abandon(): Promise<void> {
    this.#hurrying = false;
    this.#released = 0;
    this.#problem ??= new Error('abandoned');
    await Promise.all([this.#writer, this.#hurry]);
    await this.#receiver.close();
  }

  #owed(lines: number): OwedTransition[] {
    const seen = new Set<string>();
    return this.#lines.slice(0, lines).map((line) => {
      const site = /site=(\S+)/.exec(line)![1]!;
      const reason = !seen.has(site) ? 'became-firing' : line.includes('=350') ? 'severity-rose' : 'resolved';
      seen.add(site);
      return { site, reason };
    });
  }

  #accepted(): number {
    return new Set(
      this.#receiver.calls.filter(({ answered }) => answered === 'accepted').map(({ key }) => key),
    ).size;
  }

  /** Writes what is released, each line until it is acknowledged. */
  async #write(): Promise<void> {
    for (let next = 0; next < this.#lines.length;) {
      if (this.#problem !== undefined) return;
      if (next >= this.#released) {
        await sleep(20);
        continue;
      }
      const answer = await fetch(
        `http://127.0.0.1:${this.#settings['PORT']}/api/v2/write?org=o&bucket=b&precision=s`,
        {
          method: 'POST',
          headers: { Authorization: `Token ${this.#token}` },
          body: this.#lines[next]!,
          signal: AbortSignal.timeout(20_000),
        },
      ).catch(() => undefined);
      if (answer?.status === 204) next += 1;
      else if (answer !== undefined && answer.status < 500)
        throw new Error(`a line is refused: ${answer.status} ${await answer.text()}`);
      else await sleep(50);
    }
  }

  /** Half a day of retries within seconds; dead letters are sent again, as a person does. */
  async #cutWaits(): Promise<void> {
    while (this.#hurrying) {
      await sleep(250);
      const dead = await this.#query<{ id: string }>(
        `with due as (
           update outbox set next_attempt_at = clock_timestamp()
            where state = 'queued' and next_attempt_at > clock_timestamp()),
         rested as (update channel_turns set blocked_until = null where blocked_until is not null)
         select id from outbox where state = 'dead'`,
      ).catch(() => []);
      for (const { id } of dead) {
        const admin = new Client(`http://127.0.0.1:${this.#settings['PORT']}`, this.#token);
        const answer = await admin
          .send('POST', `/api/v1/notifications/${id}/resend`, { reason: '演练' })
          .catch(() => undefined);
        if (answer?.status === 200) this.#resent += 1;
      }
    }
  }

  /** Whether nothing is left to be derived, judged or sent of what was released. */
  async #allSaid(): Promise<boolean> {
    const owed = this.#owed(this.#released).length;
    const [row] = await this.#query<{ waiting: boolean; stored: number }>(
      `select exists (select from pending_days) or exists (select from touches) or exists (select from alert_marks)
              or exists (select from outbox where state <> 'delivered') as waiting,
              (select count(*)::integer from alert_transitions t join alerts a using (fingerprint)
                where a.rule_code = $1 and t.withdrawn_at is null) as stored`,
      [rule.code],
    );
    return row !== undefined && !row.waiting && row.stored >= owed;
  }

  /** The database may be on its way back. */
  async #query<T extends object>(sql: string, params: unknown[] = []): Promise<T[]> {
    for (const end = Date.now() + patienceMs; ; await sleep(100)) {
      try {
        return await query<T & Record<string, unknown>>(await findDatabaseUrl(this.dataDir), sql, params);
      } catch (error) {
        if (Date.now() > end || this.#problem !== undefined) throw error;
      }
    }
  }

  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + patienceMs; !(await holds()); await sleep(100)) {
      if (this.#problem !== undefined) throw this.#problem;
      if (Date.now() > end) throw new Error(`in vain until ${what}:\n${this.#service!.stderr}`);
    }
  }
}

export const siteOf = (site: number): string => `alert-kill-${String(site).padStart(4, '0')}`;

const rule = {
  kind: 'threshold',
  code: 'alert-kills',
  titleZh: 'PM10 小时值偏高（演练）',
  offices: ['ecology'],
  source: '演练',
  scope: { kinds: ['air-station'] },
  measure: { of: 'value', interval: 'hour', indicator: 'pm10' },
  op: 'above',
  levels: [
    { severity: 'warning', threshold: '150' },
    { severity: 'critical', threshold: '300' },
  ],
  noDataForHours: 48,
  repeatHours: null,
  groupBy: ['rule', 'site'],
};

const routing = {
  root: {
    name: '其他',
    channels: ['others'],
    routes: [
      {
        name: '演练',
        match: [{ label: 'rule', op: '=', value: rule.code }],
        channels: ['receiver'],
        groupWaitMinutes: 0,
        groupIntervalMinutes: 0,
        quietHours: null,
        escalation: [],
      },
    ],
  },
  inhibitions: [],
  liveWindowHours: 6,
  // One by one, so that each can be accounted for.
  summaryAbove: 10_000,
};
