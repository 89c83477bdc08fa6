import type { IncomingMessage, ServerResponse } from 'node:http';
import { influxVersions, sendRefusal } from './influxAnswers.js';
import { ByteBudget, drainBody, readBody, RefusedBody, type BodyBounds } from './readBody.js';

const bounds: BodyBounds = {
  mostBytes: 4096,
  mostInFlight: 65_536,
  timeoutMs: 10_000,
  drainBytes: 65_536,
  drainMs: 2_000,
};
const budget = new ByteBudget(bounds.mostInFlight);

/**
 * Telegraf's first words on the interface of InfluxDB 1, as a form in the body or in the address: it creates its database.
 * There is one, and it exists. Nothing else is asked here.
 */
export async function answerQuery(
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  let taken = 0;
  try {
    const received = await readBody(request, bounds, budget);
    ({ taken } = received);
    const asked = query.get('q') ?? new URLSearchParams(received.body.toString('utf8')).get('q') ?? '';
    if (!/^\s*create\s+database\b/i.test(asked))
      throw new RefusedBody({ status: 400, message: 'queries are not answered here: read /api/v1/readings' });
    response
      .writeHead(200, { 'X-Influxdb-Version': influxVersions.v1, 'Content-Type': 'application/json' })
      .end(JSON.stringify({ results: [{ statement_id: 0 }] }));
  } catch (error) {
    if (response.headersSent || response.destroyed) return;
    if (!request.complete) response.setHeader('Connection', 'close');
    const unheard = { status: 400, message: 'the query did not arrive whole' } as const;
    sendRefusal(response, 'v1', error instanceof RefusedBody ? error.refusal : unheard);
    void drainBody(request, bounds).then(() => response.end());
  } finally {
    budget.giveBack(taken);
  }
}
