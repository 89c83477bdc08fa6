import { alertMatcherSchema, type AlertMatcher } from '../domain/alertMatcher.js';
import type { Actor } from '../domain/role.js';
import type { PoolClient, Queryable } from './pool.js';

/** `silence` is by the clock, `maintenance` by the time of the data. */
export type SilenceKind = 'silence' | 'maintenance';

/** A silence or a maintenance window. */
export interface AlertSilenceRow {
  readonly id: number;
  readonly kind: SilenceKind;
  readonly titleZh: string;
  readonly matchers: readonly AlertMatcher[];
  readonly reason: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly createdAt: Date;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
}

const columns = `id, kind, title_zh as "titleZh", matchers, reason, starts_at as "startsAt", ends_at as "endsAt",
  created_at as "createdAt", actor_name as "actorName", actor_office as "actorOffice", ended_at as "endedAt",
  ended_by as "endedBy"`;

/** Silences and windows, the newest first; `before` gives those older than a number. */
export async function listAlertSilences(
  db: Queryable,
  filter: {
    readonly activeAt?: Date | undefined;
    readonly before?: number | undefined;
    readonly limit: number;
  },
): Promise<AlertSilenceRow[]> {
  const { rows } = await db.query<AlertSilenceRow>(
    `select ${columns} from alert_silences
      where ($1::timestamptz is null or (ended_at is null and ends_at > $1)) and ($2::integer is null or id < $2)
      order by id desc limit $3`,
    [filter.activeAt ?? null, filter.before ?? null, filter.limit],
  );
  return rows.map(parse);
}

/**
 * What can keep a message back: silences in force at an instant, and maintenance windows whose time touches data since
 * then. A window that was ended early holds back data up to its end.
 */
export async function listSilencesInForce(
  db: Queryable,
  now: Date,
  dataSince: Date,
): Promise<AlertSilenceRow[]> {
  const { rows } = await db.query<AlertSilenceRow>(
    `select ${columns} from alert_silences
      where (kind = 'silence' and ended_at is null and starts_at <= $1 and ends_at > $1)
         or (kind = 'maintenance' and least(ends_at, coalesce(ended_at, ends_at)) > $2)
      order by id`,
    [now, dataSince],
  );
  return rows.map((row) => {
    const parsed = parse(row);
    const { endedAt, endsAt } = parsed;
    return endedAt !== null && endedAt < endsAt ? { ...parsed, endsAt: endedAt } : parsed;
  });
}

/** One of them. */
export async function findAlertSilence(db: Queryable, id: number): Promise<AlertSilenceRow | undefined> {
  const { rows } = await db.query<AlertSilenceRow>(`select ${columns} from alert_silences where id = $1`, [
    id,
  ]);
  return rows[0] === undefined ? undefined : parse(rows[0]);
}

/** Adds a silence or window. Returns its number. */
export async function insertAlertSilence(
  client: PoolClient,
  actor: Actor,
  silence: Pick<AlertSilenceRow, 'kind' | 'titleZh' | 'matchers' | 'reason' | 'startsAt' | 'endsAt'>,
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into alert_silences (kind, title_zh, matchers, reason, starts_at, ends_at, actor_name, actor_office, token_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
    [
      silence.kind,
      silence.titleZh,
      JSON.stringify(silence.matchers),
      silence.reason,
      silence.startsAt,
      silence.endsAt,
      actor.name,
      actor.office,
      actor.tokenId,
    ],
  );
  return rows[0]!.id;
}

/** Ends one early. `false` when it has ended already. */
export async function endAlertSilence(client: PoolClient, actor: Actor, id: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `update alert_silences set ended_at = clock_timestamp(), ended_by = $2
      where id = $1 and ended_at is null and ends_at > clock_timestamp()`,
    [id, `${actor.name}（${actor.office}）`],
  );
  return rowCount === 1;
}

function parse(row: AlertSilenceRow): AlertSilenceRow {
  return { ...row, matchers: alertMatcherSchema.array().parse(row.matchers) };
}
