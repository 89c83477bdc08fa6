import type { Actor } from '../../domain/role.js';
import type { SiteInfo } from './site.js';

/** Who recorded an entry, and who withdrew it if it no longer counts. */
export interface SiteEntry {
  id: string;
  /** First Beijing day, and the first on which it no longer holds. */
  from: string | null;
  to: string | null;
  document: string;
  note: string;
  replaces: string | null;
  recordedAt: string;
  recordedBy: string;
  withdrawn: { at: string; by: string; reason: string } | null;
}

export interface SiteNameEntry extends SiteEntry {
  name: string;
  official: boolean;
}

export interface SiteMoveEntry extends SiteEntry {
  /** Decimal degrees, exact text. */
  longitude: string;
  latitude: string;
}

export interface SiteMergeEntry extends SiteEntry {
  /** Code of the successor. */
  into: string;
}

export interface SiteInstrumentEntry extends SiteEntry {
  indicators: string[];
  model: string | null;
  method: string | null;
}

/** A state the site's entry was in. */
export interface SiteState {
  change: 'created' | 'changed' | 'removed';
  name: string;
  kind: string;
  waterBody: string | null;
  aliases: string[];
  placeholder: boolean;
  recordedAt: string;
  recordedBy: string;
  reason: string;
}

/** A site with all that is known of its past. */
export interface SiteDetail extends SiteInfo {
  names: SiteNameEntry[];
  moves: SiteMoveEntry[];
  merges: SiteMergeEntry[];
  instruments: SiteInstrumentEntry[];
  /** Codes of sites that were merged into this one. */
  mergedFrom: string[];
  states: SiteState[];
}

interface EntryInput {
  document?: string | undefined;
  note?: string | undefined;
  /** Number of the entry that this one corrects. */
  replaces?: string | undefined;
  reason?: string | undefined;
}

/** What happened to sites over time; every change is audited and loses nothing. */
export interface SiteHistoryService {
  find(code: string): Promise<SiteDetail>;
  addName(
    actor: Actor,
    code: string,
    input: EntryInput & {
      name: string;
      official: boolean;
      from?: string | undefined;
      to?: string | undefined;
    },
  ): Promise<SiteDetail>;
  addMove(
    actor: Actor,
    code: string,
    input: EntryInput & { from?: string | undefined; longitude: number; latitude: number },
  ): Promise<SiteDetail>;
  addMerge(
    actor: Actor,
    code: string,
    input: EntryInput & { from: string; into: string },
  ): Promise<SiteDetail>;
  addInstrument(
    actor: Actor,
    code: string,
    input: EntryInput & {
      from: string;
      indicators: string[];
      model?: string | undefined;
      method?: string | undefined;
    },
  ): Promise<SiteDetail>;
  withdraw(actor: Actor, code: string, input: { id: string; reason: string }): Promise<SiteDetail>;
}
