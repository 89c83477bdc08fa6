import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What became of a call: taken and acknowledged, or one of the ways to fail. */
export type Answered = 'accepted' | 'refused' | 'hung-up' | 'silent';

/** A call as the receiver saw it. */
export interface ReceivedCall {
  readonly key: string;
  readonly body: string;
  readonly answered: Answered;
}

/** How long a receiver that says nothing keeps the line; then it hangs up. */
const silenceMs = 700;

/** A webhook receiver that fails half of its calls, whole messages in hand, and keeps everything that it was sent. */
export class FlakyReceiver {
  readonly calls: ReceivedCall[] = [];
  readonly #server: Server;

  constructor(private readonly random: { next(): number }) {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('error', () => undefined);
      request.on('end', () => {
        const key = String(request.headers['webhook-id']);
        const answered = this.#draw();
        this.calls.push({ key, body: Buffer.concat(parts).toString('utf8'), answered });
        void answer(response, answered);
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #draw(): Answered {
    const drawn = this.random.next();
    if (drawn < 0.5) return 'accepted';
    if (drawn < 0.78) return 'refused';
    return drawn < 0.97 ? 'hung-up' : 'silent';
  }
}

async function answer(response: ServerResponse, answered: Answered): Promise<void> {
  if (answered === 'accepted') return void response.writeHead(204).end();
  if (answered === 'refused') return void response.writeHead(500).end();
  if (answered === 'silent') await sleep(silenceMs, undefined, { ref: false });
  response.destroy();
}
