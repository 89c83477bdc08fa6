import { createServer, type Server } from 'node:http';
import type { Express } from 'express';
import type { WriteHandler } from './lineProtocol/writeHandler.js';

/**
 * Makes the server for an app, with bounds on how long a client may take: 15 s for the headers, `requestTimeoutMs`
 * (15 min: a large file over a slow line) for the whole request. It does not listen yet.
 */
export function createHttpServer(
  app: Express,
  requestTimeoutMs = 15 * 60_000,
  takesWrite: WriteHandler = () => false,
): Server {
  const server = createServer(
    {
      headersTimeout: 15_000,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: 20_000,
      maxHeaderSize: 16 * 1024,
    },
    // Express's type promises a return value that nobody waits for.
    (request, response) => {
      if (!takesWrite(request, response)) void app(request, response);
    },
  );
  server.maxHeadersCount = 100;
  return server;
}
