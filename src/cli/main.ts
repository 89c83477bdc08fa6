import { parseArgs } from 'node:util';
import { ConfigError, parseConfig } from '../config.js';
import { DomainError } from '../domain/domainError.js';
import { formatMend, formatMessage } from '../domain/messages.js';
import { createLogger } from '../log.js';
import { UsageError, type Command } from './command.js';
import { importCommand } from './commands/importFiles.js';
import { planCommand, targetCommand } from './commands/plans.js';
import { targetsCommand } from './commands/targets.js';
import { tokenCommand } from './commands/tokens.js';
import { openForCommand } from './openForCommand.js';

const migrateCommand: Command = {
  name: 'migrate',
  usage: 'migrate',
  summary: '更新数据库结构与基础数据 / bring schema and seeds up to date',
  // Opening the database does both.
  run: () => Promise.resolve(0),
};

const commands = [migrateCommand, importCommand, targetsCommand, planCommand, targetCommand, tokenCommand];
const exitUsage = 64;

const print = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const { values, positionals } = parseCommandLine();
  const [name, ...words] = positionals;
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    complain('用法 / usage: npm run --silent cli -- 命令 [--demo]\n');
    for (const { usage, summary } of commands) complain(`  ${usage}\n      ${summary}`);
    return name === undefined || name === 'help' ? 0 : exitUsage;
  }
  const config = parseConfig(process.env);
  const logger = createLogger(config.logLevel === 'info' ? 'warn' : config.logLevel);
  const database = await openForCommand(config, values['demo'] === true, logger);
  try {
    return await command.run({ config, logger, database, words, options: values, print });
  } catch (error) {
    if (error instanceof UsageError) complain(`${error.message}\n用法 / usage: ${command.usage}`);
    else throw error;
    return exitUsage;
  } finally {
    await database.close();
  }
}

function parseCommandLine() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  return parseArgs({
    allowPositionals: true,
    options: {
      demo: flag,
      json: flag,
      'dry-run': flag,
      overwrite: flag,
      'skip-rows': flag,
      'as-of': text,
      name: text,
      office: text,
      role: text,
      days: text,
      by: text,
      year: text,
      date: text,
      site: text,
      sheet: text,
      interval: text,
      'hour-label': text,
      reason: text,
    },
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof DomainError) {
    complain(formatMessage(error.code, 'zh', error.params));
    complain(formatMend(error.code, 'zh', error.params));
  } else {
    complain((error as Error).message);
  }
  process.exitCode = error instanceof ConfigError || error instanceof TypeError ? exitUsage : 1;
}
