import type { Severity } from '../domain/notification.js';
import type { PoolClient, Queryable } from './pool.js';

/** One episode of an alert at a severity: what is acknowledged. */
export interface AlertEpisodeKey {
  readonly fingerprint: string;
  /** Start of the episode, epoch milliseconds. */
  readonly startsAt: number;
  readonly severity: Severity;
}

/** An episode that somebody has taken on. */
export interface AcknowledgementRow extends AlertEpisodeKey {
  readonly id: string;
  readonly at: Date;
  readonly actorName: string;
  readonly actorOffice: string;
  /** Message whose link was used; `null` otherwise. */
  readonly outboxId: string | null;
  readonly noteZh: string;
}

/** A note about an alert. */
export interface AlertNoteRow {
  readonly id: string;
  readonly at: Date;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly noteZh: string;
}

/** Acknowledgements of some alerts, the first one first. */
export async function listAcknowledgements(
  db: Queryable,
  fingerprints: readonly string[],
): Promise<AcknowledgementRow[]> {
  const { rows } = await db.query<Omit<AcknowledgementRow, 'startsAt'> & { startsAt: Date }>(
    `select id, fingerprint, starts_at as "startsAt", severity, at, actor_name as "actorName",
            actor_office as "actorOffice", outbox_id as "outboxId", note_zh as "noteZh"
       from alert_acknowledgements where fingerprint = any ($1::text[]) order by id`,
    [fingerprints],
  );
  return rows.map((row) => ({ ...row, startsAt: row.startsAt.getTime() }));
}

/** Who acknowledges; a link has no token. */
export interface Acknowledger {
  readonly tokenId: number | null;
  readonly name: string;
  readonly office: string;
}

/** Records that somebody has taken an episode on. */
export async function insertAcknowledgement(
  client: PoolClient,
  { tokenId, name, office }: Acknowledger,
  episode: AlertEpisodeKey & { readonly noteZh: string; readonly outboxId?: string | null },
): Promise<void> {
  await client.query(
    `insert into alert_acknowledgements
       (fingerprint, starts_at, severity, actor_name, actor_office, token_id, outbox_id, note_zh)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      episode.fingerprint,
      new Date(episode.startsAt),
      episode.severity,
      name,
      office,
      tokenId,
      episode.outboxId ?? null,
      episode.noteZh,
    ],
  );
}

/** Notes about an alert, the first one first. */
export async function listAlertNotes(db: Queryable, fingerprint: string): Promise<AlertNoteRow[]> {
  const { rows } = await db.query<AlertNoteRow>(
    `select id, at, actor_name as "actorName", actor_office as "actorOffice", note_zh as "noteZh"
       from alert_notes where fingerprint = $1 order by id`,
    [fingerprint],
  );
  return rows;
}

/** Adds a note to an alert. */
export async function insertAlertNote(
  client: PoolClient,
  { name, office }: Acknowledger,
  fingerprint: string,
  noteZh: string,
): Promise<void> {
  await client.query(
    'insert into alert_notes (fingerprint, actor_name, actor_office, note_zh) values ($1, $2, $3, $4)',
    [fingerprint, name, office, noteZh],
  );
}
