import { judgeTargets } from '../assessment/judgeTargets.js';
import {
  computeFigure,
  computeGroupMean,
  daysOfPeriod,
  findSection,
  parseGroupSubject,
} from '../assessment/publishedFigures.js';
import { loadReference } from '../assessment/reference.js';
import { beijingTime } from '../domain/beijingTime.js';
import { addDays } from '../domain/calendar.js';
import { roundHalfEven } from '../domain/decimal.js';
import { DomainError } from '../domain/domainError.js';
import type { Actor } from '../domain/role.js';
import type { Target } from '../domain/target.js';
import { findPeriodAt, lastDayOf } from '../evaluation/judgement.js';
import type {
  NoticeView,
  PublishedFigureInput,
  PublishedFigureService,
  PublishedFigureView,
} from '../http/services/verdictHistory.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction, type Pool, type PoolClient } from '../store/pool.js';
import {
  acknowledgeNotice,
  insertPublishedFigure,
  listNotices,
  listPublishedFigures,
  type FigureNotice,
  type PublishedFigure,
} from '../store/publishedFigures.js';
import { listIndicators } from '../store/reference.js';
import { lockQuarterOf } from '../store/verdictMarks.js';

/**
 * Published figures and the notices about them.
 *
 * @param settle brings the derived figures up to date, so that what is marked is what the stored data give
 */
export function createPublishedFigureService(
  pool: Pool,
  settle: () => Promise<void>,
): PublishedFigureService {
  return {
    async list({ kind, subject, replaced }) {
      const filter = {
        ...(kind === undefined ? {} : { kind }),
        ...(subject === undefined ? {} : { subject }),
        replaced,
      };
      return (await listPublishedFigures(pool, filter)).map(toView);
    },
    async mark(actor, input) {
      await settle();
      return inTransaction(pool, async (client) => toView(await markFigure(client, actor, input)));
    },
    async listNotices({ open, limit }) {
      return (await listNotices(pool, { ...(open === undefined ? {} : { open }), limit })).map(toNotice);
    },
    async acknowledge(actor, id, words) {
      return inTransaction(pool, async (client) => {
        await acknowledgeNotice(client, actor, id, words);
        await insertAudit(client, actor, 'notice-acknowledged', `notice ${id}`, { words });
        return toNotice((await listNotices(client, { ids: [id], limit: 1 }))[0]!);
      });
    },
  };
}

/** Marks a figure as published, in the caller's transaction. */
export async function markFigure(
  client: PoolClient,
  actor: Actor,
  input: PublishedFigureInput,
): Promise<PublishedFigure> {
  const { kind, subject, period, document, date, note = '' } = input;
  const days = daysOfPeriod(period);
  // Whoever derives new figures meanwhile does not know of the mark yet: it waits, or we do.
  if (kind === 'group-mean') await client.query(`select pg_advisory_xact_lock(hashtext('air group days'))`);
  if (kind === 'section-class') await client.query(`select pg_advisory_xact_lock(hashtext('water months'))`);
  if (kind === 'target') await lockQuarterOf(client, addDays(days.endDay, -1));
  const found = await findFigure(client, { ...input, ...days });
  const publishedValue = input.value ?? found.usual;
  if (publishedValue === null)
    throw new DomainError('invalid-request', { detail: `value: ${kind} ${subject} ${period}` });
  const figure = { kind, subject, period, ...days, publishedValue };
  const computedValue =
    kind === 'target' ? found.usual : await computeFigure(client, found.reference, figure);
  const marked = await insertPublishedFigure(client, actor, {
    ...figure,
    computedValue,
    document,
    publishedOn: date,
    note,
  });
  await insertAudit(client, actor, 'figure-published', `${kind} ${subject} ${period}`, {
    ...input,
    publishedValue,
    computedValue,
  });
  return marked;
}

/**
 * What is computed for a figure, as it would usually be printed. Throws DomainError `not-found`, for a target
 * `period-not-judged`.
 */
async function findFigure(
  client: PoolClient,
  figure: PublishedFigureInput & { readonly firstDay: string; readonly endDay: string },
) {
  const { kind, subject } = figure;
  const reference = await loadReference(client);
  const missing = new DomainError('not-found', { what: `${kind} ${subject}` });
  if (kind === 'target') {
    if (!/^[1-9]\d{0,8}$/.test(subject)) throw missing;
    const [judged] = await judgeTargets(client, addDays(figure.endDay, -1), Number(subject));
    if (judged === undefined) throw missing;
    refuseUnjudged(judged.target, figure);
    return { reference, usual: judged.judgement.value };
  }
  if (kind === 'section-class') {
    if (findSection(reference, subject) === undefined) throw missing;
    return { reference, usual: await computeFigure(client, reference, { ...figure, publishedValue: '' }) };
  }
  const parts = parseGroupSubject(reference, subject);
  if (parts === undefined) throw missing;
  const mean = await computeGroupMean(client, reference, subject, figure);
  const item = parts.statistic.replace('-without-dust', '');
  const decimals = (await listIndicators(client)).find(({ code }) => code === item)?.decimals ?? 0;
  return { reference, usual: mean === null ? null : roundHalfEven(mean, decimals).toFixed(decimals) };
}

/** Throws DomainError `period-not-judged` for days of which a target says nothing: its figure is that of other days. */
function refuseUnjudged(
  target: Target,
  figure: PublishedFigureInput & { readonly firstDay: string; readonly endDay: string },
): void {
  const { period, touched } = findPeriodAt(target, figure);
  if (touched) return;
  throw new DomainError('period-not-judged', {
    target: `${target.id} ${target.nameZh}`,
    targetEn: `${target.id} ${target.nameEn}`,
    period: figure.period,
    from: period.from,
    to: lastDayOf(period),
  });
}

function toView(figure: PublishedFigure): PublishedFigureView {
  const { firstDay, endDay, markedAt, markedBy, markedOffice, ...rest } = figure;
  void [firstDay, endDay];
  return { ...rest, markedAt: beijingTime(markedAt.getTime()), markedBy: `${markedBy}（${markedOffice}）` };
}

function toNotice(notice: FigureNotice): NoticeView {
  const { acknowledgedAt, acknowledgedBy, acknowledgedOffice, acknowledgedWords } = notice;
  return {
    id: notice.id,
    titleZh: '已公布数据变更',
    figure: toView(notice.figure),
    raisedAt: beijingTime(notice.raisedAt.getTime()),
    oldValue: notice.oldValue,
    newValue: notice.newValue,
    causes: notice.causes.map(({ writeId, kind, by, office, at, reason, uploadId }) => ({
      writeId,
      kind,
      by: `${by}（${office}）`,
      at: beijingTime(Date.parse(at)),
      reason,
      uploadId,
    })),
    acknowledged:
      acknowledgedAt === null
        ? null
        : {
            at: beijingTime(acknowledgedAt.getTime()),
            by: `${acknowledgedBy ?? ''}（${acknowledgedOffice ?? ''}）`,
            words: acknowledgedWords ?? '',
          },
  };
}
