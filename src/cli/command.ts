import type { ParseArgsConfig } from 'node:util';
import type { Config } from '../config.js';
import { addDays, dayOfInstant, isDay } from '../domain/calendar.js';
import type { Actor } from '../domain/role.js';
import type { Logger } from '../log.js';
import type { CommandDatabase } from './openForCommand.js';

/** Wrong words on the command line; the usage is shown with it. */
export class UsageError extends Error {}

export interface CommandContext {
  readonly config: Config;
  readonly logger: Logger;
  /** Opens the database, once; it is closed when the command has ended. */
  readonly open: () => Promise<CommandDatabase>;
  /** Words after the command's name. */
  readonly words: readonly string[];
  /** `--name value` options; flags are `true`. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** A line of the answer, on standard output. */
  readonly print: (line: string) => void;
  /** A line about the work, on standard error. */
  readonly tell: (line: string) => void;
}

/** One command of the command line. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** What `--help` shows below the usage: options and examples. */
  readonly help: readonly string[];
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Returns the exit code. */
  readonly run: (context: CommandContext) => Promise<number>;
}

export const textOption = { type: 'string' } as const;
export const flagOption = { type: 'boolean' } as const;

/** Who acts on the command line: whoever may read the data directory, named by `--by` where it matters. */
export function commandActor(options: CommandContext['options']): Actor {
  return { tokenId: null, name: textOf(options, 'by') ?? '命令行', office: '系统', role: 'admin' };
}

/** The text of an option, or `undefined` when it is not given. */
export function textOf(options: CommandContext['options'], name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The text of an option that must be given. */
export function requireOption(options: CommandContext['options'], name: string): string {
  const value = textOf(options, name);
  if (value === undefined || value === '') throw new UsageError(`缺少 --${name} / --${name} is missing`);
  return value;
}

/** One of the words that an option may be. */
export function choiceOf<T extends string>(
  options: CommandContext['options'],
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = textOf(options, name);
  const found = choices.find((choice) => choice === value);
  if (value !== undefined && found === undefined) throw new UsageError(`--${name}: ${choices.join(' | ')}`);
  return found;
}

/** A day that an option names. */
export function dayOf(options: CommandContext['options'], name: string): string | undefined {
  const value = textOf(options, name);
  if (value !== undefined && !isDay(value)) throw new UsageError(`--${name}: YYYY-MM-DD`);
  return value;
}

/** A year that an option names. */
export function yearOf(options: CommandContext['options'], name = 'year'): number | undefined {
  const value = textOf(options, name);
  if (value !== undefined && !/^(?:19|20)\d{2}$/.test(value)) throw new UsageError(`--${name}: 2025`);
  return value === undefined ? undefined : Number(value);
}

/** The day as of which targets are judged unless another is asked for: the setting, or yesterday in Beijing. */
export function usualJudgeDate(config: Config): string {
  return config.judgeDate ?? addDays(dayOfInstant(Date.now()), -1);
}
