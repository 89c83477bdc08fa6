import { DomainError } from '../domain/domainError.js';
import type { Queryable } from '../store/pool.js';

/** Refuses to say what will be known: DomainError `invalid-request` for an instant after the database's clock. */
export async function refuseFuture(db: Queryable, instant: string): Promise<void> {
  const { rows } = await db.query<{ late: boolean }>('select $1::timestamptz > clock_timestamp() as late', [
    instant,
  ]);
  if (rows[0]!.late)
    throw new DomainError('invalid-request', {
      detail: `knownAt ${instant} 还没有到 / is still to come`,
    });
}
