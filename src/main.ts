import { runService, type RunningService } from './app/runService.js';
import { ConfigError, parseConfig } from './config.js';
import { createLogger } from './log.js';

const started = Date.now();
const say = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const logger = createLogger(config.logLevel);
  const running: { service?: RunningService; stopping: boolean } = { stopping: false };
  const stop = (signal: string) => {
    const { service } = running;
    if (running.stopping || service === undefined) {
      // Asked a second time, or before anything is up that could be drained: the database survives and is adopted.
      process.exit(130);
    }
    running.stopping = true;
    complain(`收到 ${signal}，正在停止… / stopping`);
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'shutdown failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  running.service = await runService(config, { demo: process.argv.includes('--demo') }, logger, {
    tell: (message) => complain(`[${((Date.now() - started) / 1000).toFixed(1)} s] ${message}`),
    print: say,
  });
}

try {
  await main();
} catch (error) {
  const { message, cause } = error as Error;
  complain(`启动失败 / could not start:\n${message}`);
  // Our own refusals explain themselves; anything else needs its trace.
  if (!(error instanceof ConfigError) && cause === undefined && process.env['LOG_LEVEL'] === 'debug') {
    complain((error as Error).stack ?? '');
  }
  process.exit(1);
}
