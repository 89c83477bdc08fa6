import { beijingTime } from '../domain/beijingTime.js';
import { DomainError } from '../domain/domainError.js';
import type { Indicator } from '../domain/indicator.js';
import type { ColumnNameService, ColumnNameView } from '../http/services/sources.js';
import {
  builtInNames,
  columnNameOf,
  indicatorsByName,
  replacedMeaning,
  type ColumnNameInput,
} from '../ingest/columnNames.js';
import { insertAudit } from '../store/audit.js';
import {
  insertColumnName,
  listColumnNames,
  listColumnNameVersions,
  lockColumnName,
  type ColumnNameEntry,
  type ColumnNameVersion,
} from '../store/columnNames.js';
import { inTransaction, type Pool, type Queryable } from '../store/pool.js';
import { listIndicators } from '../store/reference.js';

/** The table of column names; every change is a new version and is audited. */
export function createColumnNameService(pool: Pool): ColumnNameService {
  return {
    async list({ builtIn }) {
      const indicators = await listIndicators(pool);
      const own = builtIn === true ? [] : await listOwn(pool, indicators);
      return builtIn === false ? own : [...own, ...listBuiltIn(indicators)];
    },
    async find(header) {
      const name = columnNameOf(header);
      const indicators = await listIndicators(pool);
      const known = [...(await listOwn(pool, indicators)), ...listBuiltIn(indicators)];
      const history = (await listColumnNameVersions(pool, name)).map((version) => {
        const { builtIn, replaces, ...view } = toView(version, null);
        void [builtIn, replaces];
        return { ...view, removed: version.removed };
      });
      return { name, items: known.filter((item) => item.name === name), history };
    },
    put: (actor, header, input) =>
      inTransaction(pool, async (client) => {
        const indicators = await listIndicators(client);
        const entry = entryOf(header, input, indicators);
        await lockColumnName(client, entry.name);
        const before = await findOwn(client, indicators, entry);
        await insertColumnName(client, actor, { ...entry, removed: false });
        const stored = await findOwn(client, indicators, entry);
        if (stored === undefined) throw new Error('the column name was not stored');
        const details = { before: before ?? null, change: input, replaces: stored.replaces };
        await insertAudit(client, actor, 'column-name-set', `column name ${entry.name}`, details);
        return stored;
      }),
    remove: (actor, header, medium) =>
      inTransaction(pool, async (client) => {
        const name = columnNameOf(header);
        await lockColumnName(client, name);
        const before = await findOwn(client, await listIndicators(client), { name, medium });
        if (before === undefined) throw new DomainError('not-found', { what: `column name ${header}` });
        const nothing = { role: null, published: null, indicator: null, area: null, rank: 0, note: '' };
        const { printed } = before;
        const entry = { name, printed, medium: before.medium, ...nothing, removed: true };
        await insertColumnName(client, actor, entry);
        await insertAudit(client, actor, 'column-name-removed', `column name ${name}`, { before });
        return before;
      }),
  };
}

function entryOf(header: string, input: ColumnNameInput, indicators: readonly Indicator[]): ColumnNameEntry {
  const name = columnNameOf(header);
  if (name === '') {
    throw new DomainError('invalid-request', { detail: `name: ${header}（没有文字 / no letter is left）` });
  }
  const { role = null, published = null, indicator = null, medium = null, area = null, rank, note } = input;
  if (indicator !== null && !indicators.some(({ code }) => code === indicator)) {
    throw new DomainError('not-found', { what: `indicator ${indicator}` });
  }
  return { name, printed: header.trim(), medium, role, published, indicator, area, rank, note };
}

async function listOwn(db: Queryable, indicators: readonly Indicator[]): Promise<ColumnNameView[]> {
  const byName = indicatorsByName(indicators);
  return (await listColumnNames(db)).map((entry) => toView(entry, replacedMeaning(entry, byName) ?? null));
}

async function findOwn(
  db: Queryable,
  indicators: readonly Indicator[],
  { name, medium }: Pick<ColumnNameEntry, 'name' | 'medium'>,
): Promise<ColumnNameView | undefined> {
  const own = await listOwn(db, indicators);
  return own.find((entry) => entry.name === name && entry.medium === medium);
}

function listBuiltIn(indicators: readonly Indicator[]): ColumnNameView[] {
  return builtInNames(indicators).map((known) => ({
    ...known,
    printed: known.name,
    medium: null,
    area: null,
    rank: 0,
    note: '',
    builtIn: true,
    replaces: null,
    editedAt: null,
    editedBy: null,
  }));
}

function toView(entry: ColumnNameVersion, replaces: string | null): ColumnNameView {
  const { name, printed, medium, published, indicator, area, rank, note } = entry;
  return {
    name,
    printed,
    medium,
    role: entry.role as ColumnNameView['role'],
    published: published as ColumnNameView['published'],
    indicator,
    area,
    rank,
    note,
    builtIn: false,
    replaces,
    editedAt: beijingTime(entry.editedAt.getTime()),
    editedBy: `${entry.actorName}（${entry.actorOffice}）`,
  };
}
