/** `npm run bench [-- name [arguments …]]`: one benchmark, or all of them one after the other. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const names = [
  'upload', 'recompute', 'verdicts', 'lineProtocol', 'ingest', 'kills', 'volume', 'boards', 'memory', 'compressed',
  'alert-kills', 'alert-rules',
]; // prettier-ignore
const fileOf = (each) => `${each.replace(/-(.)/g, (_, letter) => letter.toUpperCase())}.js`;
const [name, ...rest] = process.argv.slice(2);
if (name !== undefined && !names.includes(name)) {
  console.error(`npm run bench -- ${names.join(' | ')}`);
  process.exit(2);
}
for (const each of name === undefined ? names : [name]) {
  const script = fileURLToPath(new URL(fileOf(each), import.meta.url));
  const { status } = spawnSync(process.execPath, [script, ...rest], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
