import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { roleIncludes, type Actor } from '../../domain/role.js';
import { createRateLimiter, type RateLimit } from '../rateLimiter.js';
import type { TokenService } from '../services.js';
import { RefusedBody } from './readBody.js';

const rememberedMs = 2_000;
const mostRemembered = 1_000;

/** Finds who sends, by whatever form of credentials the clients of the two interfaces use. */
export type IdentifySender = (request: IncomingMessage, query: URLSearchParams) => Promise<Actor> | Actor;

/**
 * Creates the check. A good token is remembered for two seconds, so that a device need not wait for the database each
 * time: a revoked one works that much longer. Failures are limited for each address.
 *
 * @throws RefusedBody 401, 403 or 429 of the function it gives
 */
export function createIdentifySender(
  tokens: TokenService,
  limit: RateLimit,
  addressOf: (request: IncomingMessage) => string,
): IdentifySender {
  const failures = createRateLimiter(limit);
  // Only hashes are kept in memory, as in the database.
  const known = new Map<string, { readonly actor: Actor; readonly until: number }>();
  return (request, query) => {
    const text = tokenOf(request.headers.authorization, query);
    const hash = createHash('sha256')
      .update(text ?? '')
      .digest('base64');
    const remembered = known.get(hash);
    if (remembered !== undefined && performance.now() < remembered.until) return remembered.actor;
    return ask(text, hash, addressOf(request));
  };

  async function ask(text: string | undefined, hash: string, address: string): Promise<Actor> {
    const wasGood = known.delete(hash);
    if (!wasGood && failures.waitMs(address) > 0)
      throw new RefusedBody({ status: 429, message: 'too many failed attempts from this address' });
    const actor = text === undefined ? undefined : await tokens.authenticate(text);
    if (actor === undefined) {
      failures.take(address);
      throw new RefusedBody({ status: 401, message: 'unauthorized access' });
    }
    if (!roleIncludes(actor.role, 'uploader'))
      throw new RefusedBody({ status: 403, message: 'the token may not write: it needs the role uploader' });
    if (known.size >= mostRemembered) known.clear();
    known.set(hash, { actor, until: performance.now() + rememberedMs });
    return actor;
  }
}

/** The token: after `Token` or `Bearer`, as the password of Basic, after the colon of `user:token`, or in `p`. */
function tokenOf(header: string | undefined, query: URLSearchParams): string | undefined {
  const password = query.get('p');
  if (password !== null && password !== '') return password;
  if (header === undefined) return undefined;
  const space = header.indexOf(' ');
  const scheme = header.slice(0, space).toLowerCase();
  const rest = header.slice(space + 1).trim();
  if (scheme === 'bearer') return rest;
  if (scheme === 'token') return rest.slice(rest.indexOf(':') + 1);
  if (scheme !== 'basic') return undefined;
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}
