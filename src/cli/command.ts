import type { Config } from '../config.js';
import type { Actor } from '../domain/role.js';
import type { Logger } from '../log.js';
import type { CommandDatabase } from './openForCommand.js';

/** Wrong words on the command line; the usage is shown with it. */
export class UsageError extends Error {}

export interface CommandContext {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: CommandDatabase;
  /** Words after the command's name. */
  readonly words: readonly string[];
  /** `--name value` options; flags are `true`. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly print: (line: string) => void;
}

/** One command of the command line. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** Returns the exit code: 0 done, 1 refused or faulty input. */
  readonly run: (context: CommandContext) => Promise<number>;
}

/** Who acts on the command line: whoever may read the data directory, named by `--by` where it matters. */
export function commandActor(options: CommandContext['options']): Actor {
  const name = typeof options['by'] === 'string' ? options['by'] : '命令行';
  return { tokenId: null, name, office: '系统', role: 'admin' };
}

/** The text of an option that must be given. */
export function requireOption(options: CommandContext['options'], name: string): string {
  const value = options[name];
  if (typeof value !== 'string' || value === '')
    throw new UsageError(`缺少 --${name} / --${name} is missing`);
  return value;
}
