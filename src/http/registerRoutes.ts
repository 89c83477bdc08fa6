import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { Actor } from '../domain/role.js';
import { requireRole, type Authenticate } from './authentication.js';
import { parsePart } from './fieldErrors.js';
import { RequestProblem } from './problem.js';
import { stateOf } from './requestState.js';
import type { Reply, Route, RouteDependencies } from './route.js';

const usualTimeoutMs = 30_000;
const parseJson = express.json({ limit: 256 * 1024, strict: false, type: 'application/json' });

// Stands in for an actor on public routes, whose handlers have no use for one.
const nobody: Actor = { tokenId: null, name: '', office: '', role: 'viewer' };

export interface RegisterOptions {
  readonly authenticate: Authenticate;
  /** Answers that do not fit their own schema become errors; otherwise they are sent and logged. For tests. */
  readonly strictResponses: boolean;
}

/** Registers the table: each path with its methods, and 405 with `Allow` for all others. */
export function registerRoutes(
  app: Express,
  routes: readonly Route[],
  dependencies: RouteDependencies,
  options: RegisterOptions,
): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const entry = app.route(path);
    for (const route of here) entry[route.method](runRoute(route, dependencies, options));
    entry.all(refuseMethod(path, here));
  }
}

function refuseMethod(path: string, routes: readonly Route[]): RequestHandler {
  const methods = routes.map((route) => route.method.toUpperCase());
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (request, response) => {
    stateOf(response).route = path;
    if (request.method === 'OPTIONS') {
      response.set('Allow', allowed).status(204).end();
      return;
    }
    throw new RequestProblem(
      'method-not-allowed',
      { method: request.method.slice(0, 20), allowed },
      { headers: { Allow: allowed } },
    );
  };
}

function runRoute(route: Route, dependencies: RouteDependencies, options: RegisterOptions): RequestHandler {
  return async (request, response) => {
    const state = stateOf(response);
    state.route = route.path;
    // Who asks is settled before anything that was sent is looked at.
    if (route.role !== 'public') {
      state.actor = await options.authenticate(request);
      requireRole(state.actor, route.role);
    }
    const { language } = state;
    const part = (schema: Route['query'], value: unknown, where: 'path' | 'query' | 'body') =>
      schema
        ? parsePart(schema, value, where, language, where === 'body' && route.hidesValues === true)
        : undefined;
    const params = part(route.params, request.params, 'path');
    const query = part(route.query, request.query, 'query');
    const body = part(route.body, route.body ? await readJson(request, response) : undefined, 'body');
    const actor = state.actor ?? nobody;
    const reply = await withTimeout(
      Promise.resolve(
        route.handle({ ...dependencies, params, query, body, actor, language, request, response }),
      ),
      route.timeoutMs === undefined ? usualTimeoutMs : route.timeoutMs,
    );
    if (reply !== 'streamed') sendReply(route, reply, response, dependencies, options);
  };
}

function sendReply(
  route: Route,
  reply: Exclude<Reply<unknown>, 'streamed'>,
  response: Response,
  { logger }: RouteDependencies,
  { strictResponses }: RegisterOptions,
): void {
  const checked = route.response?.safeParse(reply.body);
  if (checked?.error) {
    const text = `${route.method} ${route.path}: the answer differs from its schema`;
    if (strictResponses) throw new Error(text, { cause: checked.error });
    logger.warn({ route: route.path, issues: checked.error.issues.slice(0, 5) }, text);
  }
  if (!response.hasHeader('Cache-Control')) response.set('Cache-Control', 'no-store');
  response
    .set({ ...reply.headers })
    .status(reply.status ?? route.statuses[0])
    .json(reply.body);
}

async function readJson(request: Request, response: Response): Promise<unknown> {
  if (!request.is('application/json')) {
    throw new RequestProblem('unsupported-media-type', {
      type: (request.get('content-type') ?? '–').slice(0, 100),
      expected: 'application/json',
    });
  }
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('body parser failed', { cause: error }));
    });
  });
  return request.body as unknown;
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number | null): Promise<T> {
  if (timeoutMs === null) return work;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new RequestProblem('timed-out')), timeoutMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
