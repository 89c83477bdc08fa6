import type { PoolClient } from 'pg';
import { undoDustPeriodsOf } from '../store/dustPeriods.js';
import type { Recorder } from '../store/siteHistory.js';
import { undoCreatedSites, undoSiteChangesOf } from '../store/siteUndo.js';

/** What taking back an upload did to sites and dust periods. */
export interface UndoneLists {
  /** Record numbers; `overtaken` were changed by a later write and left alone. */
  readonly dustPeriods: { readonly undone: readonly number[]; readonly overtaken: readonly number[] };
  /** Codes; `kept` are sites that the upload created and that are in use. */
  readonly sites: {
    readonly restored: readonly string[];
    readonly overtaken: readonly string[];
    readonly removed: readonly string[];
    readonly kept: readonly string[];
  };
}

/**
 * Takes back what a write did to dust periods and sites, as changes of a new write. Call it in the undo's own
 * transaction after the values are taken back.
 */
export async function undoListsOf(
  client: PoolClient,
  writeId: string,
  newWriteId: string,
  by: Recorder,
): Promise<UndoneLists> {
  const dustPeriods = await undoDustPeriodsOf(client, writeId, newWriteId);
  const recorder = { ...by, writeId: newWriteId };
  const changed = await undoSiteChangesOf(client, writeId, recorder);
  const created = await undoCreatedSites(client, writeId, recorder);
  return { dustPeriods, sites: { ...changed, ...created } };
}
