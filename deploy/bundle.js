/**
 * `npm run bundle [-- --out directory]`: one archive that installs and starts without internet on a Debian that has Node
 * and nothing else: the service built, its modules with the embedded database's programs for this platform, boards,
 * seeds, migrations, examples and `install.sh`. This machine needs the registry, or npm's cache; that one does not.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const carried = [
  ['package.json', 'package-lock.json', '.npmrc', 'README.md', 'CHANGELOG.md', 'LICENSE'],
  ['migrations', 'seeds', 'src/http/static', 'dashboards', 'deploy', 'docker-compose.yml', 'Dockerfile'],
  ['.env.example'],
].flat();

function run(program, args, cwd) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (error !== undefined || status !== 0) throw error ?? new Error(`${program} ended with ${status}`);
}

const outAt = process.argv.indexOf('--out');
const out = resolve(outAt < 0 ? join(root, 'var') : process.argv[outAt + 1]);
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const name = `county-environmental-indicators-${version}-${process.platform}-${process.arch}`;
const staging = await mkdtemp(join(tmpdir(), 'cei-bundle-'));
try {
  const app = join(staging, name, 'app');
  await mkdir(app, { recursive: true });
  for (const path of carried) await cp(join(root, path), join(app, path), { recursive: true });
  console.log('编译… / building');
  run(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', join(app, 'dist')],
    root,
  );
  console.log('安装运行所需的模块… / installing what runs');
  // No package's own script runs: what one of them would do is done below.
  run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], app);
  const { completePackage, findNativePackage } = await import(
    pathToFileURL(join(app, 'dist', 'embedded', 'binaries.js')).href
  );
  await completePackage((await findNativePackage()).nativeDir);
  await writeFile(
    join(app, 'bundle.json'),
    `${JSON.stringify({ name, node: process.version, made: new Date().toISOString() })}\n`,
  );
  await cp(join(root, 'deploy', 'install.sh'), join(staging, name, 'install.sh'));
  await chmod(join(staging, name, 'install.sh'), 0o755);
  await mkdir(out, { recursive: true });
  const archive = join(out, `${name}.tar.gz`);
  run('tar', ['-czf', archive, '--owner=0', '--group=0', '-C', staging, name], staging);
  const sha256 = createHash('sha256')
    .update(await readFile(archive))
    .digest('hex');
  await writeFile(`${archive}.sha256`, `${sha256}  ${name}.tar.gz\n`);
  console.log(`${archive}\nsha256 ${sha256}`);
  console.log(`安装 / install: tar -xzf ${name}.tar.gz && ${name}/install.sh`);
} finally {
  await rm(staging, { recursive: true, force: true });
}
