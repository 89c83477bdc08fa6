import { matchesAll, type AlertMatcher } from '../domain/alertMatcher.js';
import type { AlertInhibition } from '../domain/alertRoute.js';
import { dayMs } from '../domain/calendar.js';
import { matchedValues, type AlertView } from './alertView.js';
import { momentZh } from './periodWords.js';

/** Mutes matching alerts for a while, by the clock. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly AlertMatcher[];
  readonly author: string;
  readonly reason: string;
  /** Half-open, epoch milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Planned work: alerts about DATA of that time are muted, whenever they are found out. */
export interface MaintenanceWindow extends Silence {
  readonly titleZh: string;
}

/** The longest silence. A longer one would be a rule that nobody sees is switched off. */
export const longestSilenceDays = 90;

/** What is wrong with a silence, each fault with its field; none for a good one. */
export function findSilenceFaults(
  { matchers, author, reason, startsAt, endsAt }: Omit<Silence, 'id'>,
  now: number,
): { readonly field: string; readonly message: string }[] {
  const faults: { field: string; message: string }[] = [];
  const add = (field: string, message: string) => void faults.push({ field, message });
  if (!matchers.some((one) => isSelective(one)))
    add('matchers', '至少一个条件，且不能匹配全部告警 / at least one matcher that does not match everything');
  if (author.trim() === '') add('author', '应写明设置人 / an author is needed');
  if (reason.trim() === '') add('reason', '应写明理由 / a reason is needed');
  if (!(endsAt > startsAt)) add('endsAt', '结束应晚于开始 / must be after the start');
  else if (endsAt <= now) add('endsAt', '已经过期 / has passed already');
  if (endsAt - Math.max(startsAt, now) > longestSilenceDays * dayMs)
    add('endsAt', `不得超过 ${longestSilenceDays} 天 / at most ${longestSilenceDays} days`);
  return faults;
}

function isSelective({ op, value }: AlertMatcher): boolean {
  if (op === '=' || op === '!=') return op === '=' ? value !== '' : true;
  return op === '!~' || !value.split('|').some((one) => /^\**$/.test(one));
}

/** Why a message is not sent; always recorded, never silent. */
export interface Withheld {
  readonly why: 'silenced' | 'maintenance' | 'inhibited' | 'never-told' | 'not-told';
  readonly reasonZh: string;
  /** Id of the silence or window, or fingerprint of the inhibiting alert. */
  readonly by?: string;
}

/** What may keep an alert from being told. */
export interface WithholdingRules {
  readonly silences: readonly Silence[];
  readonly maintenance: readonly MaintenanceWindow[];
  readonly inhibitions: readonly AlertInhibition[];
  /** Everything that fires now. */
  readonly active: readonly AlertView[];
}

/** Why an alert is not told now, or `undefined`. The first of silence, maintenance and inhibition is named. */
export function findWithheld(alert: AlertView, rules: WithholdingRules, now: number): Withheld | undefined {
  const values = matchedValues(alert);
  const silence = rules.silences.find(
    ({ matchers, startsAt, endsAt }) => startsAt <= now && now < endsAt && matchesAll(matchers, values),
  );
  if (silence !== undefined)
    return {
      why: 'silenced',
      reasonZh: `${silence.author} 设置静默至 ${momentZh(silence.endsAt)}：${silence.reason}`,
      by: silence.id,
    };
  const { at, until } = alert.result;
  const work = rules.maintenance.find(
    ({ matchers, startsAt, endsAt }) =>
      startsAt <= at && Math.max(at, until - 1) < endsAt && matchesAll(matchers, values),
  );
  if (work !== undefined)
    return { why: 'maintenance', reasonZh: `数据时段在维护窗口内：${work.titleZh}`, by: work.id };
  return findInhibited(alert, rules.inhibitions, rules.active);
}

/** Which firing alert mutes an alert. None mutes itself, nor one that would mute it in turn by the same entry. */
export function findInhibited(
  alert: AlertView,
  inhibitions: readonly AlertInhibition[],
  active: readonly AlertView[],
): Withheld | undefined {
  const values = matchedValues(alert);
  for (const { name, source, target, equal } of inhibitions) {
    if (!matchesAll(target, values) || matchesAll(source, values)) continue;
    const found = active.find(
      (other) =>
        other.state === 'firing' &&
        other.result.fingerprint !== alert.result.fingerprint &&
        equal.every((label) => other.result.labels[label] === alert.result.labels[label]) &&
        matchesAll(source, matchedValues(other)),
    );
    if (found !== undefined)
      return {
        why: 'inhibited',
        reasonZh: `${name}：由“${found.result.titleZh}”（${found.result.siteZh ?? found.result.indicatorZh ?? '全县'}）抑制`,
        by: found.result.fingerprint,
      };
  }
  return undefined;
}

/** Somebody has taken an alert on. */
export interface Acknowledgement {
  readonly fingerprint: string;
  /** Start of the episode that was acknowledged: the next one is not. */
  readonly startsAt: number;
  readonly severity: AlertView['severity'];
  readonly by: string;
  readonly at: number;
  readonly noteZh?: string;
}
