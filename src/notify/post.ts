import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { checkLiteral, type AddressGuard } from './addressGuard.js';

/** How a request may behave. */
export interface PostOptions {
  readonly guard: AddressGuard;
  /** From the lookup of the name to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** Certificates trusted instead of the system's, PEM. */
  readonly ca?: string;
}

/** An answer; `complete` is false where the body was too long, broke off or came too late. */
export interface PostAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly complete: boolean;
}

function readAnswer(answer: IncomingMessage, maxBytes: number): Promise<PostAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (complete: boolean): void =>
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: Buffer.concat(chunks).toString('utf8'),
        complete,
      });
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        finish(false);
        answer.destroy();
      } else chunks.push(chunk);
    });
    answer.on('end', () => finish(true));
    answer.on('error', () => finish(false));
    answer.on('close', () => finish(false));
  });
}

/**
 * Posts a body, once: no redirect is followed, no connection kept (each one passes the address guard). Rejects with the
 * error of the network where there is no answer at all.
 */
export async function post(
  address: string,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  { guard, timeoutMs, maxAnswerBytes, ca }: PostOptions,
): Promise<PostAnswer> {
  const url = new URL(address);
  checkLiteral(guard, url.hostname);
  const bytes = Buffer.from(body, 'utf8');
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-length': String(bytes.length) },
    agent: false as const,
    lookup: guard.lookup,
    ...(ca === undefined ? {} : { ca }),
  };
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<PostAnswer>((resolve, reject) => {
      let received: IncomingMessage | undefined;
      const receive = (answer: IncomingMessage): void => {
        received = answer;
        void readAnswer(answer, maxAnswerBytes).then(resolve);
      };
      const sent =
        url.protocol === 'https:' ? httpsRequest(url, options, receive) : httpRequest(url, options, receive);
      timer = setTimeout(() => {
        // A status that arrived counts, even if the rest of the answer never comes.
        if (received !== undefined) received.destroy();
        else sent.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
      }, timeoutMs);
      sent.on('error', reject);
      sent.end(bytes);
    });
  } finally {
    clearTimeout(timer);
  }
}
