/**
 * The service and its database killed (-9) while 500 alerts are raised by data that is written and a webhook fails half of
 * its calls: `npm run bench -- alert-kills [50] [seed] [500]`. The long form of `test/alertKills.db.test.ts`, which prints
 * how many transitions were owed, stored and heard, how many messages arrived again, and what was lost or invented.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [kills = '50', seed = String(Date.now() % 1_000_000_000), alerts = '500'] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    ...['--selectProjects', 'db', '--testPathPatterns', 'test/alertKills'],
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, KILLS: kills, KILL_SEED: seed, ALERTS: alerts } },
);
process.exitCode = status ?? 1;
