import { addDays } from '../../domain/calendar.js';
import type { SitePeriod } from './decodeLookup.js';
import type { Fault } from './rejectCell.js';

/** Whether a Beijing day lies in a period. */
export function coversDay({ from, to }: Pick<SitePeriod, 'from' | 'to'>, day: string): boolean {
  return (from === null || from <= day) && (to === null || day < to);
}

/** What a name with dates means on a day: one period, or what is wrong with it. */
export function resolveOn(periods: readonly SitePeriod[], day: string): SitePeriod | Fault {
  const current = periods.filter((period) => coversDay(period, day));
  const [first] = current;
  if (first !== undefined && current.every(({ site }) => site.id === first.site.id)) return first;
  const shown = first === undefined ? periods : current;
  const params = { day, candidates: describe(shown, 'zh'), candidatesEn: describe(shown, 'en') };
  return first === undefined ? { code: 'site-not-then', params } : { code: 'site-ambiguous', params };
}

function describe(periods: readonly SitePeriod[], language: 'zh' | 'en'): string {
  const words = periods.slice(0, 5).map(({ site, from, to, mergedFrom }) => {
    const last = to === null ? undefined : addDays(to, -1);
    const merged = mergedFrom?.code ?? '';
    return language === 'zh'
      ? `${site.name}（编码 ${site.code}，${spanZh(from, last)}${merged && `，由 ${merged} 并入`}）`
      : `${site.name} (code ${site.code}, ${spanEn(from, last)}${merged && `, merged from ${merged}`})`;
  });
  return words.join(language === 'zh' ? '、' : ', ');
}

function spanZh(from: string | null, last: string | undefined): string {
  if (from === null) return last === undefined ? '一直' : `至 ${last}`;
  return last === undefined ? `${from} 起` : `${from} 至 ${last}`;
}

function spanEn(from: string | null, last: string | undefined): string {
  if (from === null) return last === undefined ? 'always' : `until ${last}`;
  return last === undefined ? `from ${from}` : `${from} to ${last}`;
}
