import { graverOf } from '../domain/alertLevel.js';
import type { Severity } from '../domain/notification.js';
import type { IntervalVerdict } from './conditionResult.js';
import { episodesOf, isOfEpisode, transitionId, type Episode } from './episodes.js';
import type { History, Transition } from './stateMachine.js';

/** In what an alert told earlier differs from what is known now. `course`: when its severity changed. */
export type EpisodeChange = 'start' | 'end' | 'severity' | 'value' | 'merged' | 'split' | 'course';

/**
 * What has to be told of one alert.
 * - `live`: it happens now; the transition says what.
 * - `late` 补报: it should have fired and did not; or (`before` not empty) data of the past took an alert on that was told.
 * - `correction` 更正: it was told differently.
 * - `withdrawal` 撤回: it should not have fired.
 */
export type Finding<V extends IntervalVerdict = IntervalVerdict> =
  | {
      readonly kind: 'live';
      readonly transition: Transition<V>;
      /** Changes of severity before the transition that nobody was told of; the message mentions them. */
      readonly folded: readonly Transition<V>[];
    }
  | {
      readonly kind: 'late' | 'correction' | 'withdrawal';
      readonly before: readonly Episode<V>[];
      readonly after: readonly Episode<V>[];
      readonly changes: readonly EpisodeChange[];
      /** It still fires by recent data, so that the message may say that it goes on. */
      readonly ongoing: boolean;
      /** Why what was in breach does not count, where that is known. */
      readonly becauseZh?: string;
    };

/** When a statement about data is one about now. */
export interface LiveWindow {
  readonly now: number;
  /** Data that ended at most this long ago are recent. */
  readonly liveWindowMs: number;
}

/**
 * What has to be told when what was known of an alert (`before`) becomes `after`. Both start from the same data; `after`
 * may reach further. What differs over the data that `before` had seen was told wrongly or not at all; what lies beyond is
 * news, and is told as happening now only where its data are recent. Equal histories give nothing.
 */
export function reconcile<V extends IntervalVerdict>(
  before: History<V>,
  after: History<V>,
  window: LiveWindow,
): Finding<V>[] {
  const seen = before.lastAt ?? -Infinity;
  const isSeen = ({ at }: Transition): boolean => at <= seen;
  const past = after.transitions.filter(isSeen);
  const news = after.transitions.filter((transition) => !isSeen(transition));
  const recent = isRecent(after.through, window);
  const finals = new Map(episodesOf(after.transitions).map((one) => [one.startsAt, one]));
  const findings = comparePast(episodesOf(before.transitions), episodesOf(past), finals, recent);
  // An episode that is corrected to its end, or told late, needs no news of its own.
  const told = new Set(
    findings.flatMap((one) => (one.kind === 'live' ? [] : one.after)).map((one) => one.startsAt),
  );
  return [...findings, ...tellNews(news, episodesOf(past), finals, told, window, recent)];
}

function isRecent(until: number | null, { now, liveWindowMs }: LiveWindow): boolean {
  return until !== null && now - until <= liveWindowMs;
}

/** Compares what was told with what should have been, over the same data. */
function comparePast<V extends IntervalVerdict>(
  told: readonly Episode<V>[],
  known: readonly Episode<V>[],
  finals: ReadonlyMap<number, Episode<V>>,
  recent: boolean,
): Finding<V>[] {
  return gatherOverlapping(told, known).flatMap(({ before, after }): Finding<V>[] => {
    const changes = compareEpisodes(before, after);
    if (before.length > 0 && after.length > 0 && changes.length === 0) return [];
    const settled = after.map((one) => finals.get(one.startsAt) ?? one);
    const ongoing = recent && settled.some(({ endsAt }) => endsAt === null);
    if (after.length === 0) return [{ kind: 'withdrawal', before, after: [], changes, ongoing }];
    if (before.length > 0) return [{ kind: 'correction', before, after: settled, changes, ongoing }];
    const [only] = settled;
    // It fires now, and nobody has been told: that is no supplement to the past.
    if (ongoing && settled.length === 1 && only !== undefined) return [asLive(only)];
    return [{ kind: 'late', before: [], after: settled, changes, ongoing }];
  });
}

/** An episode as it stands now, told for the first time. */
function asLive<V extends IntervalVerdict>(episode: Episode<V>): Finding<V> {
  const [first, ...rest] = episode.transitions;
  const { at, verdict } = rest.at(-1) ?? first!;
  return { kind: 'live', transition: { ...first!, at, severity: episode.severity, verdict }, folded: rest };
}

interface Gathered<V extends IntervalVerdict> {
  before: Episode<V>[];
  after: Episode<V>[];
}

/** Groups of episodes that hang together by sharing time, in the order of their starts. */
function gatherOverlapping<V extends IntervalVerdict>(
  before: readonly Episode<V>[],
  after: readonly Episode<V>[],
): Gathered<V>[] {
  const all = [
    ...before.map((episode) => ({ episode, side: 'before' as const })),
    ...after.map((episode) => ({ episode, side: 'after' as const })),
  ].sort((one, other) => one.episode.startsAt - other.episode.startsAt);
  const groups: (Gathered<V> & { until: number })[] = [];
  for (const { episode, side } of all) {
    const until = episode.endsAt ?? Infinity;
    const last = groups.at(-1);
    if (last !== undefined && episode.startsAt < last.until) {
      last[side].push(episode);
      last.until = Math.max(last.until, until);
    } else groups.push({ before: [], after: [], [side]: [episode], until });
  }
  return groups;
}

function compareEpisodes<V extends IntervalVerdict>(
  before: readonly Episode<V>[],
  after: readonly Episode<V>[],
): EpisodeChange[] {
  const changes: EpisodeChange[] = [];
  if (before.length > after.length && after.length > 0) changes.push('merged');
  if (after.length > before.length && before.length > 0) changes.push('split');
  const [old, young] = [before[0], after[0]];
  if (old === undefined || young === undefined) return changes;
  if (old.startsAt !== young.startsAt) changes.push('start');
  if (before.at(-1)!.endsAt !== after.at(-1)!.endsAt) changes.push('end');
  if (gravestOf(before) !== gravestOf(after)) changes.push('severity');
  if (firstValue(old) !== firstValue(young)) changes.push('value');
  const [told, known] = [before, after].map((list) =>
    list.flatMap((one) => one.transitions.map(transitionId)),
  );
  if (changes.length === 0 && told!.join() !== known!.join()) changes.push('course');
  return changes;
}

function gravestOf(episodes: readonly Episode[]): Severity | undefined {
  return episodes.map(({ gravest }) => gravest).reduce<Severity | undefined>(graverOf, undefined);
}

function firstValue({ transitions }: Episode): string | undefined {
  return transitions[0]?.verdict.value;
}

/** Tells what lies beyond the data seen before. */
function tellNews<V extends IntervalVerdict>(
  news: readonly Transition<V>[],
  past: readonly Episode<V>[],
  finals: ReadonlyMap<number, Episode<V>>,
  told: ReadonlySet<number>,
  window: LiveWindow,
  recent: boolean,
): Finding<V>[] {
  const gaps = news
    .filter((transition) => !isOfEpisode(transition) && isRecent(transition.verdict.until, window))
    .filter(({ reason }) => reason !== 'became-pending' && reason !== 'pending-ended')
    .map((transition): Finding<V> => ({ kind: 'live', transition, folded: [] }));
  const episodes = episodesOf(news)
    .filter(({ startsAt }) => !told.has(startsAt))
    .flatMap((added): Finding<V>[] => {
      const final = finals.get(added.startsAt) ?? added;
      const earlier = past.filter(({ startsAt }) => startsAt === added.startsAt);
      return tellEpisode(added.transitions, earlier, final, recent);
    });
  return [...episodes, ...gaps].sort((one, other) => timeOf(one) - timeOf(other));
}

function tellEpisode<V extends IntervalVerdict>(
  added: readonly Transition<V>[],
  earlier: readonly Episode<V>[],
  final: Episode<V>,
  recent: boolean,
): Finding<V>[] {
  const late: Finding<V> = { kind: 'late', before: earlier, after: [final], changes: [], ongoing: false };
  if (final.endsAt === null) {
    if (!recent) return [late];
    if (earlier.length === 0) return [asLive(final)];
    // Only the last change of severity is true now.
    return [{ kind: 'live', transition: added.at(-1)!, folded: added.slice(0, -1) }];
  }
  // It began and ended before anybody could be told.
  if (earlier.length === 0) return [late];
  return [{ kind: 'live', transition: added.at(-1)!, folded: added.slice(0, -1) }];
}

function timeOf(finding: Finding): number {
  if (finding.kind === 'live') return finding.transition.at;
  return (finding.after[0] ?? finding.before[0])?.startsAt ?? 0;
}
