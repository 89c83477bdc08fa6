import { chown, lstat, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, errorCode } from './embeddedError.js';
import { writePrivateFile } from './ownDirectory.js';
import { isRoot } from './systemUser.js';

/** What has to be known of a cluster besides its files; kept in the data directory, for its owner only. */
export interface ClusterState {
  readonly password: string;
  /** The port of the last start, taken again when it is free. */
  readonly port?: number | undefined;
  /** The database of the last start. */
  readonly database?: string | undefined;
  /** Where the cluster is when it could not live in the data directory. */
  readonly clusterDir?: string | undefined;
}

/** The superuser of every cluster we make. */
export const superuser = 'postgres';

/** The state file of the data directory. */
export function stateFilePath(dataDir: string): string {
  return join(dataDir, 'postgres.json');
}

/** Reads the state, or undefined where none was written; an unreadable file is an error, never a new password. */
export async function readState(dataDir: string): Promise<ClusterState | undefined> {
  const file = stateFilePath(dataDir);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const state = parseState(text);
  if (state) return state;
  throw new EmbeddedPostgresError(
    'start-failed',
    `${file} 的内容无法识别。数据库本身未受影响；请删除该文件，下次启动会重设内部密码。`,
    `${file} cannot be understood. The database itself is not affected; delete the file, and the next start sets a new internal password.`,
  );
}

/** Writes the state when it differs from what is there; it belongs to whoever owns the cluster. */
export async function writeState(dataDir: string, state: ClusterState, clusterDir: string): Promise<void> {
  const file = stateFilePath(dataDir);
  const text = `${JSON.stringify(state, null, 2)}\n`;
  const owner = isRoot() ? await stat(clusterDir) : undefined;
  if (await hasContent(file, text)) {
    const entry = await lstat(file);
    if (owner && entry.isFile() && entry.uid !== owner.uid) await chown(file, owner.uid, owner.gid);
    return;
  }
  await writePrivateFile(file, text, owner);
}

async function hasContent(file: string, text: string): Promise<boolean> {
  try {
    const privately = process.platform === 'win32' || ((await stat(file)).mode & 0o077) === 0;
    return privately && (await readFile(file, 'utf8')) === text;
  } catch {
    return false;
  }
}

function parseState(text: string): ClusterState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('password' in value)) return undefined;
  const { password, port, database, clusterDir } = value as Record<string, unknown>;
  if (typeof password !== 'string' || password === '') return undefined;
  return {
    password,
    port: typeof port === 'number' ? port : undefined,
    database: typeof database === 'string' ? database : undefined,
    clusterDir: typeof clusterDir === 'string' ? clusterDir : undefined,
  };
}
