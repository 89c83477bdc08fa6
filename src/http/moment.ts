import { addDays, dayOfInstant, instantOfDay, isDay } from '../domain/calendar.js';
import { DomainError } from '../domain/domainError.js';
import { dayText, momentText } from './route.js';

/** Query fields that say which days count, and with the knowledge of which moment. */
export const momentFields = {
  asOf: momentText.optional().meta({
    description:
      'A Beijing day: judge the days up to this one, with what is known now. An RFC 3339 instant: what the service ' +
      'would have said at that instant, of the days up to the one before it (the same as both parameters)',
  }),
  knownAt: momentText.optional().meta({
    description:
      'Judge with the readings, flags, dust periods, sites, groups, standards, plans and targets as they were stored ' +
      'at this RFC 3339 instant, or at the end of this Beijing day',
  }),
};

export const momentDescription =
  'asOf 为日期：按现在所知，判定截至该日的情况；knownAt：按当时库中所存（数据、标记、沙尘、站点、标准、方案、目标）判定；' +
  'asOf 为时刻：还原服务当时会给出的结论。返回中同时写明 asOf 和 knownAt。 / ' +
  'asOf as a day: judged up to that day with what is known now. knownAt: with what was stored then. asOf as an ' +
  'instant: what the service would have said then. The answer states both.';

/** The last day that counts, and the instant whose knowledge is asked for; `null` is now. */
export interface Moment {
  readonly asOf: string;
  readonly knownAt: string | null;
}

/**
 * Reads both fields. The day before an instant's Beijing day is the last that was over then.
 *
 * @throws DomainError `invalid-request` when an instant as `asOf` comes with a `knownAt` of its own
 */
export function resolveMoment(
  query: { readonly asOf?: string | undefined; readonly knownAt?: string | undefined },
  judgeDate: string,
): Moment {
  const { asOf = judgeDate, knownAt } = query;
  if (isDay(asOf)) return { asOf, knownAt: knownAtOf({ knownAt }) };
  if (knownAt !== undefined)
    throw new DomainError('invalid-request', {
      detail: 'asOf 为时刻时不能再给 knownAt / asOf as an instant says knownAt already',
    });
  return { asOf: addDays(dayOfInstant(Date.parse(asOf)), -1), knownAt: asOf };
}

/** Reads `knownAt` alone; `null` is now. */
export function knownAtOf({ knownAt }: { readonly knownAt?: string | undefined }): string | null {
  return knownAt === undefined ? null : instantText(knownAt);
}

/** A day means its end, i.e. the instant at which the next begins. */
function instantText(moment: string): string {
  if (!dayText.safeParse(moment).success) return moment;
  return new Date(instantOfDay(addDays(moment, 1))).toISOString();
}
