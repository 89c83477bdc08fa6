import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), 'utf8');
const compose = read('docker-compose.yml');
const checker = spawnSync('docker-compose', ['version']).error === undefined;

test('images are pinned to a version, and the same in the build', () => {
  const images = [
    ...[...compose.matchAll(/^ +image: (\S+)$/gm)].map(([, image]) => image!),
    ...[...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!),
  ];
  expect(images).toHaveLength(6);
  for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+(-[a-z0-9-]+)?$/);
});

test('ports are published on loopback alone, and only two of them', () => {
  const published = [...compose.matchAll(/^ +ports:\n((?: +- .*\n)+)/gm)].map(([, lines]) => lines!.trim());
  expect(published).toHaveLength(2);
  for (const line of published) expect(line).toMatch(/^- '127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+'$/);
});

test('every variable is in the example, which holds no secret, and secrets have no default', () => {
  const example = new Map(
    [...read('.env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
  );
  const used = [...compose.matchAll(/(?<!\$)\$\{(\w+)(:[?-][^}]*)?\}/g)];
  expect(new Set(used.map(([, name]) => name))).toEqual(new Set(example.keys()));
  for (const [, name, rest] of used)
    if (name!.endsWith('PASSWORD')) {
      expect(rest).toMatch(/^:\?/);
      expect(example.get(name!)).toBe('');
    }
});

test('Grafana finds what its provisioning takes from the environment', () => {
  const yaml = read('dashboards/provisioning/datasources/cei.yaml');
  for (const [, name] of yaml.matchAll(/\$(\w+)/g)) expect(compose).toContain(`      ${name!}: `);
});

(checker ? test : test.skip)('docker-compose accepts the file (skipped where it is not installed)', () => {
  const passwords = Object.fromEntries(
    [...compose.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => [name!, 'abc123']),
  );
  const check = (environment: Record<string, string>) =>
    spawnSync(
      'docker-compose',
      ['-f', fileURLToPath(new URL('docker-compose.yml', root)), 'config', '--quiet'],
      {
        env: { PATH: process.env['PATH'], ...environment },
        encoding: 'utf8',
      },
    );
  expect(check(passwords)).toMatchObject({ status: 0, stderr: '' });
  expect(check({}).status).not.toBe(0);
});
