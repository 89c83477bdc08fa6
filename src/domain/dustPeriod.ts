import { dayMs } from './calendar.js';
import { DomainError } from './domainError.js';

/**
 * The longest dust period that is taken, in days. Dust weather lasts hours to days; a longer span is a mistyped date,
 * and would take the particles of a whole season out of the second ledger. Ours, not a standard's.
 */
export const maxDustPeriodDays = 31;

/** Refuses periods (epoch milliseconds) that end before they start or are too long: DomainError `invalid-request`. */
export function checkDustPeriod({ start, end }: { readonly start: number; readonly end: number }): void {
  if (end <= start) {
    throw new DomainError('invalid-request', { detail: 'end 必须晚于 start / end must be after start' });
  }
  if (end - start > maxDustPeriodDays * dayMs) {
    throw new DomainError('invalid-request', {
      detail: `一个沙尘时段不超过 ${maxDustPeriodDays} 天 / a dust period lasts at most ${maxDustPeriodDays} days`,
    });
  }
}
