import type { Actor } from '../../domain/role.js';
import type { VerdictName } from '../../domain/verdict.js';
import type { FigureKind } from '../../store/publishedFigures.js';

/** What the service said of a target as of a day, from a moment on. */
export interface VerdictDayView {
  asOf: string;
  recordedAt: string;
  targetVersion: number;
  verdict: VerdictName;
  verdictZh: string;
  value: string | null;
  valueUnrounded: string | null;
  distance: string | null;
  used: number;
  missing: number;
  reason: string;
  /** A later record says otherwise. */
  superseded: boolean;
}

export interface VerdictHistoryService {
  /** Days inclusive. Throws DomainError `not-found` for an unknown target. */
  list(
    targetId: number,
    filter: { from?: string; to: string; all: boolean },
    language: 'zh' | 'en',
  ): Promise<VerdictDayView[]>;
}

export interface PublishedFigureView {
  id: string;
  kind: FigureKind;
  subject: string;
  period: string;
  publishedValue: string;
  computedValue: string | null;
  currentValue: string | null;
  document: string;
  publishedOn: string;
  note: string;
  markedAt: string;
  markedBy: string;
  replacedBy: string | null;
}

export interface PublishedFigureInput {
  kind: FigureKind;
  subject: string;
  period: string;
  value?: string | undefined;
  document: string;
  date: string;
  note?: string | undefined;
}

export interface NoticeView {
  id: string;
  titleZh: string;
  figure: PublishedFigureView;
  raisedAt: string;
  oldValue: string | null;
  newValue: string | null;
  causes: {
    writeId: string | null;
    kind: string;
    by: string;
    at: string;
    reason: string;
    uploadId: string | null;
  }[];
  acknowledged: { at: string; by: string; words: string } | null;
}

/** Figures that were made public, and notices that later data changed one of them (已公布数据变更). */
export interface PublishedFigureService {
  list(filter: {
    kind?: FigureKind | undefined;
    subject?: string | undefined;
    replaced: boolean;
  }): Promise<PublishedFigureView[]>;
  /** Throws DomainError `not-found` for an unknown subject, `invalid-request` without value and figure. */
  mark(actor: Actor, input: PublishedFigureInput): Promise<PublishedFigureView>;
  listNotices(filter: { open?: boolean | undefined; limit: number }): Promise<NoticeView[]>;
  acknowledge(actor: Actor, id: string, words: string): Promise<NoticeView>;
}

/** The ledger (台账) of all targets as a workbook. */
export interface LedgerService {
  /** @param knownAt judges with what was stored at that instant; `null` is now */
  write(asOf: string, knownAt?: string | null): Promise<{ fileName: string; content: AsyncIterable<Buffer> }>;
}
