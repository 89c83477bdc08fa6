import type { Recomputation } from '../assessment/recompute.js';
import { beijingTime } from '../domain/beijingTime.js';
import { instantOfDay, isDay } from '../domain/calendar.js';
import { formatMessage, type Language } from '../domain/messages.js';
import type { UploadReport, UploadService } from '../http/services.js';
import { annotateUpload } from '../ingest/annotateUpload.js';
import { importUpload, type ImportContext, type ImportOutcome } from '../ingest/importUpload.js';
import { renderReport, type ImportReport } from '../ingest/uploadReport.js';
import { countDifferences } from '../store/publishedDifferences.js';
import { countOpenSuspects } from '../store/suspects.js';
import { findUpload, listUploads, type StoredUpload } from '../store/uploads.js';

// An upload of a few years of hours is recomputed well within this; a longer one goes on after the answer.
const recomputeWaitMs = 5_000;

/**
 * Takes in files and answers with what became of them.
 *
 * @param recomputation waited for a moment after each file; `undefined` where the caller sees to it later
 */
export function createUploadService(
  context: ImportContext,
  recomputation: Recomputation | undefined,
  now: () => Date,
): UploadService {
  return {
    async upload(actor, file, options, language) {
      const outcome = await importUpload(context, actor, file, options);
      const stored = outcome.report.status === 'committed';
      const recomputed = stored && recomputation !== undefined && (await settle(recomputation));
      const report = fresh(outcome, `${actor.name}（${actor.office}）`, now(), recomputed, language);
      return recomputed ? withFindings(context, report, language) : report;
    },
    async list({ from, to, ...filter }) {
      const uploads = await listUploads(context.pool, {
        ...filter,
        ...(from === undefined ? {} : { from: instantOf(from) }),
        ...(to === undefined ? {} : { to: instantOf(to) }),
      });
      return uploads.map((upload) => {
        const { faults, changes, understanding, ...summary } = recorded(upload, 'zh');
        void [faults, changes, understanding];
        return summary;
      });
    },
    annotate: (id, language) => annotateUpload(context, id, language),
    async find(id, language) {
      const upload = await findUpload(context.pool, id);
      return upload && withFindings(context, recorded(upload, language), language);
    },
  };
}

/** Adds what the recomputation has found about the values of a stored upload, as it stands now. */
async function withFindings(
  { pool }: ImportContext,
  report: UploadReport,
  language: Language,
): Promise<UploadReport> {
  if (report.id === null || report.status !== 'committed') return report;
  const upload = report.id;
  const suspects = await countOpenSuspects(pool, upload);
  const differences = await countDifferences(pool, upload);
  const notices = [...report.notices];
  if (suspects > 0)
    notices.push(formatMessage('notice-suspects-stored', language, { count: suspects, upload }));
  if (differences > 0)
    notices.push(formatMessage('notice-published-differences', language, { count: differences, upload }));
  return { ...report, notices };
}

/** Waits a while for the figures; whether they are up to date now. */
export async function settle(recomputation: Recomputation): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), recomputeWaitMs);
  });
  // The marks are stored: a failure now is made up by the next run and must not turn a stored upload into an error.
  const done = recomputation.drain().then(
    () => true,
    () => false,
  );
  const settled = await Promise.race([done, timeout]);
  clearTimeout(timer);
  return settled;
}

function fresh(
  { report, upload }: ImportOutcome,
  by: string,
  now: Date,
  recomputed: boolean,
  language: Language,
): UploadReport {
  return {
    ...toView(report, language),
    id: upload?.id ?? null,
    recomputed,
    uploadedAt: beijingTime((upload?.at ?? now).getTime()),
    uploadedBy: by,
    undone: null,
  };
}

function recorded(upload: StoredUpload, language: Language): UploadReport {
  return {
    ...toView(upload.report as ImportReport, language),
    id: upload.id,
    recomputed: true,
    uploadedAt: beijingTime(upload.at.getTime()),
    uploadedBy: `${upload.actorName}（${upload.actorOffice}）`,
    undone: upload.undone && {
      at: beijingTime(upload.undone.at.getTime()),
      by: `${upload.undone.actorName}（${upload.undone.actorOffice}）`,
      reason: upload.undone.reason,
    },
  };
}

function toView(report: ImportReport, language: Language) {
  const rendered = renderReport(report, language);
  return {
    ...rendered,
    options: { ...rendered.options },
    sheets: (rendered.sheets ?? []).map((sheet) => ({ ...sheet, columns: copyColumns(sheet.columns) })),
    columns: copyColumns(rendered.columns),
    faults: rendered.faults.map((fault) => ({ ...fault })),
    changes: rendered.changes.map((change) => ({ ...change })),
    notices: [...rendered.notices],
    // Uploads recorded before they were kept have none.
    confidence: rendered.confidence ?? null,
    understanding: rendered.understanding ?? null,
    source: rendered.source ? { ...rendered.source, taken: [...rendered.source.taken] } : null,
    impact: rendered.impact?.map((one) => ({ ...one })) ?? null,
    createdSites: (rendered.createdSites ?? []).map((site) => ({ ...site, near: [...site.near] })),
    token: (rendered.token as string | null | undefined) ?? null,
  };
}

function copyColumns(columns: ImportReport['columns']) {
  return columns.map((column) => ({ ...column }));
}

/** The instant that a request names: of a Beijing day its start. */
function instantOf(text: string): Date {
  return isDay(text) ? new Date(instantOfDay(text)) : new Date(text);
}
