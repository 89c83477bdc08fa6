import { z } from 'zod';
import { normaliseName, type Indicator, type Medium } from '../domain/indicator.js';
import type { ColumnNameEntry } from '../store/columnNames.js';
import type { ColumnCandidate, ColumnNames, OwnMeaning } from './decode/decodeLookup.js';
import { namesOfHeader } from './decode/headerCell.js';
import {
  findListSynonym,
  isListRole,
  listRoles,
  listSynonyms,
  type ListRole,
} from './decode/listSynonyms.js';
import {
  findStructuralSynonym,
  publishedIndicators,
  structuralRoles,
  structuralSynonyms,
  type PublishedIndicator,
  type StructuralRole,
} from './decode/structuralSynonyms.js';
import { pairsOf, similarity } from './nearNames.js';

/** The names of columns, and those that hold in one medium only. */
export type NameLookup = ColumnNames & {
  /** The names that hold in a medium among them; absent when no name is bound to one. */
  readonly inMedium?: (medium: Medium) => NameLookup;
};

/** What a column name means: one of role, published figure and indicator. */
export interface NameMeaning {
  readonly role: StructuralRole | ListRole | null;
  readonly published: PublishedIndicator | null;
  readonly indicator: string | null;
}

/** The roles that the bureau may give a name; published figures are named by what they are. */
export const columnNameRoles = [
  ...new Set([...structuralRoles, ...listRoles].filter((role) => role !== 'published')),
] as [ColumnNameRole, ...ColumnNameRole[]];
type ColumnNameRole = Exclude<StructuralRole, 'published'> | ListRole;

export const columnNameMedia = ['air', 'water', 'other', 'report'] as const satisfies readonly Medium[];

/** What a person says a column name means. */
export const columnNameInputSchema = z
  .strictObject({
    role: z.enum(columnNameRoles).optional(),
    published: z.enum(publishedIndicators).optional(),
    indicator: z.string().min(1).max(64).optional().meta({ description: 'Code of an indicator' }),
    medium: z
      .enum(columnNameMedia)
      .optional()
      .meta({ description: 'Holds only in tables about this medium; in all when left out' }),
    area: z
      .enum(['township', 'district'])
      .optional()
      .meta({ description: 'Of role site: the name of an area rather than a station' }),
    rank: z
      .int()
      .min(0)
      .max(9)
      .default(0)
      .meta({ description: 'Among columns of one role the lowest is read; two of one rank are ambiguous' }),
    note: z.string().trim().max(500).default(''),
  })
  .superRefine(({ role, published, indicator, area }, context) => {
    if ([role, published, indicator].filter((each) => each !== undefined).length !== 1) {
      const message =
        'role、published、indicator 必须且只能写一个 / exactly one of role, published and indicator';
      context.addIssue({ code: 'custom', path: ['role'], message });
    }
    if (area !== undefined && role !== 'site') {
      const message = '只有 role=site 才能写 area / area goes with role=site only';
      context.addIssue({ code: 'custom', path: ['area'], message });
    }
  });
export type ColumnNameInput = z.output<typeof columnNameInputSchema>;

/** The name under which a header is registered; empty when nothing is left of it. */
export function columnNameOf(header: string): string {
  return namesOfHeader(header)[0] ?? '';
}

/** A built-in name, or the name of an indicator, with what it means. */
export interface KnownName extends NameMeaning {
  readonly name: string;
}

/** Every name that is understood without the bureau's doing, by kind of meaning and name. */
export function builtInNames(indicators: readonly Indicator[]): KnownName[] {
  const none = { role: null, published: null, indicator: null };
  return [
    ...structuralSynonyms.flatMap(({ synonym, names }) =>
      names.map((name) =>
        synonym.published === undefined
          ? { ...none, name, role: synonym.role }
          : { ...none, name, published: synonym.published },
      ),
    ),
    ...listSynonyms.flatMap(({ role, names }) => names.map((name) => ({ ...none, name, role }))),
    ...indicators.flatMap((indicator) =>
      namesOf(indicator).map((name) => ({ ...none, name, indicator: indicator.code })),
    ),
  ];
}

/** A lookup over the indicators' names and the bureau's own, which go before all others. */
export function createNameLookup(
  indicators: readonly Indicator[],
  entries: readonly ColumnNameEntry[],
): NameLookup {
  const byCode = new Map(indicators.map((indicator) => [indicator.code, indicator]));
  const byName = indicatorsByName(indicators);
  const nearColumns = findNearColumns(indicators, entries);
  const general = entries.filter(({ medium }) => medium === null);
  const build = (held: readonly ColumnNameEntry[]): NameLookup => {
    const own = new Map(held.map((entry) => [entry.name, entry]));
    return {
      findCode: (code) => byCode.get(code),
      findIndicator(name) {
        const entry = own.get(name);
        if (entry === undefined || isListEntry(entry)) return byName.get(name);
        return entry.indicator === null ? undefined : byCode.get(entry.indicator);
      },
      findStructural(name) {
        const entry = own.get(name);
        return entry === undefined ? undefined : ownMeaningOf(entry);
      },
      findReplaced(name) {
        const entry = own.get(name);
        const builtIn = entry === undefined ? undefined : replacedMeaning(entry, byName);
        return entry === undefined || builtIn === undefined
          ? undefined
          : { name: entry.printed, meaning: wordsOf(entry), builtIn };
      },
      nearColumns,
    };
  };
  if (general.length === entries.length) return build(general);
  // What holds in one medium goes before what holds in all.
  const inMedium = (wanted: Medium): NameLookup =>
    build([...general, ...entries.filter(({ medium }) => medium === wanted)]);
  return { ...build(general), inMedium };
}

/** The built-in meaning that an entry replaces, in words; `undefined` where it replaces none. */
export function replacedMeaning(
  entry: ColumnNameEntry,
  indicatorsByName: ReadonlyMap<string, Indicator>,
): string | undefined {
  const list = findListSynonym(entry.name);
  if (isListEntry(entry)) return list === undefined || list === entry.role ? undefined : list;
  const synonym = findStructuralSynonym(entry.name);
  const indicator = indicatorsByName.get(entry.name)?.code;
  const builtIn = synonym?.published ?? synonym?.role ?? indicator;
  return builtIn === undefined || builtIn === wordsOf(entry) ? undefined : builtIn;
}

/** The indicators by all their names, normalised; of two that share a name the first has it. */
export function indicatorsByName(indicators: readonly Indicator[]): Map<string, Indicator> {
  const byName = new Map<string, Indicator>();
  for (const indicator of indicators) {
    for (const name of namesOf(indicator)) if (!byName.has(name)) byName.set(name, indicator);
  }
  return byName;
}

function namesOf({ code, nameZh, nameEn, synonyms }: Indicator): string[] {
  return [...new Set([code, nameZh, nameEn, ...synonyms].map(normaliseName))];
}

function isListEntry({ role }: ColumnNameEntry): boolean {
  return role !== null && isListRole(role);
}

function ownMeaningOf({ role, published, area, rank }: ColumnNameEntry): OwnMeaning {
  if (isPublished(published)) return { role: 'published', rank, published };
  if (role === null) return { role: 'item' };
  if (isListRole(role)) return { role };
  const structural = structuralRoles.find((known) => known === role);
  // A role that this version of the service does not know says nothing.
  if (structural === undefined) return { role: 'item' };
  return { role: structural, rank, ...(area === null ? {} : { area }) };
}

function isPublished(text: string | null): text is PublishedIndicator {
  return (publishedIndicators as readonly (string | null)[]).includes(text);
}

function wordsOf({ role, published, indicator }: ColumnNameEntry): string {
  return role ?? published ?? indicator ?? '';
}

const leastSimilarity = 0.5;
const maxCandidates = 3;

function findNearColumns(
  indicators: readonly Indicator[],
  entries: readonly ColumnNameEntry[],
): (header: string) => ColumnCandidate[] {
  let known: { name: string; pairs: ReadonlySet<string>; candidate: ColumnCandidate }[] | undefined;
  return (header) => {
    known ??= [...entries, ...builtInNames(indicators)].map(({ name, role, published, indicator }) => ({
      name,
      pairs: pairsOf(name),
      candidate: candidateOf(name, role, published, indicator),
    }));
    const wanted = namesOfHeader(header).map(pairsOf);
    const scored = known
      .map((each) => ({ ...each, score: Math.max(...wanted.map((pairs) => similarity(pairs, each.pairs))) }))
      .filter(({ score }) => score >= leastSimilarity)
      .sort((a, b) => b.score - a.score);
    const found = new Map<string, ColumnCandidate>();
    for (const { candidate } of scored) {
      const key = `${candidate.role} ${candidate.indicator ?? ''} ${candidate.published ?? ''}`;
      if (!found.has(key)) found.set(key, candidate);
      if (found.size === maxCandidates) break;
    }
    return [...found.values()];
  };
}

function candidateOf(
  similarTo: string,
  role: string | null,
  published: string | null,
  indicator: string | null,
): ColumnCandidate {
  const base = { why: 'name', similarTo } as const;
  if (isPublished(published)) return { role: 'published', published, ...base };
  if (indicator !== null) return { role: 'item', indicator, ...base };
  return { role: role as ColumnCandidate['role'], ...base };
}
