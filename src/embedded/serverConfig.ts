import { appendFile, lstat, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from './ownDirectory.js';
import { isRoot } from './systemUser.js';

const configName = 'embedded.conf';

/** Loopback only, no sockets in the file system, one log file; the caller's settings cannot change these. */
const fixedSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  logging_collector: 'off',
  log_destination: 'stderr',
  cluster_name: 'county-environmental-indicators',
};

/** Makes a fresh cluster read our settings, which are a file because pg_ctl hands options through a shell. */
export async function configInclude(clusterDir: string): Promise<void> {
  await appendFile(join(clusterDir, 'postgresql.conf'), `\ninclude_if_exists = '${configName}'\n`);
}

/** The text of a configuration file with these settings. Throws on a name that is none or a line break. */
export function formatSettings(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([name, value]) => {
    if (!/^[a-z_][a-z0-9_.]*$/i.test(name) || /[\r\n\0]/.test(value)) {
      throw new RangeError(`not a PostgreSQL setting: ${name}`);
    }
    return `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'\n`;
  });
  return lines.join('');
}

/** Writes the settings of the next start into the cluster. */
export async function writeConfig(
  clusterDir: string,
  port: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const text = formatSettings({
    // Checkpoints are reported every few minutes by default, into a file that only a start cuts.
    log_checkpoints: 'off',
    ...settings,
    ...fixedSettings,
    port: String(port),
  });
  const file = join(clusterDir, configName);
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present === text && (await lstat(file)).isFile()) return;

  await writePrivateFile(file, text, isRoot() ? await stat(clusterDir) : undefined);
}
