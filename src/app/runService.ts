import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Recomputation } from '../assessment/recompute.js';
import { VerdictHistory } from '../assessment/verdictHistory.js';
import type { Config } from '../config.js';
import { Delivery } from '../delivery/delivery.js';
import { demoAsOf } from '../demo/demoData.js';
import { addDemoInbox } from '../demo/demoInbox.js';
import { findDemo, loadDemo } from '../demo/loadDemo.js';
import { publishDemo } from '../demo/publishDemo.js';
import { addDays, hourMs, instantOfDay } from '../domain/calendar.js';
import { createApp } from '../http/app.js';
import { trustOf } from '../http/clientAddress.js';
import { createWriteHandler } from '../http/lineProtocol/writeHandler.js';
import { createHttpMetrics } from '../http/metrics.js';
import { addMirrorMetrics } from '../http/mirrorMetrics.js';
import { createHttpServer } from '../http/server.js';
import type { Services } from '../http/services.js';
import { DeviceIngest } from '../ingest/devices/deviceIngest.js';
import { clearIncoming } from '../ingest/incomingFiles.js';
import type { Logger } from '../log.js';
import { forgetMirror, Mirror } from '../mirror/mirror.js';
import { messageCost } from '../notify/pace.js';
import { startScheduler } from '../schedule/scheduler.js';
import { resealSecrets } from '../store/channels.js';
import { createJobStore } from '../store/jobs.js';
import { markMinuteDays } from '../store/minuteHours.js';
import { createPool, inTransaction } from '../store/pool.js';
import { createTokenStore } from '../store/tokens.js';
import { createAlertJobs } from './alerting.js';
import { createAlertMetrics } from './alertMetrics.js';
import { createFaultPoint } from './faultPoint.js';
import { mirrorFigures } from './mirrorService.js';
import { openDatabase, type OpenDatabase } from './openDatabase.js';
import { markFigure } from './publishedFigureService.js';
import { openSecretBox } from './secretKey.js';
import { createSend, pace } from './senders.js';
import { createServices, uploadsDirOf } from './services.js';
import { DemoStage, isStageOpen } from './stageDemoAlerts.js';
import { formatTargetTable } from './targetTable.js';

const drainMs = 30_000;
const sendTimeoutMs = 20_000;
// A receiver that does not answer is told from a sender that hangs.
const answerTimeoutMs = 15_000;
const yearMs = 365 * 86_400_000;

/** A service that is up. */
export interface RunningService {
  readonly address: string;
  /** Drains requests, stops jobs, closes the pool, then stops the embedded database. */
  stop(): Promise<void>;
}

/** Where start-up speaks: `tell` is progress, `print` the lines that a person or script reads. */
export interface Terminal {
  readonly tell: (message: string) => void;
  readonly print: (line: string) => void;
}

/**
 * Starts everything: database, schema, seeds, demonstration data when asked for, jobs, HTTP. The last line printed is
 * an administrator's token when one was made.
 */
export async function runService(
  config: Config,
  options: { readonly demo: boolean },
  logger: Logger,
  terminal: Terminal,
): Promise<RunningService> {
  // The demonstration has a directory of its own: generated figures never stand among real ones.
  const dataDir = options.demo ? join(config.dataDir, 'demo') : config.dataDir;
  await checkPort(config);
  await mkdir(dataDir, { recursive: true });
  const database = await openDatabase(config, dataDir, 'service', logger, terminal.tell);
  try {
    return await serve(config, options.demo, dataDir, database, logger, terminal);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function serve(
  config: Config,
  demo: boolean,
  dataDir: string,
  database: OpenDatabase,
  logger: Logger,
  terminal: Terminal,
): Promise<RunningService> {
  const { pool } = database;
  const recomputation = new Recomputation(pool, logger);
  if (demo) await loadDemo(pool, (rows) => terminal.tell(`装入示例数据：${rows} 行 / demonstration rows`));
  await recomputation.drain((days) => terminal.tell(`计算统计值：${days} 个站点日 / site days recomputed`));
  if (demo)
    await publishDemo(pool, (client, actor) =>
      markFigure(client, actor, {
        kind: 'group-mean',
        subject: 'air-county-evaluation/pm10',
        period: '2025-03',
        document: '环境质量月报（示例）',
        date: '2025-04-10',
      }),
    );
  if (demo) await addDemoInbox(pool);
  await clearIncoming(uploadsDirOf(dataDir));
  const isDemo = (await findDemo(pool)) !== undefined;
  const reached = createFaultPoint(config.faultPoint, () => database.killServer());
  const devicePool = createPool(database.url, 3, logger);
  const ingest = new DeviceIngest({
    pool: devicePool,
    now: () => new Date(),
    ...(config.faultPoint === undefined ? {} : { reached }),
  });
  const metrics = createHttpMetrics();
  const box = await openSecretBox(config, demo, dataDir);
  if (box !== undefined) await inTransaction(pool, (client) => resealSecrets(client, box));
  const sending = {
    send: createSend(pool, answerTimeoutMs),
    costOf: messageCost,
    box,
    logger,
    timeoutMs: sendTimeoutMs,
  };
  const observe = createAlertMetrics(metrics.registry, pool);
  const delivery = new Delivery({ ...sending, pool, pace, observe });
  const mirror = await openMirror(config, isDemo, database, logger, terminal);
  const stage = new DemoStage();
  const services = createServices({
    pool,
    engine: database.engine.label,
    recomputation,
    dataDir,
    maxUploadBytes: config.maxUploadBytes,
    maxUploadRows: config.maxUploadRows,
    judgeDate: config.judgeDate ?? (isDemo ? demoAsOf : undefined),
    demo: isDemo,
    now: () => new Date(),
    reached,
    ingest,
    sending,
    wakeDelivery: () => delivery.trigger(),
    mirror,
    stagingAlerts: () => stage.isRunning(),
  });
  if (mirror !== undefined) addMirrorMetrics(metrics.registry, () => mirrorFigures(mirror, new Date()));
  const trustsProxy = trustOf(config.trustedProxies);
  const takesWrite = createWriteHandler({
    ingest,
    tokens: services.tokens,
    logger,
    metrics,
    checkReady: () => services.checkReady(),
    trustsProxy,
  });
  const { maxUploadBytes } = config;
  const app = createApp(services, { logger, maxUploadBytes, metrics, trustProxy: trustsProxy });
  const server = createHttpServer(app, undefined, takesWrite);
  const answering = trackAnswers(server);
  const address = await listen(server, config);
  mirror?.start();
  const history = new VerdictHistory(
    pool,
    logger,
    () => services.judgeDate(),
    () => ingest.queue.isBusy(),
  );
  // Messages of the demonstration carry the links that those of a county with PUBLIC_URL carry.
  const publicUrl = config.publicUrl ?? (demo ? address : undefined);
  // Before the first job can begin: by the clock of the jobs the data of the stage are of the past.
  if (demo && (await isStageOpen(pool)))
    stage.start({
      pool,
      logger,
      dataDir,
      publicUrl,
      recomputation,
      alerts: services.alerting.alerts,
      delivery,
    });
  const scheduler = await startScheduler(
    [
      {
        name: 'recompute',
        expression: '*/10 * * * * *',
        async run() {
          // A flood of readings goes first; figures follow in small steps meanwhile.
          await recomputation.drainUnless(() => ingest.queue.isBusy());
          if (!ingest.queue.isBusy()) history.trigger();
        },
      },
      // Hours whose last minutes did not come are made of those that did.
      { name: 'minute-hours', expression: '0 3 * * * *', makesUp: true, run: () => markMinuteDays(pool) },
      // Every day is recorded also when nothing was written on it.
      { name: 'verdict-history', expression: '0 5 0 * * *', makesUp: true, run: () => history.drain() },
      ...createAlertJobs({
        pool,
        logger,
        dataDir,
        isBusy: () => ingest.queue.isBusy(),
        now: isDemo ? demoClock(Date.now()) : Date.now,
        publicUrl,
        delivery,
      }),
    ].map((job) => stage.hold(job)),
    createJobStore(pool),
    logger,
  );
  delivery.start();
  await announce(services, address, database.engine.label, isDemo, terminal);
  const token = await makeToken(pool, demo);
  terminal.print(`服务已就绪 / ready${token === undefined ? '' : '；管理员令牌 / administrator token:'}`);
  if (token !== undefined) terminal.print(token);
  return {
    address,
    async stop() {
      await closeServer(server, answering, logger);
      history.stop();
      await stage.stop();
      await scheduler.stop();
      await delivery.stop();
      await history.stopped();
      await recomputation.stop();
      await mirror?.stop();
      await ingest.queue.idle();
      await devicePool.end();
      await database.close();
    },
  };
}

/** The mirror that is configured. One that was, and is not any more, is forgotten. */
async function openMirror(
  { mirror: address }: Config,
  demo: boolean,
  { pool }: OpenDatabase,
  logger: Logger,
  { tell }: Terminal,
): Promise<Mirror | undefined> {
  if (address !== undefined && !demo) return new Mirror({ pool, address, logger });
  if (address !== undefined)
    tell('示例数据不镜像到 InfluxDB / demonstration data are not mirrored to an InfluxDB');
  if (await forgetMirror(pool))
    tell('已停止镜像到 InfluxDB，再开启时从头镜像 / mirroring is off; turned on again it begins anew');
  return undefined;
}

async function announce(
  services: Services,
  address: string,
  engine: string,
  demo: boolean,
  { print }: Terminal,
): Promise<void> {
  const asOf = services.judgeDate();
  const targets = await services.targets.list(asOf, 'zh', {});
  print(`${demo ? '【示例数据】' : ''}两份方案的目标，按截至 ${asOf} 的数据判定：`);
  print(formatTargetTable(targets));
  print('');
  print(`数据库 / database: ${engine}`);
  print(`网页 / page:       ${address}/`);
  print(`接口说明 / API:    ${address}/docs`);
}

/** The first token of an installation; the demonstration gets a new one at every start. */
async function makeToken(pool: OpenDatabase['pool'], demo: boolean): Promise<string | undefined> {
  const tokens = createTokenStore(pool);
  const expiresAt = new Date(Date.now() + yearMs).toISOString();
  const first = await tokens.createFirstAdminToken({ name: '首个管理员', office: '系统', expiresAt });
  if (first !== undefined || !demo) return first;
  const actor = { tokenId: null, name: '示例', office: '演示', role: 'admin' as const };
  return (await tokens.create(actor, { name: '演示管理员', office: '演示', role: 'admin', expiresAt })).token;
}

/** Finds out before minutes of work whether the port can be had at all. */
async function checkPort(config: Config): Promise<void> {
  const probe = createServer();
  await listen(probe, config);
  probe.close();
  await once(probe, 'close');
}

async function listen(server: Server, { host, port }: Config): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'EADDRINUSE'
        ? `端口 ${port} 已被其他程序占用，请用 PORT 换一个 / port ${port} is in use; set PORT to another`
        : `无法在 ${host}:${port} 上监听（${code}），请检查 HOST 和 PORT / cannot listen there; check HOST and PORT`;
    throw new Error(reason, { cause: error });
  }
  const bound = server.address() as AddressInfo;
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `http://${name}:${bound.port}`;
}

/** The answers under way. */
function trackAnswers(server: Server): ReadonlySet<ServerResponse> {
  const answering = new Set<ServerResponse>();
  server.on('request', (_request, response) => {
    answering.add(response);
    response.once('close', () => answering.delete(response));
  });
  return answering;
}

async function closeServer(
  server: Server,
  answering: ReadonlySet<ServerResponse>,
  logger: Logger,
): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  // A connection kept alive after its last answer would hold the server open until its client lets go.
  for (const response of answering) {
    const { socket } = response;
    response.once('finish', () => socket?.end());
  }
  const timer = setTimeout(() => {
    logger.warn('requests still under way after 30 s are cut off');
    server.closeAllConnections();
  }, drainMs);
  await closed;
  clearTimeout(timer);
}

/** A clock that stands at the morning after the demonstration's last day when the service starts. */
function demoClock(startedAt: number): () => number {
  const morning = instantOfDay(addDays(demoAsOf, 1)) + 9 * hourMs;
  return () => morning + (Date.now() - startedAt);
}
