import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire. */
export interface Received {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a fake answers; `silent` never answers, `stall` sends its head and no end. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly silent?: boolean;
  readonly stall?: boolean;
}

/** A server on loopback with a free port. */
export interface FakeServer {
  readonly port: number;
  readonly received: Received[];
  readonly close: () => Promise<void>;
}

/** Starts a server that answers every request as `answer` says; with a certificate it speaks TLS. */
export async function startFakeServer(
  answer: (request: Received) => Reply,
  certificate?: { readonly key: string; readonly cert: string },
): Promise<FakeServer> {
  const received: Received[] = [];
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://fake');
      const one = { url, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(one);
      const reply = answer(one);
      if (reply.silent === true) return;
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
      if (reply.stall === true) response.write(reply.body ?? '');
      else response.end(reply.body ?? '');
    });
  };
  const server: Server =
    certificate === undefined ? createServer(listener) : createSecureServer(certificate, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
