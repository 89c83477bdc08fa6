import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EmbeddedPostgresError, readOnlyError } from './embeddedError.js';
import { runProgram, type SystemUser } from './runProgram.js';

/** Whether Node runs as root, as which PostgreSQL refuses to run. Never so on Windows. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** The account for a new cluster: none unless we are root, then `postgres` where it exists, else `nobody`. */
export async function chooseUser(): Promise<SystemUser | undefined> {
  if (!isRoot()) return undefined;
  return (
    (await findUser('postgres')) ?? (await findUser('nobody')) ?? { uid: 65534, gid: 65534, name: 'nobody' }
  );
}

/** The account for an existing cluster: its owner, when we are root. Refuses what the owner cannot reach. */
export async function chooseOwner(clusterDir: string): Promise<SystemUser | undefined> {
  const { uid, gid } = await stat(clusterDir);
  if (!isRoot()) {
    if (process.platform !== 'win32' && uid !== process.geteuid?.()) {
      throw wrongOwner(clusterDir, uid);
    }
    return undefined;
  }
  if (uid === 0) throw wrongOwner(clusterDir, uid);
  const owner = { uid, gid, name: `uid ${uid}` };
  if (!(await canTraverse(clusterDir, owner))) {
    throw readOnlyError(clusterDir, new Error(`user ${owner.name} cannot enter a directory above it`));
  }
  return owner;
}

/**
 * Whether the permission bits let the user pass through the directory and everything above it. Access lists
 * and supplementary groups are ignored: at worst the answer is no, and another place is taken.
 */
export async function canTraverse(directory: string, user: SystemUser): Promise<boolean> {
  let current = await realpath(directory);
  for (;;) {
    const { mode, uid, gid } = await stat(current);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & 1) === 0) return false;
    const parent = dirname(current);
    if (parent === current) return true;
    current = parent;
  }
}

async function findUser(name: string): Promise<SystemUser | undefined> {
  const [uid, gid] = await Promise.all([readId('-u', name), readId('-g', name)]);
  // An account of root's number would not help: PostgreSQL refuses it.
  return uid && gid !== undefined ? { uid, gid, name } : undefined;
}

async function readId(flag: '-u' | '-g', name: string): Promise<number | undefined> {
  try {
    const { exitCode, output } = await runProgram('id', [flag, name]);
    return exitCode === 0 && /^\d+\s*$/.test(output) ? Number(output) : undefined;
  } catch {
    return undefined;
  }
}

function wrongOwner(clusterDir: string, uid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'wrong-owner',
    uid === 0
      ? `${clusterDir} 属于 root，而 PostgreSQL 不以 root 身份运行。请把它改归原来的用户（chown -R）后重试。`
      : `${clusterDir} 属于用户 ${uid}。请用该用户或 root 启动，或另设 DATA_DIR。`,
    uid === 0
      ? `${clusterDir} belongs to root, as which PostgreSQL does not run. Give it back to its user (chown -R) and try again.`
      : `${clusterDir} belongs to user ${uid}. Start as that user or as root, or set another DATA_DIR.`,
  );
}
