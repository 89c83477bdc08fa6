import type { Actor } from '../domain/role.js';
import type { Queryable } from './pool.js';

/** One line of the audit log. */
export interface AuditRow {
  /** Decimal text of a bigint. */
  id: string;
  /** RFC 3339. */
  at: string;
  actorName: string;
  actorOffice: string;
  action: string;
  subject: string;
  details: Record<string, unknown>;
}

/**
 * Adds to the audit log what an actor did to a subject. Takes the client of the transaction that does it, so that
 * the deed and its record are stored together or not at all. `details` must not contain token texts or passwords.
 */
export async function insertAudit(
  client: Queryable,
  actor: Actor,
  action: string,
  subject: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await client.query(
    `insert into audit_log (token_id, actor_name, actor_office, action, subject, details)
     values ($1, $2, $3, $4, $5, $6)`,
    [actor.tokenId, actor.name, actor.office, action, subject, JSON.stringify(details)],
  );
}

/** The newest entries, at most `limit`; `before` gives those older than an entry, `action` those of one kind. */
export async function listAudit(
  db: Queryable,
  filter: { before?: string; limit: number; action?: string },
): Promise<AuditRow[]> {
  const { rows } = await db.query<Omit<AuditRow, 'at'> & { at: Date }>(
    `select id::text as id, at, actor_name as "actorName", actor_office as "actorOffice", action, subject, details
     from audit_log
     where ($1::bigint is null or id < $1) and ($2::text is null or action = $2)
     order by audit_log.id desc
     limit $3`,
    [filter.before ?? null, filter.action ?? null, filter.limit],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
