import type { PoolClient } from 'pg';
import { addDays, instantOfDay } from '../domain/calendar.js';
import type { Target } from '../domain/target.js';
import { findJudgedPeriod } from '../evaluation/judgement.js';
import { listCauses, type CauseSearch } from '../store/noticeCauses.js';
import {
  insertNotice,
  lockFiguresIn,
  noticedUntil,
  type PublishedFigure,
} from '../store/publishedFigures.js';
import { listGroupMembers } from '../store/sites.js';
import { listTargets } from '../store/targets.js';
import type { VerdictDay } from '../store/verdictDays.js';

/**
 * Raises a notice for every published figure of a target whose value, as of the last day of its period, is recorded
 * anew, in the transaction that records it.
 */
export async function noticeTargetFigures(client: PoolClient, news: readonly VerdictDay[]): Promise<void> {
  if (news.length === 0) return;
  const days = news.map(({ asOf }) => asOf).sort();
  const values = new Map(news.map(({ targetId, asOf, value }) => [`${targetId} ${asOf}`, value]));
  for (const figure of await lockFiguresIn(client, ['target'], days[0]!, days.at(-1)!)) {
    const asOf = addDays(figure.endDay, -1);
    const value = values.get(`${figure.subject} ${asOf}`);
    if (value === undefined || value === figure.currentValue) continue;
    await insertNotice(client, figure, value, await causesOf(client, figure, asOf));
  }
}

async function causesOf(client: PoolClient, figure: PublishedFigure, asOf: string) {
  const found = (await listTargets(client, asOf)).find(({ target }) => String(target.id) === figure.subject);
  if (found === undefined) return [];
  const { target } = found;
  const period = findJudgedPeriod(target, asOf);
  const siteIds = (await listGroupMembers(client)).get(target.siteGroup) ?? [];
  return listCauses(client, {
    since: await noticedUntil(client, figure.id),
    siteIds,
    from: new Date(instantOfDay(addDays(period.from, -1))),
    to: new Date(instantOfDay(figure.endDay)),
    group: target.siteGroup,
    ...inputsOf(target),
  });
}

function inputsOf(target: Target): Pick<CauseSearch, 'families' | 'dust' | 'indicator'> {
  if (target.kind === 'annual-mean' || target.kind === 'day-share' || target.kind === 'day-count')
    return { families: ['air_hour', 'air_day'], dust: true };
  if (target.kind === 'section-grade') return { families: ['water_sample', 'water_month'], dust: false };
  return { families: [], dust: false, indicator: target.indicator };
}
