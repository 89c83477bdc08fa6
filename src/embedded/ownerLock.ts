import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { connect } from './connection.js';
import { dataInUseError } from './embeddedError.js';
import { isAlive } from './postmaster.js';

/** `cei` and `own` in ASCII: whoever holds this advisory lock owns the cluster's server. */
const lockKeys = [0x00636569, 0x006f776e] as const;
const retakeMs = 1_000;
const deadHolderPatienceMs = 10_000;
const purposesZh: Record<string, string> = { service: '服务', command: '命令行', test: '测试' };

/** Whether the lock is ours, somebody else's, or cannot be asked for because the server is gone. */
export type Ownership = 'ours' | 'foreign' | 'unreachable';

/**
 * Ownership of a running server for as long as this process wants it: a session advisory lock on a connection
 * of its own, which the server gives up by itself when the process dies.
 */
export class OwnerLock {
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #released = false;

  private constructor(
    private readonly url: string,
    private readonly applicationName: string,
  ) {}

  /** Takes the lock or throws `data-in-use` naming the holder. */
  static async acquire(url: string, purpose: string, clusterDir: string): Promise<OwnerLock> {
    const lock = new OwnerLock(url, `cei-${purpose} pid=${process.pid}`);
    const deadline = Date.now() + deadHolderPatienceMs;
    while ((await lock.#take()) === 'foreign') {
      const holder = await lock.#findHolder();
      // The server may not have noticed yet that the holder was killed.
      if (holder !== undefined && (isAlive(holder.pid) || Date.now() > deadline)) {
        lock.#released = true;
        throw dataInUseError(
          clusterDir,
          `另一进程（${purposesZh[holder.purpose] ?? holder.purpose}，进程号 ${holder.pid}）`,
          `another process (${holder.purpose}, pid ${holder.pid})`,
        );
      }
      if (Date.now() > deadline) throw dataInUseError(clusterDir, '另一进程', 'another process');
      await sleep(100);
    }
    if (!lock.#client) throw new Error('the embedded database closed the connection while starting');
    return lock;
  }

  /** Asks anew, since a restart of the server's processes drops all connections and their locks. */
  async check(): Promise<Ownership> {
    if (this.#client) return 'ours';
    try {
      return await this.#take();
    } catch {
      return 'unreachable';
    }
  }

  /** Gives the lock up; safe to call again, and after the server is gone. */
  async release(): Promise<void> {
    this.#released = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    if (client) await Promise.race([client.end().catch(() => undefined), sleep(2_000)]);
  }

  async #take(): Promise<'ours' | 'foreign'> {
    const client = await connect(this.url, this.applicationName, () => this.#lost(client));
    try {
      const { rows } = await client.query<{ taken: boolean }>(
        'select pg_try_advisory_lock($1, $2) as taken',
        [...lockKeys],
      );
      if (rows[0]?.taken && !this.#released) {
        this.#client = client;
        return 'ours';
      }
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    await client.end().catch(() => undefined);
    return 'foreign';
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#scheduleRetake();
  }

  #scheduleRetake(): void {
    clearTimeout(this.#timer);
    if (this.#released) return;
    this.#timer = setTimeout(() => {
      void this.check().then((ownership) => {
        if (ownership !== 'ours') this.#scheduleRetake();
      });
    }, retakeMs);
    this.#timer.unref();
  }

  async #findHolder(): Promise<{ purpose: string; pid: number } | undefined> {
    const client = await connect(this.url, 'cei-probe');
    try {
      const { rows } = await client.query<{ name: string }>(
        `select a.application_name as name
           from pg_locks l
           join pg_stat_activity a on a.pid = l.pid
          where l.locktype = 'advisory' and l.granted and l.objsubid = 2
            and l.classid = $1 and l.objid = $2`,
        [...lockKeys],
      );
      const match = /^cei-(\w+) pid=(\d+)$/.exec(rows[0]?.name ?? '');
      return match ? { purpose: match[1] ?? '', pid: Number(match[2]) } : undefined;
    } finally {
      await client.end();
    }
  }
}
