import { parseArgs } from 'node:util';
import { ConfigError, parseConfig } from '../config.js';
import { DomainError } from '../domain/domainError.js';
import { formatMend, formatMessage } from '../domain/messages.js';
import { createLogger } from '../log.js';
import { flagOption, UsageError, type Command } from './command.js';
import { archiveCommand, unarchiveCommand } from './commands/archive.js';
import { backupCommand, restoreCommand } from './commands/backup.js';
import { exportCommand } from './commands/exportReadings.js';
import { importCommand } from './commands/importFiles.js';
import { judgeCommand } from './commands/judge.js';
import { ledgerCommand } from './commands/ledger.js';
import { migrateCommand } from './commands/migrate.js';
import { planCommand, targetCommand } from './commands/plans.js';
import { pushCommand } from './commands/push.js';
import { targetsCommand } from './commands/targets.js';
import { templateCommand } from './commands/templates.js';
import { tokenCommand } from './commands/tokens.js';
import { verifyCommand } from './commands/verify.js';
import { exitCodes, exitCodesHelp } from './exitCodes.js';
import { openForCommand, type CommandDatabase } from './openForCommand.js';

const commands: readonly Command[] = [
  migrateCommand,
  importCommand,
  exportCommand,
  templateCommand,
  judgeCommand,
  targetsCommand,
  ledgerCommand,
  planCommand,
  targetCommand,
  tokenCommand,
  pushCommand,
  verifyCommand,
  backupCommand,
  restoreCommand,
  archiveCommand,
  unarchiveCommand,
];

const print = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`${line}\n`);
// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failed);
});

async function main(words: readonly string[]): Promise<number> {
  // Only the options that every command has may stand before its name.
  const at = words.findIndex((word) => !word.startsWith('-'));
  const name = at < 0 ? undefined : words[at];
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return showOverview(name, words);
  const { values, positionals } = parseWords(command, words.toSpliced(at, 1));
  if (values['help'] === true || positionals[0] === 'help') {
    showHelp(command, print);
    return exitCodes.ok;
  }
  return runCommand(command, positionals, values);
}

async function runCommand(
  command: Command,
  words: readonly string[],
  options: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const config = parseConfig(process.env);
  const logger = createLogger(config.logLevel === 'info' ? 'warn' : config.logLevel);
  let opened: Promise<CommandDatabase> | undefined;
  const open = () => (opened ??= openForCommand(config, options['demo'] === true, logger));
  try {
    return await command.run({ config, logger, open, words, options, print, tell: complain });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`${error.message}\n用法 / usage: ${command.usage}`);
    complain(`示例见 / examples: ${command.name} --help`);
    return exitCodes.usage;
  } finally {
    // Where it could not be opened, that is what the command has failed with.
    await (await opened?.catch(() => undefined))?.close();
  }
}

function parseWords(command: Command, words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: { ...command.options, demo: flagOption, help: { ...flagOption, short: 'h' } },
    });
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(`${(error as Error).message}\n用法 / usage: ${command.usage}`);
  }
}

function showHelp(command: Command, say: (line: string) => void): void {
  say(`${command.summary}\n`);
  say(`用法 / usage: npm run --silent cli -- ${command.usage}`);
  for (const line of command.help) say(line);
  for (const line of ['', ...exitCodesHelp]) say(line);
}

function showOverview(name: string | undefined, words: readonly string[]): number {
  const asked = name === 'help' || words.some((word) => word === '--help' || word === '-h');
  const say = asked || name === undefined ? print : complain;
  if (name !== undefined && !asked) complain(`没有这个命令 / unknown command: ${name}`);
  say('用法 / usage: npm run --silent cli -- 命令 [--demo] [--help]\n');
  for (const { usage, summary } of commands) say(`  ${usage}\n      ${summary}`);
  for (const line of ['', ...exitCodesHelp]) say(line);
  return name === undefined || asked ? exitCodes.ok : exitCodes.usage;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof DomainError) {
    complain(formatMessage(error.code, 'zh', error.params));
    complain(formatMend(error.code, 'zh', error.params));
  } else {
    complain((error as Error).message);
  }
  process.exitCode =
    error instanceof ConfigError || error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}
