import { readdirSync, readFileSync } from 'node:fs';
import { errorCode } from './embeddedError.js';

/**
 * Kills a server and all of its processes at once, as a power cut does. Of a server that has lost its first process
 * only, the others finish what they are fed without a pause, and may commit. Where the system does not tell a process's
 * children, only the first one is killed.
 *
 * @param pid the server's first process
 */
export function killServer(pid: number): void {
  // First of all the one that would start others.
  for (const each of [pid, ...childrenOf(pid)]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error;
    }
  }
}

function childrenOf(parent: number): number[] {
  return processNumbers().filter((pid) => parentOf(pid) === parent);
}

function processNumbers(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before it stands in brackets and may hold any character.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
