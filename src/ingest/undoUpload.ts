import type { Pool, PoolClient } from 'pg';
import { DomainError } from '../domain/domainError.js';
import { roleIncludes, type Actor } from '../domain/role.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction } from '../store/pool.js';
import type { Recorder } from '../store/siteHistory.js';
import {
  applyUndo,
  findUndo,
  listLaterChanges,
  listRepeatingUploads,
  recordUndo,
  type LaterChange,
  type UndoFindings,
} from '../store/undoWrite.js';
import { findUpload, lockUpload } from '../store/uploads.js';
import { insertWrite } from '../store/writes.js';
import type { ImportContext } from './importUpload.js';
import { retryDeadlocks } from './retryDeadlocks.js';
import { undoListsOf } from './undoLists.js';
import type { ImpactOnTarget } from './uploadReport.js';

/** How many later changes an answer lists; their number is always complete. */
export const maxListedLaterChanges = 200;

/** What somebody wants of an undo. */
export interface UndoOptions {
  readonly reason: string;
  /** Only say what would happen. */
  readonly dryRun: boolean;
  /**
   * Go ahead although later writes changed what the upload stored. What they changed stays as they made it: those
   * writes came from other files and people, and nobody has said that they are wrong. Only what still comes from the
   * upload is taken back; whoever wants the later values gone undoes those uploads, and then finds the values that
   * stood before both.
   */
  readonly confirm: boolean;
}

/** What an undo did, or would do. */
export interface UndoOutcome {
  readonly status: 'undone' | 'dry-run' | 'changed-later';
  readonly findings: UndoFindings;
  readonly rowsRemoved: number;
  readonly flags: { readonly set: number; readonly cleared: number };
  readonly others: Readonly<Record<string, number>>;
  readonly laterCount: number;
  readonly later: readonly LaterChange[];
  /** Later uploads that held values equal to stored ones: those may be among what is taken back. */
  readonly repeatedBy: readonly string[];
  readonly impact: readonly ImpactOnTarget[] | null;
}

/** Something besides values, figures and flags that an upload stores, and that is taken back with it. */
export interface UndoPart {
  /** Takes back what `writeId` stored, in the client's transaction; how many things that were, by what became of them. */
  readonly undo: (
    client: PoolClient,
    write: { readonly writeId: string; readonly undoWriteId: string; readonly by: Recorder },
  ) => Promise<Readonly<Record<string, number>>>;
}

/** Everything besides values, figures and flags that an undo takes back, in this order. */
const undoParts: readonly UndoPart[] = [{ undo: undoLists }];

async function undoLists(
  client: PoolClient,
  { writeId, undoWriteId, by }: Parameters<UndoPart['undo']>[1],
): Promise<Readonly<Record<string, number>>> {
  const { dustPeriods, sites } = await undoListsOf(client, writeId, undoWriteId, by);
  const counts = {
    dustPeriods: dustPeriods.undone.length,
    dustPeriodsChangedLater: dustPeriods.overtaken.length,
    sitesRestored: sites.restored.length,
    sitesRemoved: sites.removed.length,
    sitesInUse: sites.kept.length,
    sitesChangedLater: sites.overtaken.length,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

class NotStored extends Error {
  constructor(readonly outcome: UndoOutcome) {
    super('nothing is to be stored');
  }
}

/**
 * Takes back what an upload stored, in one transaction: values it set are removed, values it replaced go back to what
 * they were, figures of periods and flags likewise; all as revisions under a write of their own. Refused where later
 * writes changed what it stored, unless confirmed. A value that a later file merely repeated has no trace of that
 * file, and goes with the upload that stored it; the outcome names such files.
 *
 * Uploaders may undo what came in under their token, or under another one of the same name and office (tokens expire);
 * reviewers anything.
 *
 * @throws DomainError `not-found`, `undo-not-yours`, `already-undone`, `nothing-to-undo`
 */
export async function undoUpload(
  context: Pick<ImportContext, 'reached' | 'prepareImpact'> & { readonly pool: Pool },
  actor: Actor,
  uploadId: string,
  options: UndoOptions,
): Promise<UndoOutcome> {
  const assess = options.dryRun ? await context.prepareImpact?.() : undefined;
  try {
    const outcome = await retryDeadlocks(() =>
      inTransaction(context.pool, async (client) => {
        const done = await undoIn(client, actor, uploadId, options);
        if (options.dryRun) throw new NotStored({ ...done, impact: (await assess?.(client)) ?? null });
        await context.reached('undo-before-commit');
        return done;
      }),
    );
    await context.reached('undo-after-commit');
    return outcome;
  } catch (error) {
    if (error instanceof NotStored) return error.outcome;
    throw error;
  }
}

async function undoIn(
  client: PoolClient,
  actor: Actor,
  uploadId: string,
  { reason, dryRun, confirm }: UndoOptions,
): Promise<UndoOutcome> {
  const { writeId, fileName, sha256 } = await claim(client, actor, uploadId);
  const findings = await findUndo(client, writeId);
  const { values, reports } = findings;
  const found = {
    findings,
    laterCount: values.kept + reports.kept + findings.laterMarks,
    later: await listLaterChanges(client, writeId, maxListedLaterChanges),
    repeatedBy: await listRepeatingUploads(client, writeId),
    impact: null,
  };
  if (found.laterCount > 0 && !confirm && !dryRun) {
    const nothing = { rowsRemoved: 0, flags: { set: 0, cleared: 0 }, others: {} };
    throw new NotStored({ ...found, ...nothing, status: 'changed-later' });
  }
  const undoWriteId = await insertWrite(client, actor, { kind: 'undo', reason, uploadId });
  const { rowsRemoved, flagsSet, flagsCleared } = await applyUndo(client, findings, writeId, undoWriteId);
  const others: Record<string, number> = {};
  for (const part of undoParts) {
    const by = { name: actor.name, office: actor.office, writeId: undoWriteId, reason };
    Object.assign(others, await part.undo(client, { writeId, undoWriteId, by }));
  }
  await recordUndo(client, uploadId, writeId, undoWriteId);
  const flags = { set: flagsSet, cleared: flagsCleared };
  await insertAudit(client, actor, 'upload-undone', `upload ${uploadId}`, {
    undoneFile: fileName,
    sha256,
    reason,
    confirm,
    values,
    reports,
    flags,
    others,
  });
  return { ...found, status: dryRun ? 'dry-run' : 'undone', rowsRemoved, flags, others };
}

/** Locks the upload's record for this undo, or refuses. */
async function claim(client: PoolClient, actor: Actor, id: string) {
  const upload = await lockUpload(client, id);
  if (upload === undefined) throw new DomainError('not-found', { what: `/api/v1/uploads/${id}` });
  const own =
    (actor.tokenId !== null && upload.tokenId === actor.tokenId) ||
    (upload.actorName === actor.name && upload.actorOffice === actor.office);
  if (!own && !roleIncludes(actor.role, 'reviewer')) throw new DomainError('undo-not-yours', { id });
  // Asked after the lock is held: an undo that was under way has ended by then.
  const undone = (await findUpload(client, id))?.undone;
  if (undone) {
    const by = `${undone.actorName}（${undone.actorOffice}）`;
    throw new DomainError('already-undone', { id, by, reason: undone.reason });
  }
  const { writeId } = upload;
  if (writeId === null) throw new DomainError('nothing-to-undo', { id });
  return { ...upload, writeId };
}
