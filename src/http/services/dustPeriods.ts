import type { Actor } from '../../domain/role.js';

/** Half-open instants, RFC 3339 in Beijing time, with the document that declares them. */
export interface DustPeriodState {
  start: string;
  end: string;
  document: string;
  note: string;
}

/** One change; `before` is null for a new period, `after` for a deleted one. */
export interface DustPeriodChange {
  before: DustPeriodState | null;
  after: DustPeriodState | null;
  at: string;
  by: string;
  reason: string;
  /** `upload 12`, `manual`. */
  origin: string;
}

export interface DustPeriodInfo extends DustPeriodState {
  id: number;
  deleted: boolean;
  /** Other periods that share hours with this one; an hour in several counts once. */
  overlaps: number[];
  history: DustPeriodChange[];
}

export interface DustPeriodInput {
  start: string;
  end: string;
  document: string;
  note?: string | undefined;
  reason?: string | undefined;
}

/** Declared dust periods. Every change keeps the old state and has the figures of the days it touches follow. */
export interface DustPeriodService {
  list(filter: {
    from?: string | undefined;
    to?: string | undefined;
    deleted: boolean;
  }): Promise<DustPeriodInfo[]>;
  find(id: number): Promise<DustPeriodInfo>;
  create(actor: Actor, input: DustPeriodInput): Promise<DustPeriodInfo>;
  update(
    actor: Actor,
    id: number,
    input: {
      start?: string | undefined;
      end?: string | undefined;
      document?: string | undefined;
      note?: string | undefined;
      reason: string;
    },
  ): Promise<DustPeriodInfo>;
  remove(actor: Actor, id: number, reason: string): Promise<DustPeriodInfo>;
}
