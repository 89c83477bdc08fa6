import { alertRoutingSchema, type AlertRouting } from '../domain/alertRoute.js';
import type { Actor } from '../domain/role.js';
import type { PoolClient, Queryable } from './pool.js';

/** One version of who is told what; the last one is in force. */
export interface AlertRoutingVersion {
  readonly version: number;
  readonly routing: AlertRouting;
  readonly seeded: boolean;
  readonly recordedAt: Date;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly reason: string;
}

type Row = Omit<AlertRoutingVersion, 'routing'> & { readonly document: unknown };

const columns = `version, document, seeded, recorded_at as "recordedAt", actor_name as "actorName",
  actor_office as "actorOffice", reason`;

/** The routing in force; `undefined` before the seeds were loaded. */
export async function findAlertRouting(db: Queryable): Promise<AlertRoutingVersion | undefined> {
  return (await listAlertRoutings(db, 1))[0];
}

/** Versions of the routing, the newest first. */
export async function listAlertRoutings(db: Queryable, limit = 200): Promise<AlertRoutingVersion[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from alert_routings order by version desc limit $1`,
    [limit],
  );
  return rows.map(({ document, ...rest }) => ({ ...rest, routing: alertRoutingSchema.parse(document) }));
}

/** Keeps others from saving a routing until the transaction ends. */
export async function lockAlertRouting(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('alert routing'))`);
}

/** Saves a routing as the next version. Returns the version. */
export async function saveAlertRouting(
  client: PoolClient,
  routing: AlertRouting,
  { actor, reason, seeded = false }: { actor: Actor; reason: string; seeded?: boolean },
): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `insert into alert_routings (version, document, seeded, token_id, actor_name, actor_office, reason)
     select coalesce(max(version), 0) + 1, $1, $2, $3, $4, $5, $6 from alert_routings returning version`,
    [JSON.stringify(routing), seeded, actor.tokenId, actor.name, actor.office, reason],
  );
  return rows[0]!.version;
}

/** Saves the routing of the seeds unless a person has ever saved one. Says whether it did. */
export async function seedAlertRouting(
  client: PoolClient,
  routing: AlertRouting,
  actor: Actor,
): Promise<boolean> {
  await lockAlertRouting(client);
  const current = await findAlertRouting(client);
  if (current !== undefined && !current.seeded) return false;
  await saveAlertRouting(client, routing, { actor, reason: '', seeded: true });
  return true;
}
