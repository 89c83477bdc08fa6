import type { Recomputation } from '../assessment/recompute.js';
import { beijingTime } from '../domain/beijingTime.js';
import { formatMessage, type Language } from '../domain/messages.js';
import type { LaterChangeView, UndoService } from '../http/services/undo.js';
import type { ImportContext } from '../ingest/importUpload.js';
import { undoUpload, type UndoOutcome } from '../ingest/undoUpload.js';
import { listSites } from '../store/sites.js';
import type { LaterChange } from '../store/undoWrite.js';
import { settle } from './uploadService.js';

/** Takes uploads back and answers with what became of their values. */
export function createUndoService(
  context: ImportContext,
  recomputation: Recomputation,
  now: () => Date,
): UndoService {
  return {
    async undo(actor, id, options, language) {
      // Before the undo: once that is committed, no failure of a look-up may hide it.
      const names = new Map((await listSites(context.pool)).map((site) => [site.id, site.code]));
      const outcome = await undoUpload(context, actor, id, options);
      const undone = outcome.status === 'undone';
      const { findings, later, laterCount, rowsRemoved, flags, others, status } = outcome;
      return {
        uploadId: id,
        status,
        reason: options.reason,
        undoneAt: undone ? beijingTime(now().getTime()) : null,
        undoneBy: `${actor.name}（${actor.office}）`,
        values: { ...findings.values },
        reports: { ...findings.reports },
        rowsRemoved,
        flags: { ...flags },
        others: { ...others },
        changedLater: { total: laterCount, items: later.map((change) => toView(change, names)) },
        notices: noticesOf(outcome, language),
        impact: outcome.impact?.map((one) => ({ ...one })) ?? null,
        recomputed: undone && (await settle(recomputation)),
      };
    },
  };
}

function noticesOf({ findings, repeatedBy }: UndoOutcome, language: Language): string[] {
  const notices: string[] = [];
  const kept = findings.values.kept + findings.reports.kept;
  if (kept > 0) notices.push(formatMessage('notice-undo-kept', language, { count: kept }));
  if (repeatedBy.length > 0) {
    notices.push(formatMessage('notice-undo-repeated', language, { uploads: repeatedBy.join('、') }));
  }
  return notices;
}

function toView(change: LaterChange, names: ReadonlyMap<number, string>): LaterChangeView {
  return {
    kind: change.kind,
    family: change.family,
    site: names.get(change.siteId) ?? String(change.siteId),
    time: beijingTime(change.time.getTime()),
    indicator: change.indicator,
    given: change.given,
    stored: change.stored,
    origin: change.uploadId === null ? change.writeKind : `upload ${change.uploadId}`,
    by: `${change.actorName}（${change.actorOffice}）`,
    at: beijingTime(change.at.getTime()),
  };
}
