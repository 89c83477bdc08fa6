import type { AlertView } from '../alerts/alertView.js';
import type { SentMessage } from '../alerts/composeMessages.js';
import type { ConditionResult } from '../alerts/conditionResult.js';
import type { ReminderContext } from '../alerts/reminders.js';
import type { AlertState } from '../alerts/stateMachine.js';
import { createCalendar, kindOfDay, type WorkingCalendar } from '../alerts/workingDays.js';
import { alertMatcherSchema } from '../domain/alertMatcher.js';
import { alertRoutingSchema, type AlertRouting } from '../domain/alertRoute.js';
import type { Severity } from '../domain/notification.js';
import {
  findRoutingDocument,
  listEpisodesTakenOn,
  listRoutedChannels,
  listWithholding,
  type RoutedChannel,
} from '../store/alertEngine.js';
import { listFiring, listGroupTimes, listTold, type ToldRow } from '../store/alerts.js';
import { readSeededRouting } from '../store/alertSeeds.js';
import type { Queryable } from '../store/pool.js';
import { listOffices } from '../store/reference.js';
import { listWorkingDayOverrides } from '../store/workingDays.js';
import type { StoredAlert } from './followAlert.js';

/** Where messages of a route's channel really go. */
export type ResolveChannel = (code: string) => readonly RoutedChannel[];

/** What messages are made with: routing, what keeps them back, what was told. */
export interface TellContext extends ReminderContext {
  readonly resolve: ResolveChannel;
  /** Address at which people reach the service; without it messages carry no links. */
  readonly publicUrl: string | undefined;
}

/** The routing in force: the last stored, else that of the seeds. */
export async function loadRouting(db: Queryable): Promise<AlertRouting> {
  const document = await findRoutingDocument(db);
  return document === undefined ? readSeededRouting() : alertRoutingSchema.parse(document);
}

/** Chinese working days with what the bureau entered. */
export async function loadCalendar(db: Queryable): Promise<WorkingCalendar> {
  const overrides = await listWorkingDayOverrides(db);
  const years = new Set(overrides.map(({ day }) => day.slice(0, 4)));
  return createCalendar(
    overrides.map(({ nameZh, ...one }) => (nameZh === '' ? one : { ...one, nameZh })),
    [...years].filter((year) => !isKnownYear(year)),
  );
}

/** Whether the library has the holidays of a year. */
export function isKnownYear(year: string): boolean {
  return kindOfDay(createCalendar(), `${year}-01-01`).basis === 'calendar';
}

/** An alert that fires, as routes and messages see it. */
export function viewOf({ result, severity, status, firingSince }: StoredAlert): AlertView {
  return {
    result,
    severity: severity as Severity,
    state: status === 'no-data' ? 'no-data' : status === 'error' ? 'error' : 'firing',
    startsAt: firingSince!.getTime(),
  };
}

/** Reads what messages about some alerts are made with. Alerts must be stored already: those that fire inhibit others. */
export async function loadTellContext(
  db: Queryable,
  fingerprints: readonly string[],
  now: number,
  publicUrl?: string,
): Promise<TellContext> {
  const routing = await loadRouting(db);
  const kept = await listWithholding(db, now);
  const rules = kept.map(({ id, kind, titleZh, matchers, reason, author, startsAt, endsAt }) => ({
    kind,
    silence: {
      id: String(id),
      matchers: alertMatcherSchema.array().parse(matchers),
      author,
      reason,
      startsAt,
      endsAt,
      titleZh: titleZh === '' ? reason : titleZh,
    },
  }));
  const active = (await listFiring<AlertState, ConditionResult>(db)).map(viewOf);
  const offices = await listOffices(db);
  const channels = await listRoutedChannels(db);
  const resolve = resolverOf(channels, routing);
  const book = new ToldBook(await listTold(db, fingerprints), resolve);
  const groups = await listGroupTimes(db, now);
  return {
    routing,
    rules: {
      silences: rules.filter(({ kind }) => kind === 'silence').map(({ silence }) => silence),
      maintenance: rules.filter(({ kind }) => kind === 'maintenance').map(({ silence }) => silence),
      inhibitions: routing.inhibitions,
      active,
    },
    now,
    officeZh: (code) => offices.get(code) ?? code,
    firstSent: (fingerprint, startsAt, channel) => book.of(fingerprint, startsAt, channel)[0],
    lastSent: (fingerprint, startsAt, channel) => book.of(fingerprint, startsAt, channel).at(-1),
    firstTold: (fingerprint, startsAt) => book.episode(fingerprint, startsAt)[0]?.toldAt,
    wasEscalated: (fingerprint, startsAt, level) =>
      book.episode(fingerprint, startsAt).some((row) => row.level === level),
    groupSentAt: (key) => groups.get(key),
    acknowledgements: await listEpisodesTakenOn(db, fingerprints),
    calendar: await loadCalendar(db),
    resolve,
    publicUrl,
    ...(publicUrl === undefined ? {} : { linkOf: () => new URL('alerts.html', folderOf(publicUrl)).href }),
  };
}

/**
 * A route may name a channel that nobody has set up: then those of the root are told, and where there are none of these
 * either, every inbox.
 */
export function resolverOf(
  channels: readonly RoutedChannel[],
  { root }: Pick<AlertRouting, 'root'>,
): ResolveChannel {
  const byCode = new Map(channels.map((channel) => [channel.code, channel]));
  const ofRoot = root.channels.flatMap((code) => byCode.get(code) ?? []);
  const inboxes = channels.filter(({ type, disabled }) => type === 'inbox' && !disabled);
  const fallback = ofRoot.length > 0 ? ofRoot : inboxes;
  return (code) => {
    const own = byCode.get(code);
    return own === undefined ? fallback : [own];
  };
}

/** Who was told of which episode. */
class ToldBook {
  readonly #byEpisode = new Map<string, ToldRow[]>();
  readonly #resolve: ResolveChannel;

  constructor(rows: readonly ToldRow[], resolve: ResolveChannel) {
    this.#resolve = resolve;
    for (const row of rows) {
      const key = `${row.fingerprint} ${row.startsAt}`;
      const list = this.#byEpisode.get(key);
      if (list === undefined) this.#byEpisode.set(key, [row]);
      else list.push(row);
    }
  }

  /** All messages about an episode, the first one first. */
  episode(fingerprint: string, startsAt: number): readonly ToldRow[] {
    return this.#byEpisode.get(`${fingerprint} ${startsAt}`) ?? [];
  }

  /** Those through the channel that a route names. */
  of(fingerprint: string, startsAt: number, channel: string): SentMessage[] {
    const ids = new Set(this.#resolve(channel).map(({ id }) => id));
    return this.episode(fingerprint, startsAt)
      .filter(({ channelId }) => ids.has(channelId))
      .map(({ key, toldAt }) => ({ key, sentAt: toldAt }));
  }
}

/** A public address to which paths can be added. */
function folderOf(publicUrl: string): string {
  return publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`;
}
