import { readdir, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runProgram } from '../embedded/runProgram.js';
import { BackupError } from './backupError.js';

const debianRoot = '/usr/lib/postgresql';

/** `pg_dump` and `pg_restore` of one installation. */
export interface PostgresPrograms {
  readonly pgDump: string;
  readonly pgRestore: string;
  readonly major: number;
}

/**
 * Finds `pg_dump` and `pg_restore` of the server's major or newer, the oldest that will do.
 *
 * @param given where the user says they are; then they are looked for nowhere else
 * @throws BackupError that names what was found, and where
 */
export async function findPostgresPrograms(
  serverMajor: number,
  given: string | undefined,
  path = process.env['PATH'] ?? '',
): Promise<PostgresPrograms> {
  const found: PostgresPrograms[] = [];
  for (const directory of given === undefined ? await searchPlaces(path) : [given]) {
    const programs = { pgDump: join(directory, 'pg_dump'), pgRestore: join(directory, 'pg_restore') };
    const majors = [await majorOf(programs.pgDump), await majorOf(programs.pgRestore)];
    if (majors.some((major) => major === undefined)) continue;
    found.push({ ...programs, major: Math.min(...majors.map(Number)) });
  }
  const [best] = found.filter(({ major }) => major >= serverMajor).sort((a, b) => a.major - b.major);
  if (best !== undefined) return best;
  const list = found.map(({ pgDump, major }) => `${pgDump}: ${major}`).join(', ');
  const where = given ?? `PATH, ${debianRoot}/*/bin`;
  throw new BackupError(
    `服务器是 PostgreSQL ${serverMajor}，需要同版本或更新的 pg_dump 和 pg_restore；` +
      `在 ${where} 找到的：${list || '没有'}。请安装 postgresql-client-${serverMajor}，或用 --pg-bin 指明目录`,
    `the server is PostgreSQL ${serverMajor}: pg_dump and pg_restore of that major or newer are needed; ` +
      `found in ${where}: ${list || 'none'}. Install postgresql-client-${serverMajor} or name a directory with --pg-bin`,
  );
}

async function searchPlaces(path: string): Promise<string[]> {
  const majors = await readdir(debianRoot).catch(() => []);
  return [
    ...path.split(delimiter).filter((place) => place !== ''),
    ...majors.map((major) => join(debianRoot, major, 'bin')),
  ];
}

async function majorOf(program: string): Promise<number | undefined> {
  if (!(await stat(program).catch(() => undefined))?.isFile()) return undefined;
  const { output } = await runProgram(program, ['--version']).catch(() => ({ output: '' }));
  const major = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
  return major === undefined ? undefined : Number(major);
}
