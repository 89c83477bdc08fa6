import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Actor } from '../domain/role.js';
import type { Logger } from '../log.js';
import type { HttpMetrics } from './metrics.js';

/** What the service remembers about a request while it is being answered. */
export interface RequestState {
  readonly requestId: string;
  readonly language: 'zh' | 'en';
  /** Pattern of the route, e.g. `/api/v1/targets/:id`; never the raw path, which is unbounded as a metric label. */
  route: string;
  actor: Actor | undefined;
}

const requestIdPattern = /^[\w.-]{1,64}$/;

/** The state that `trackRequests` attached to a response. */
export function stateOf(response: Response): RequestState {
  return (response.locals as { state: RequestState }).state;
}

/**
 * Gives every request its id and language, and when it has ended writes one access-log line and counts it. The line
 * has neither headers nor the query: tokens and personal data do not belong into logs.
 */
export function trackRequests(logger: Logger, metrics: HttpMetrics): RequestHandler {
  return (request, response, next) => {
    const startedAt = process.hrtime.bigint();
    const given = request.get('x-request-id');
    const state: RequestState = {
      requestId: given !== undefined && requestIdPattern.test(given) ? given : randomUUID(),
      language: negotiateLanguage(request),
      route: 'unmatched',
      actor: undefined,
    };
    (response.locals as { state: RequestState }).state = state;
    response.set('X-Request-Id', state.requestId);
    response.vary('Accept-Language');
    response.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
      // 499 as nginx writes it: the client left before the answer was complete.
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.countRequest(request.method, state.route, status, seconds);
      const quiet = state.route === '/healthz' || state.route === '/readyz' || state.route === '/metrics';
      logger[quiet ? 'debug' : 'info'](
        {
          requestId: state.requestId,
          method: request.method,
          path: request.path,
          route: state.route,
          status,
          ms: Math.round(seconds * 1000),
          address: request.ip,
          ...(state.actor ? { tokenId: state.actor.tokenId, actor: state.actor.name } : {}),
        },
        'request',
      );
    });
    next();
  };
}

/** Chinese unless the client prefers English. */
function negotiateLanguage(request: Request): 'zh' | 'en' {
  return request.acceptsLanguages(['zh-CN', 'zh', 'en']) === 'en' ? 'en' : 'zh';
}
