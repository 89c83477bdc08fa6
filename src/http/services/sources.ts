import type { Medium } from '../../domain/indicator.js';
import type { Actor } from '../../domain/role.js';
import type { ColumnNameInput, NameMeaning } from '../../ingest/columnNames.js';
import type { SourceInput } from '../../ingest/sourceSettings.js';

export type { ColumnNameInput, SourceInput };

/** One version of a source. */
export interface SourceView extends Omit<SourceInput, 'reason'> {
  code: string;
  version: number;
  reason: string;
  editedAt: string;
  editedBy: string;
}

/** Where files come from and how theirs are read. */
export interface SourceService {
  list(): Promise<SourceView[]>;
  /** The source as it is now with all its versions, the newest first. */
  find(code: string): Promise<(SourceView & { versions: SourceView[] }) | undefined>;
  /** Adds a source, or a new version of one. */
  put(actor: Actor, code: string, input: SourceInput): Promise<SourceView>;
}

/** A column name with what it means. */
export interface ColumnNameView extends NameMeaning {
  /** As names are compared: lower case, without brackets, blanks and signs. */
  name: string;
  printed: string;
  medium: Medium | null;
  area: 'township' | 'district' | null;
  rank: number;
  note: string;
  builtIn: boolean;
  /** Built-in meaning that the bureau's own replaces. */
  replaces: string | null;
  editedAt: string | null;
  editedBy: string | null;
}

/** One version of a bureau's name. */
export interface ColumnNameChange extends Omit<ColumnNameView, 'builtIn' | 'replaces'> {
  removed: boolean;
}

/** The table of column names: the built-in ones and the bureau's. */
export interface ColumnNameService {
  list(filter: { builtIn?: boolean }): Promise<ColumnNameView[]>;
  /** What a header means now, and what the bureau has made of it over time. */
  find(header: string): Promise<{ name: string; items: ColumnNameView[]; history: ColumnNameChange[] }>;
  put(actor: Actor, header: string, input: ColumnNameInput): Promise<ColumnNameView>;
  /** Takes a name back; throws DomainError `not-found`. */
  remove(actor: Actor, header: string, medium: Medium | null): Promise<ColumnNameView>;
}
