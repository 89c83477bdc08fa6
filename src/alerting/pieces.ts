import { addDays, dayOfInstant, hourMs, instantOfDay } from '../domain/calendar.js';
import type { Stretch } from './alertWalk.js';
import type { Reach } from './stretches.js';

/** Station hours that are loaded and judged at a time: some tenths of a second. */
const hoursAtATime = 2_000;
/** Station hours whose results are held at a time: some 50 MB. One series, however long, is followed as a whole. */
const hoursTogether = 40_000;
const leastHours = { hour: 24, day: 7 * 24 };

/**
 * End of the next piece of a span, of bounded work: the end of a Beijing day, or that of the span. Only for rules that judge
 * each hour or day for itself, so that what they say does not depend on where pieces end.
 *
 * @param at where it begins, before the end
 * @param subjects how many sites are judged; at least one
 * @param wanted end of what has to be looked at in any case; what follows is taken in pieces that grow
 * @param turn how many pieces went before it without leaving anything out
 */
export function endOfPiece(
  { grain }: Pick<Reach, 'grain'>,
  at: number,
  to: number,
  { subjects, wanted = Infinity, turn = 0 }: { subjects: number; wanted?: number; turn?: number },
): number {
  const unit = grain === 'hour' ? 1 : 24;
  const most = Math.max(leastHours[grain], Math.floor(hoursAtATime / Math.max(1, subjects)) * unit) * hourMs;
  const least = leastHours[grain] * 2 ** Math.min(turn, 20) * hourMs;
  const end = at + Math.min(most, Math.max(least, wanted - at));
  const midnight = instantOfDay(dayOfInstant(end));
  return Math.min(to, midnight > at ? midnight : instantOfDay(addDays(dayOfInstant(end), 1)));
}

/** A span in pieces, without gap and overlap; `undefined` reach: as a whole. */
export function piecesOf(
  reach: Pick<Reach, 'grain'> | undefined,
  { from, to }: Stretch,
  subjects: number,
): Stretch[] {
  if (reach === undefined || to <= from) return [{ from, to }];
  const pieces: Stretch[] = [];
  for (let at = from; at < to; at = pieces.at(-1)!.to)
    pieces.push({ from: at, to: endOfPiece(reach, at, to, { subjects }) });
  return pieces;
}

/** How many subjects may be followed together over a span that is judged as a whole; at least one. */
export function subjectsTogether({ from, to }: Stretch): number {
  return Math.max(1, Math.floor((hoursTogether * hourMs) / Math.max(hourMs, to - from)));
}
