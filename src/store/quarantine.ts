import { createHash } from 'node:crypto';
import type { Actor } from '../domain/role.js';
import type { PoolClient, Queryable } from './pool.js';

/** Most lines that wait at a time, of one sender and of all. */
export const quarantineLimits = { ofSender: 10_000, ofAll: 100_000 } as const;

/** A line to be kept as it was sent. */
export interface NewQuarantinedLine {
  readonly code: string;
  readonly measurement: string;
  readonly subject: string;
  readonly line: Buffer;
  readonly hasTime: boolean;
}

/** A line that waits. */
export interface QuarantinedLine {
  readonly id: string;
  readonly code: string;
  readonly measurement: string;
  readonly subject: string;
  readonly line: Buffer;
  readonly precision: 'ns' | 'us' | 'ms' | 's' | 'm' | 'h';
  readonly receivedAt: Date;
  readonly lastAt: Date;
  readonly times: number;
  readonly actor: Pick<Actor, 'tokenId' | 'name' | 'office'>;
}

/** Lines that wait for the same reason. */
export interface QuarantineGroup {
  readonly code: string;
  readonly measurement: string;
  readonly subject: string;
  readonly lines: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Which lines; an absent part means all. */
export interface QuarantineFilter {
  readonly code?: string | undefined;
  readonly measurement?: string | undefined;
  readonly subject?: string | undefined;
}

/**
 * Keeps lines, as many as the bounds allow; one that is kept already counts up. Returns how many of them are kept now.
 */
export async function quarantineLines(
  client: PoolClient,
  actor: Actor,
  precision: QuarantinedLine['precision'],
  receivedAt: Date,
  lines: readonly NewQuarantinedLine[],
): Promise<number> {
  if (lines.length === 0) return 0;
  // Counted under a lock, so that two senders at the bound do not both find room.
  await client.query(`select pg_advisory_xact_lock(hashtext('quarantine'))`);
  const { rows } = await client.query<{ of_all: number; of_sender: number }>(
    `select count(*)::integer as of_all,
            count(*) filter (where token_id is not distinct from $1)::integer as of_sender
       from quarantined_lines`,
    [actor.tokenId],
  );
  const { of_all, of_sender } = rows[0]!;
  const room = Math.max(0, Math.min(quarantineLimits.ofAll - of_all, quarantineLimits.ofSender - of_sender));
  const unique = new Map(
    lines.map((line) => [hashOf(line, actor, precision, receivedAt).toString('hex'), line]),
  );
  const hashes = [...unique.keys()].map((hex) => Buffer.from(hex, 'hex'));
  const again = await client.query<{ hash: Buffer }>(
    'update quarantined_lines set times = times + 1, last_at = $2 where hash = any ($1::bytea[]) returning hash',
    [hashes, receivedAt],
  );
  for (const { hash } of again.rows) unique.delete(hash.toString('hex'));
  const fresh = [...unique].slice(0, room);
  await client.query(
    `insert into quarantined_lines (hash, token_id, actor_name, actor_office, code, measurement, subject, line,
                                    precision, received_at, last_at)
     select hash, $1, $2, $3, code, measurement, subject, line, $4, $5, $5
       from unnest($6::bytea[], $7::text[], $8::text[], $9::text[], $10::bytea[]) as u (hash, code, measurement, subject, line)`,
    [
      actor.tokenId,
      actor.name,
      actor.office,
      precision,
      receivedAt,
      fresh.map(([hex]) => Buffer.from(hex, 'hex')),
      fresh.map(([, { code }]) => code),
      // Text columns cannot hold NUL.
      fresh.map(([, { measurement }]) => measurement.replaceAll('\0', '')),
      fresh.map(([, { subject }]) => subject.replaceAll('\0', '')),
      fresh.map(([, { line }]) => line),
    ],
  );
  return again.rows.length + fresh.length;
}

function hashOf(line: NewQuarantinedLine, actor: Actor, precision: string, receivedAt: Date): Buffer {
  const time = line.hasTime ? '' : receivedAt.toISOString();
  return createHash('sha256').update(`${actor.tokenId} ${precision} ${time}\n`).update(line.line).digest();
}

const matching = `($1::text is null or code = $1) and ($2::text is null or measurement = $2)
  and ($3::text is null or subject = $3)`;

const filterOf = ({ code, measurement, subject }: QuarantineFilter) => [
  code ?? null,
  measurement ?? null,
  subject ?? null,
];

/** What waits, by reason, the largest group first; at most 1,000 groups. */
export async function listQuarantine(db: Queryable, filter: QuarantineFilter): Promise<QuarantineGroup[]> {
  const { rows } = await db.query<QuarantineGroup>(
    `select code, measurement, subject, count(*)::integer as lines, min(received_at) as "firstAt",
            max(last_at) as "lastAt"
       from quarantined_lines where ${matching}
      group by code, measurement, subject order by lines desc, code, measurement, subject limit 1000`,
    filterOf(filter),
  );
  return rows;
}

/** Up to `limit` lines that wait, the oldest first, behind a number; locked until the transaction ends. */
export async function takeQuarantined(
  client: PoolClient,
  filter: QuarantineFilter,
  afterId: string,
  limit: number,
): Promise<QuarantinedLine[]> {
  const { rows } = await client.query<
    Omit<QuarantinedLine, 'actor'> & { tokenId: number | null; name: string; office: string }
  >(
    `select id, code, measurement, subject, line, precision, received_at as "receivedAt", last_at as "lastAt", times,
            token_id as "tokenId", actor_name as name, actor_office as office
       from quarantined_lines where ${matching} and id > $4 order by id limit $5 for update`,
    [...filterOf(filter), afterId, limit],
  );
  return rows.map(({ tokenId, name, office, ...line }) => ({ ...line, actor: { tokenId, name, office } }));
}

/** Lets lines go. */
export async function deleteQuarantined(client: Queryable, ids: readonly string[]): Promise<void> {
  await client.query('delete from quarantined_lines where id = any ($1::bigint[])', [ids]);
}

/** How many lines wait. */
export async function countQuarantined(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::integer as n from quarantined_lines');
  return rows[0]!.n;
}
