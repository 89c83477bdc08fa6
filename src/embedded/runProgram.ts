import { spawn, type ChildProcess } from 'node:child_process';
import { parse } from 'node:path';

/** The unprivileged account that PostgreSQL's programs run as when we are root. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

export interface ProgramOptions {
  /** Absent: the user that runs Node. */
  readonly user?: SystemUser | undefined;
  /** Default: the root of the file system, since the current directory may be closed to `user`. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface ProgramResult {
  readonly exitCode: number | null;
  /** Standard output and standard error in the order in which they came. */
  readonly output: string;
}

/** What programs need from our environment; everything else (PG*, locale, secrets) stays here. */
const passedOn =
  /^(PATH|PATHEXT|SystemRoot|SystemDrive|windir|ComSpec|TEMP|TMP|TMPDIR|USERNAME|USERPROFILE|LD_LIBRARY_PATH|LD_PRELOAD|NSS_WRAPPER_\w+)$/i;

/**
 * Runs a program to its end and returns its exit code and output. Rejects when it cannot be started. The
 * locale is C and the time zone UTC, so that messages can be read and clusters come out the same everywhere.
 */
export function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    // Some failures to spawn are thrown, others come as an event: a throw in here rejects as well.
    const child = spawn(file, args, {
      cwd: options.cwd ?? parse(process.execPath).root,
      env: { ...childEnvironment(), ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // spawn takes 32-bit signed numbers, while `nobody` of macOS is 4294967294.
      ...(options.user && { uid: options.user.uid | 0, gid: options.user.gid | 0 }),
    });
    child.on('error', reject);
    collect(child, resolve);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input);
  });
}

function collect(child: ChildProcess, done: (result: ProgramResult) => void): void {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => (output += text));
  }
  child.on('close', (exitCode) => done({ exitCode, output }));
  // On Windows the server inherits pg_ctl's pipes, and 'close' waits for the server itself.
  child.on('exit', (exitCode) => {
    const timer = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      done({ exitCode, output });
    }, 1000);
    child.on('close', () => clearTimeout(timer));
  });
}

function childEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && passedOn.test(name)) environment[name] = value;
  }
  return { ...environment, LC_ALL: 'C', LANG: 'C', TZ: 'UTC' };
}
