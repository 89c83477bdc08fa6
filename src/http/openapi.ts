import { z } from 'zod';
import { problemKindOf, problemSchema } from './problem.js';
import type { Route } from './route.js';

type Json = Record<string, unknown>;

interface JsonSchema extends Json {
  $defs?: Record<string, JsonSchema>;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

const tags = [
  { name: 'targets', description: '目标与判定 / Targets and verdicts' },
  { name: 'uploads', description: '数据上传 / Uploads' },
  { name: 'devices', description: '设备数据（行协议） / Devices (line protocol)' },
  { name: 'readings', description: '监测值 / Readings' },
  { name: 'catalogue', description: '点位、指标、规划 / Sites, indicators, plans' },
  { name: 'alerts', description: '告警与通知 / Alerts and notifications' },
  { name: 'access', description: '令牌与审计 / Tokens and audit' },
  { name: 'service', description: '服务状态 / The service itself' },
];

/** The OpenAPI 3.1 document of a route table; request and answer schemas are those that the routes check with. */
export function buildOpenApi(routes: readonly Route[], version: string): Json {
  const schemas: Record<string, JsonSchema> = {};
  const toSchema = (schema: z.ZodType, io: 'input' | 'output') => hoist(schema, io, schemas);
  const problem = toSchema(problemSchema, 'output');
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: describeOperation(route, toSchema, problem) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: '生态环境指标监测服务 / County environmental indicators',
      version,
      description:
        '除“service”一组外都需要访问令牌：Authorization: Bearer 令牌。出错时返回 RFC 9457 问题说明，code 稳定不变。 / ' +
        'All but the group "service" need a bearer token. Errors are RFC 9457 problem details with a stable `code`.',
      // Named only: with an identifier the page would link to an outside address.
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags,
    paths,
    components: {
      schemas,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: '访问令牌 cei_…' } },
    },
  };
}

type ToSchema = (schema: z.ZodType, io: 'input' | 'output') => JsonSchema;

function describeOperation(route: Route, toSchema: ToSchema, problem: JsonSchema): Json {
  const guarded = route.role !== 'public';
  return {
    operationId: operationIdOf(route),
    tags: [route.tag],
    summary: `${route.summaryZh} / ${route.summaryEn}`,
    description: [route.description, guarded ? `角色 / role: ${route.role}` : '不需要令牌 / no token needed']
      .filter(Boolean)
      .join('\n\n'),
    security: guarded ? [{ token: [] }] : [],
    parameters: [
      ...parametersOf(route.params, 'path', toSchema),
      ...parametersOf(route.query, 'query', toSchema),
    ],
    ...requestBodyOf(route, toSchema),
    responses: { ...successesOf(route, toSchema), ...problemsOf(route, problem) },
  };
}

function operationIdOf(route: Route): string {
  const words = route.path
    .replace('/api/v1', '')
    .split('/')
    .filter(Boolean)
    .map((part) => (part.startsWith(':') ? `by-${part.slice(1)}` : part));
  return [route.method, ...words]
    .join('-')
    .replace(/-(\w)/g, (_whole, letter: string) => letter.toUpperCase());
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query', toSchema: ToSchema): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = toSchema(schema, 'input');
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: property,
  }));
}

function requestBodyOf(route: Route, toSchema: ToSchema): Json {
  if (route.body) {
    return {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: toSchema(route.body, 'input') } },
      },
    };
  }
  if (route.file === undefined) return {};
  const file = { type: 'string', contentMediaType: 'application/octet-stream', description: route.file };
  const schema = { type: 'object', properties: { file }, required: ['file'] };
  return { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } };
}

function successesOf(route: Route, toSchema: ToSchema): Json {
  const content: Json = {};
  if (route.response) content['application/json'] = { schema: toSchema(route.response, 'output') };
  for (const [type, description] of Object.entries(route.otherContent ?? {})) {
    content[type] = { schema: { type: 'string', description } };
  }
  return Object.fromEntries(
    route.statuses.map((status) => [
      String(status),
      { description: status === 201 ? 'Created' : 'OK', content },
    ]),
  );
}

function problemsOf(route: Route, problem: JsonSchema): Json {
  const codes = new Set(route.problems);
  if (route.params || route.query || route.body || route.file !== undefined) codes.add('invalid-request');
  if (route.body)
    for (const code of ['malformed-json', 'payload-too-large', 'unsupported-media-type'] as const)
      codes.add(code);
  if (route.role !== 'public') {
    for (const code of [
      'token-missing',
      'token-invalid',
      'forbidden',
      'too-many-requests',
      'unavailable',
    ] as const) {
      codes.add(code);
    }
  }
  codes.add('method-not-allowed');
  codes.add('internal');
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const { status } = problemKindOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      String(status),
      { description: names.join(', '), content: { 'application/problem+json': { schema: problem } } },
    ]),
  );
}

/** JSON Schema of a zod schema, its named parts moved to the components of the document. */
function hoist(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, JsonSchema>): JsonSchema {
  const { $defs = {}, ...own } = z.toJSONSchema(schema, { io, reused: 'inline' }) as JsonSchema;
  delete own['$schema'];
  for (const [name, definition] of Object.entries($defs)) addComponent(schemas, name, definition);
  const { id } = own;
  if (typeof id !== 'string') return repoint(own);
  addComponent(schemas, id, own);
  return { $ref: `#/components/schemas/${id}` };
}

function addComponent(schemas: Record<string, JsonSchema>, name: string, definition: JsonSchema): void {
  const added = repoint(definition);
  delete added['id'];
  const present = schemas[name];
  if (present && JSON.stringify(present) !== JSON.stringify(added)) {
    throw new Error(`two different schemas are called ${name}`);
  }
  schemas[name] = added;
}

function repoint(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text) as JsonSchema;
}
