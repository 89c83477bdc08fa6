import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from './app.js';
import { createFakes, startTestServer } from './fakeServices.fixture.js';
import { buildOpenApi } from './openapi.js';
import { pagePaths } from './pages.js';
import { routes } from './routes.js';

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: unknown[];
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const document = JSON.parse(JSON.stringify(buildOpenApi(routes, '1.0.0'))) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
);

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}

test('documents exactly what is registered', () => {
  const app = createApp(createFakes().services, { logger: pino({ level: 'silent' }), maxUploadBytes: 1 });
  const layers = (app as unknown as { router: { stack: Layer[] } }).router.stack;
  const pages: readonly string[] = pagePaths;
  const registered = layers
    .flatMap(({ route }) =>
      route && !pages.includes(route.path)
        ? Object.keys(route.methods).map((method) => `${method} ${route.path.replace(/:(\w+)/g, '{$1}')}`)
        : [],
    )
    .filter((name) => !name.startsWith('_all '));
  expect(registered.sort()).toEqual(operations.map(([name]) => name).sort());
});

test('every reference leads somewhere, and nothing is left of zod’s own bookkeeping', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(references.length).toBeGreaterThan(20);
  for (const reference of references) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1] ?? reference;
    expect(Object.keys(document.components.schemas)).toContain(name);
  }
  expect(text).not.toMatch(/\$defs|"\$schema"|"__/);
});

test('names are unique and tags are declared', () => {
  const ids = operations.map(([, operation]) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const declared = document.tags.map((tag) => tag.name);
  for (const [, { tags }] of operations) expect(declared).toEqual(expect.arrayContaining(tags));
});

describe.each(operations)('%s', (name, operation) => {
  test('has words, successes and problem answers', () => {
    expect(operation.summary).toMatch(/\p{Script=Han}.* \/ \w/u);
    const statuses = Object.keys(operation.responses);
    expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
    expect(statuses.some((status) => status.startsWith('4'))).toBe(true);
    for (const [status, response] of Object.entries(operation.responses)) {
      expect(response.description).not.toBe('');
      expect(Object.keys(response.content ?? {})).not.toEqual([]);
      if (Number(status) >= 400) {
        expect(response.content?.['application/problem+json']?.schema).toEqual({
          $ref: '#/components/schemas/Problem',
        });
      }
    }
    if (operation.security.length > 0)
      expect(statuses).toEqual(expect.arrayContaining(['401', '403', '429']));
  });

  test('declares the parameters of its path, and no other', () => {
    const inPath = [...name.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const declared = operation.parameters.filter((parameter) => parameter.in === 'path');
    expect(declared.map((parameter) => parameter.name)).toEqual(inPath);
    expect(declared.every((parameter) => parameter.required)).toBe(true);
  });
});

test('parameters carry what the routes check', () => {
  const list = document.paths['/api/v1/targets']?.['get'];
  expect(list?.parameters.find((parameter) => parameter.name === 'asOf')).toMatchObject({
    required: false,
    schema: {
      anyOf: [
        { type: 'string', format: 'date' },
        { type: 'string', format: 'date-time' },
      ],
    },
  });
  const readings = document.paths['/api/v1/readings']?.['get'];
  expect(readings?.parameters.find((parameter) => parameter.name === 'limit')).toMatchObject({
    schema: { type: 'integer', minimum: 1, maximum: 5000, default: 500 },
  });
  const upload = document.paths['/api/v1/uploads']?.['post'];
  expect(upload?.requestBody?.content['multipart/form-data']?.schema).toMatchObject({ required: ['file'] });
});

test('the document and the page to try it are served without any outside address', async () => {
  const server = await startTestServer();
  try {
    const served = await server.request('/openapi.json');
    expect(await served.json()).toMatchObject({ openapi: '3.1.0', info: { version: '0.1.0-test' } });
    for (const path of ['/', '/docs']) {
      const page = await (await server.request(path)).text();
      const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
      expect(addresses.length).toBeGreaterThan(0);
      for (const address of addresses) {
        expect(address).toMatch(/^[/#]/);
        if (!address.startsWith('#')) expect((await server.request(address)).status).toBe(200);
      }
      expect(page).not.toMatch(/https?:\/\/|<script>|\son\w+=|style="/);
    }
  } finally {
    await server.close();
  }
});
