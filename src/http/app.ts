import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Registry } from 'prom-client';
import { DomainError } from '../domain/domainError.js';
import type { Logger } from '../log.js';
import { registerAcknowledgePage } from './acknowledgePage.js';
import { createAuthenticate } from './authentication.js';
import type { TrustsAddress } from './clientAddress.js';
import { createHttpMetrics, type HttpMetrics } from './metrics.js';
import { registerPages, securityHeaders } from './pages.js';
import { problemKindOf, sendProblem, toDomainError } from './problem.js';
import { createRateLimiter, type RateLimit } from './rateLimiter.js';
import { registerRoutes } from './registerRoutes.js';
import { stateOf, trackRequests } from './requestState.js';
import { routes } from './routes.js';
import type { Services } from './services.js';

export interface AppOptions {
  readonly logger: Logger;
  readonly maxUploadBytes: number;
  /** Express's `trust proxy`: which proxies may say where a request came from. Default: none. */
  readonly trustProxy?: boolean | number | string | readonly string[] | TrustsAddress;
  /** Where the metrics are kept; a registry of the caller may hold more. */
  readonly registry?: Registry;
  /** Metrics that exist already, shared with what stands in front of the app. */
  readonly metrics?: HttpMetrics;
  /** How long an upload may stand still while the client is waited for. Default 60 000 ms. */
  readonly uploadIdleMs?: number;
  readonly limits?: { readonly failedAuthentications?: RateLimit; readonly uploads?: RateLimit };
  /** Refuse to send answers that differ from their schema instead of logging them; for tests. */
  readonly strictResponses?: boolean;
}

/** Builds the HTTP side over the services: interface, documentation, page, metrics. It does not listen. */
export function createApp(services: Services, options: AppOptions): Express {
  const { logger, limits = {} } = options;
  const metrics = options.metrics ?? createHttpMetrics(options.registry);
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', options.trustProxy ?? false);
  // Nested query objects have no use here and are a classic way around checks.
  app.set('query parser', 'simple');
  app.use(trackRequests(logger, metrics), securityHeaders);
  registerRoutes(
    app,
    routes,
    {
      services,
      metrics,
      logger,
      maxUploadBytes: options.maxUploadBytes,
      uploadIdleMs: options.uploadIdleMs ?? 60_000,
      uploadLimiter: createRateLimiter(limits.uploads ?? { capacity: 60, refillMs: 1_000 }),
    },
    {
      authenticate: createAuthenticate(
        services.tokens,
        limits.failedAuthentications ?? { capacity: 20, refillMs: 3_000 },
      ),
      strictResponses: options.strictResponses ?? false,
    },
  );
  registerPages(app, services.version);
  registerAcknowledgePage(app, services.alerting.links);
  app.use((request) => {
    throw new DomainError('not-found', { what: request.path.slice(0, 200) });
  });
  app.use(answerProblem(logger));
  return app;
}

/** The edge: everything thrown below becomes a problem answer, and what is our fault is logged, here and only here. */
function answerProblem(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    // Express asks for four parameters to tell this handler from others.
    void next;
    const { requestId, language, route } = stateOf(response);
    if (response.headersSent || response.destroyed) {
      const { code } = (error ?? {}) as { code?: unknown };
      const left = code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'upload-interrupted';
      logger[left ? 'info' : 'error']({ requestId, route, err: error }, 'answer broken off');
      response.destroy();
      return;
    }
    const problem = toDomainError(error, requestId);
    const { status } = problemKindOf(problem.code);
    if (status >= 500) {
      logger[problem.code === 'internal' ? 'error' : 'warn'](
        { requestId, route, code: problem.code, err: problem.cause ?? problem },
        'request failed',
      );
    }
    sendProblem(request, response, problem, { language, requestId });
  };
}
