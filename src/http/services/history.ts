/** Which value; `time` is an RFC 3339 instant or a Beijing day. */
export interface HistoryKey {
  family: string;
  site: string;
  indicator: string;
  time: string;
  /** Of series and published texts: hour, day, month, instant. */
  span?: string;
}

/** One thing that happened to a value. */
export interface HistoryEntry {
  at: string;
  change: 'set' | 'replaced' | 'removed' | 'flag-set' | 'flag-cleared';
  /** The value from then on, as text; null when removed, and for flags. */
  value: string | null;
  /** The value before; null when there was none, and for flags. */
  before: string | null;
  span: string | null;
  flag: string | null;
  raw: string | null;
  /** Why a flag was set. */
  flagReason: string | null;
  /** `upload`, `device`, `manual`, `undo` … */
  kind: string;
  uploadId: string | null;
  by: string;
  /** Why, in the words of who did it. */
  reason: string;
}

export interface HistoryService {
  /** Everything that ever happened to one value, oldest first, and what is stored now. */
  find(key: HistoryKey): Promise<{
    site: string;
    siteName: string;
    time: string;
    indicator: string;
    /** What is stored now, by span; empty when nothing is. */
    current: { span: string | null; value: string; origin: string }[];
    items: HistoryEntry[];
  }>;
}
