import type { Actor } from '../../domain/role.js';
import type { ImpactOnTarget } from '../../ingest/uploadReport.js';

/** Something a later write changed of what an upload stored. */
export interface LaterChangeView {
  /** `invalid-mark`: a reviewer's mark on a value that would be removed, and go with it. */
  kind: 'value' | 'report' | 'invalid-mark';
  family: string;
  site: string;
  /** Start of the interval or period, RFC 3339 with +08:00. */
  time: string;
  indicator: string;
  /** What the upload stored. */
  given: string;
  /** What is stored now; of a mark, its reason. */
  stored: string;
  /** `upload 12`, `manual` … */
  origin: string;
  by: string;
  at: string;
}

export interface UndoAnswer {
  uploadId: string;
  status: 'undone' | 'dry-run' | 'changed-later';
  reason: string;
  undoneAt: string | null;
  undoneBy: string;
  values: { removed: number; restored: number; kept: number };
  reports: { removed: number; restored: number; kept: number };
  rowsRemoved: number;
  flags: { set: number; cleared: number };
  /** Other things taken back, by kind. */
  others: Record<string, number>;
  /** Later changes: their number, and up to 200 of them. */
  changedLater: { total: number; items: LaterChangeView[] };
  notices: string[];
  /** Of a trial: targets whose verdict or value would change. */
  impact: ImpactOnTarget[] | null;
  recomputed: boolean;
}

export interface UndoService {
  /**
   * Takes an upload back. `changed-later`: nothing was done, since later writes changed what it stored and `confirm`
   * was not given. Throws DomainError `not-found`, `undo-not-yours`, `already-undone`, `nothing-to-undo`.
   */
  undo(
    actor: Actor,
    id: string,
    options: { reason: string; dryRun: boolean; confirm: boolean },
    language: 'zh' | 'en',
  ): Promise<UndoAnswer>;
}
