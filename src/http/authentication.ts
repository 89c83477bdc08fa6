import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { roleIncludes, type Actor, type Role } from '../domain/role.js';
import { RequestProblem } from './problem.js';
import { createRateLimiter, type RateLimit } from './rateLimiter.js';
import type { TokenService } from './services.js';

const realm = 'Bearer realm="county-environmental-indicators"';
const bearerPattern = /^Bearer +([\w.~+/-]{1,256}=*)$/i;
const rememberedTokens = 1_000;

/** Finds who is behind a request, or refuses it with 401 or 429. */
export type Authenticate = (request: Request) => Promise<Actor>;

/**
 * Creates the check of bearer tokens. Failed attempts are limited for each address; a bureau often has one address
 * for everybody, so tokens that were good before keep working while the address is refused.
 */
export function createAuthenticate(tokens: TokenService, limit: RateLimit): Authenticate {
  const failures = createRateLimiter(limit);
  const knownHashes = new Set<string>();

  return async (request) => {
    const address = request.ip ?? 'unknown';
    const header = request.get('authorization');
    if (header === undefined) {
      throw new RequestProblem('token-missing', {}, { headers: { 'WWW-Authenticate': realm } });
    }
    const text = bearerPattern.exec(header)?.[1];
    // Only the hash is kept in memory, as in the database.
    const hash = createHash('sha256')
      .update(text ?? '')
      .digest('base64');
    const wait = knownHashes.has(hash) ? 0 : failures.waitMs(address);
    if (wait > 0) throw tooManyRequests(wait);
    const actor = text === undefined ? undefined : await tokens.authenticate(text);
    if (!actor) {
      knownHashes.delete(hash);
      failures.take(address);
      throw new RequestProblem(
        'token-invalid',
        {},
        { headers: { 'WWW-Authenticate': `${realm}, error="invalid_token"` } },
      );
    }
    if (knownHashes.size >= rememberedTokens) knownHashes.clear();
    knownHashes.add(hash);
    return actor;
  };
}

/** Refuses with 403 unless the actor's role includes the one that is needed. */
export function requireRole(actor: Actor, needed: Role): void {
  if (roleIncludes(actor.role, needed)) return;
  throw new RequestProblem(
    'forbidden',
    { needed, held: actor.role },
    { headers: { 'WWW-Authenticate': `${realm}, error="insufficient_scope", scope="${needed}"` } },
  );
}

/** The 429 problem with `Retry-After`. */
export function tooManyRequests(waitMs: number): RequestProblem {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new RequestProblem(
    'too-many-requests',
    { seconds },
    { headers: { 'Retry-After': String(seconds) } },
  );
}
