import type { Readable } from 'node:stream';
import type { Pool, PoolClient } from 'pg';
import type { Rejection } from '../domain/rejection.js';
import type { Actor } from '../domain/role.js';
import { insertAudit } from '../store/audit.js';
import { applyStage } from '../store/mergeValues.js';
import { ensurePartitions } from '../store/partitions.js';
import { saveReport } from '../store/periodReports.js';
import { inTransaction } from '../store/pool.js';
import type { Stage } from '../store/stage.js';
import { digestStage, lockAltered } from '../store/stageDigest.js';
import { insertUploadFaults } from '../store/uploadFaults.js';
import { insertUpload } from '../store/uploads.js';
import { insertExtents, insertWrite } from '../store/writes.js';
import { applySource } from './applySource.js';
import { buildReport, describePlan, emptyReport } from './buildReport.js';
import { openSiteCreation } from './createSites.js';
import { FaultList } from './faultList.js';
import type { ImportOptions } from './importOptions.js';
import type { JudgedList } from './judgedList.js';
import { judgeUpload, type JudgedUpload } from './judgeUpload.js';
import { keepMapping } from './keepMapping.js';
import { receiveFile, type ReceivedFile } from './receivedFile.js';
import { retryDeadlocks } from './retryDeadlocks.js';
import { checkListRole, judgeLists } from './saveLists.js';
import { loadLookup, type SiteLookup } from './siteLookup.js';
import { noteSuccessors, reportCreatedSites } from './siteNotices.js';
import { stageFile } from './stageFile.js';
import { checkTrialToken, formatTrialToken } from './trialToken.js';
import type { ImpactOnTarget, ImportReport } from './uploadReport.js';

/** Named moments of an import at which tests let the process or the database die. */
export type ImportPoint =
  'parsed' | 'staged' | 'before-commit' | 'after-commit' | 'undo-before-commit' | 'undo-after-commit';

export interface ImportContext {
  readonly pool: Pool;
  readonly uploadsDir: string;
  readonly maxBytes: number;
  readonly maxRows: number;
  readonly reached: (point: ImportPoint) => Promise<void>;
  /**
   * Asked before a trial run's transaction, so that a waiting connection never needs a second one; the function it gives
   * says what the data written in that transaction would change.
   */
  readonly prepareImpact?: () => Promise<AssessImpact>;
}

type AssessImpact = (client: PoolClient) => Promise<readonly ImpactOnTarget[] | undefined>;

/** A finished import: what it found, and its record when one was made. */
export interface ImportOutcome {
  readonly report: ImportReport;
  readonly upload: { readonly id: string; readonly at: Date } | undefined;
}

/**
 * Takes in one file: everything it stores, its record and the audit entry are one transaction, so after a crash it is
 * wholly there or wholly absent. A trial run, a refused file and one that would change stored values without leave
 * store no value.
 *
 * @throws DomainError `payload-too-large`; failures of disk and database
 */
export async function importUpload(
  context: ImportContext,
  actor: Actor,
  file: { readonly name: string; readonly content: Readable },
  options: ImportOptions,
): Promise<ImportOutcome> {
  const received = await receiveFile(context.uploadsDir, file.content, context.maxBytes);
  try {
    return await importReceived(context, actor, file.name, received, options);
  } finally {
    await received.discard();
  }
}

/** Ends a transaction without storing anything, carrying the report out. */
class Unstored extends Error {
  constructor(
    readonly report: ImportReport,
    readonly faults: FaultList,
  ) {
    super('nothing is to be stored');
  }
}

/** Somebody else stored other values between the comparison and the merge: compared again, the report can name them. */
class Overtaken extends Error {}

async function importReceived(
  context: ImportContext,
  actor: Actor,
  name: string,
  received: ReceivedFile,
  given: ImportOptions,
): Promise<ImportOutcome> {
  const { encoding } = received;
  const { options, fault } = await applySource(context.pool, given);
  if (options.token !== undefined && !options.dryRun) {
    checkTrialToken(options.token, received.sha256, options, undefined);
  }
  if (typeof encoding !== 'string' || fault !== undefined) {
    const faults = new FaultList();
    for (const each of [encoding, fault]) if (typeof each === 'object') faults.addFatal(each);
    const report = emptyReport(name, received, faults, options);
    return recordRefusal(context, actor, received, report, faults);
  }
  const lookup = await loadLookup(context.pool);
  const assess = options.dryRun ? await context.prepareImpact?.() : undefined;
  try {
    const outcome = await untilNotOvertaken(() =>
      inTransaction(context.pool, (client) =>
        importInTransaction(context, client, actor, { name, received, encoding }, lookup, options, assess),
      ),
    );
    await context.reached('after-commit');
    return outcome;
  } catch (error) {
    if (!(error instanceof Unstored)) throw error;
    if (error.report.status !== 'rejected') return { report: error.report, upload: undefined };
    return recordRefusal(context, actor, received, error.report, error.faults);
  }
}

/** Tries again when another upload stored other values in between. Nothing of a failed attempt is stored. */
async function untilNotOvertaken<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await retryDeadlocks(attempt);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
}

const mappingOfSeveral: Rejection = {
  line: 0,
  column: 'saveMapping',
  value: 'true',
  code: 'mapping-of-several-sheets',
  params: {},
};

interface DecodableFile {
  readonly name: string;
  readonly received: ReceivedFile;
  readonly encoding: Exclude<ReceivedFile['encoding'], object>;
}

async function importInTransaction(
  context: ImportContext,
  client: PoolClient,
  actor: Actor,
  file: DecodableFile,
  lookup: SiteLookup,
  options: ImportOptions,
  assess: AssessImpact | undefined,
): Promise<ImportOutcome> {
  const { received } = file;
  const creation = options.createSites === true ? await openSiteCreation(client, actor) : undefined;
  const sites = creation?.lookup ?? lookup;
  const staged = await stageFile(client, { path: received.path, encoding: file.encoding }, sites, {
    ...options,
    lists: true,
    maxRows: context.maxRows,
    reached: context.reached,
  });
  checkListRole(actor, staged);
  const [plan, ...otherPlans] = staged.tables.flatMap((table) => table.plan ?? []);
  if (options.saveMapping === true && otherPlans.length > 0) staged.faults.addFatal(mappingOfSeveral);
  if (plan === undefined || staged.faults.fatal > 0) {
    const refused = { ...emptyReport(file.name, received, staged.faults, options), ...describePlan(staged) };
    throw new Unstored(refused, staged.faults);
  }
  const createdSites = (await creation?.save(staged)) ?? [];
  const { judged, list } = await judgeLists(client, actor, staged, await judgeUpload(client, staged));
  noteSuccessors(staged.notices, sites);
  const report = {
    ...reportCreatedSites(buildReport(file.name, received, staged, judged, options), createdSites),
    token: await settleTrial(client, staged.stage, judged, list, received.sha256, options),
  };
  if (report.status === 'rejected' || report.status === 'needs-overwrite')
    throw new Unstored(report, staged.faults);
  // Nobody asks what the data would change: there is no need to write them only to take them back.
  if (options.dryRun && assess === undefined) throw new Unstored(report, staged.faults);
  await ensurePartitions(context.pool, client, staged.stage);
  const writeId = await insertWrite(client, actor, {
    kind: 'upload',
    ...(options.sourceUse === undefined ? {} : { source: options.sourceUse.code }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  });
  let replaced = await applyStage(client, staged.stage, writeId);
  await insertExtents(client, staged.stage, writeId);
  for (const figure of judged.reports) {
    if ((await saveReport(client, figure, writeId)) === 'changed') replaced += 1;
  }
  replaced += (await list?.save(writeId)) ?? 0;
  await creation?.finish(createdSites, writeId, file.name);
  if (options.dryRun) {
    const impact = await assess?.(client);
    throw new Unstored({ ...report, impact: impact ?? null }, staged.faults);
  }
  if (replaced > report.values.changed && (!options.overwrite || options.token !== undefined)) {
    throw new Overtaken();
  }
  const source = await keepMapping(client, actor, report, plan, options);
  const recorded = { ...report, source };
  // Before the commit: a crash in between may leave a file that nobody names, never a record without its file.
  await received.keep();
  const upload = await insertUpload(
    client,
    actor,
    { ...recorded, status: 'committed', report: recorded },
    writeId,
  );
  await insertUploadFaults(client, upload.id, staged.faults.kept);
  await insertAudit(client, actor, 'upload', `upload ${upload.id}`, auditDetails(report, options));
  await context.reached('before-commit');
  return { report: recorded, upload };
}

/** The token of a trial run; for a commit, checks the one it carries, and keeps what it binds from changing. */
async function settleTrial(
  client: PoolClient,
  stage: Stage,
  { reports }: Pick<JudgedUpload, 'reports'>,
  list: JudgedList | undefined,
  sha256: string,
  options: ImportOptions,
): Promise<string | null> {
  if (!options.dryRun && options.token === undefined) return null;
  if (!options.dryRun) await lockAltered(client, stage);
  const { staged, stored } = await digestStage(client, stage, reports);
  // A list holds its locks since it was judged; what it would change says what is stored.
  const listed = list === undefined ? '' : JSON.stringify([list.rows, list.changes]);
  const digest = { staged, stored: stored + listed };
  if (options.dryRun) return formatTrialToken(sha256, options, digest);
  checkTrialToken(options.token!, sha256, options, digest);
  return null;
}

function auditDetails(report: ImportReport, options: ImportOptions) {
  const { fileName, sha256, rows, values } = report;
  const source = options.sourceUse === undefined ? {} : { source: options.sourceUse.code };
  return { fileName, sha256, rows, values, ...source, reason: options.reason ?? '' };
}

async function recordRefusal(
  context: ImportContext,
  actor: Actor,
  received: ReceivedFile,
  report: ImportReport,
  faults: FaultList,
): Promise<ImportOutcome> {
  if (report.status !== 'rejected') return { report, upload: undefined };
  await received.keep();
  const upload = await inTransaction(context.pool, async (client) => {
    const made = await insertUpload(client, actor, { ...report, status: 'rejected', report }, null);
    await insertUploadFaults(client, made.id, faults.kept);
    return made;
  });
  return { report, upload };
}
