/**
 * The official client, the service and the database killed (-9) in the middle of a stream of numbered points:
 * `npm run bench -- kills [50] [seed]`. The long form of `test/deviceKills.db.test.ts`, which prints what was
 * acknowledged, stored, lost and doubled, and fails when an acknowledged point is not there exactly once.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [kills = '50', seed = String(Date.now() % 1_000_000_000)] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    ...['--selectProjects', 'db', '--testPathPatterns', 'deviceKills', '-t', 'numbered points'],
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, KILLS: kills, KILL_SEED: seed } },
);
process.exitCode = status ?? 1;
