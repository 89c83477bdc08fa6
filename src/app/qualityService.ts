import { beijingTime } from '../domain/beijingTime.js';
import { DomainError } from '../domain/domainError.js';
import { wholeRow } from '../domain/flag.js';
import { formatMessage, type Language, type MessageCode } from '../domain/messages.js';
import {
  findParameterFault,
  indicatorsOfRule,
  qualityRuleNames,
  type QualityRule,
  type QualityRuleName,
} from '../domain/qualityRule.js';
import type {
  SuspectFilter,
  SuspectRow,
  QualityService,
  QualityRuleDetail,
} from '../http/services/quality.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction, type Pool, type Queryable } from '../store/pool.js';
import { listDifferences, type StoredDifference } from '../store/publishedDifferences.js';
import { listQualityRules, listQualityRuleVersions, saveQualityRule } from '../store/qualityRules.js';
import { readingTables, type ReadingKey, type ReadingTable } from '../store/readings.js';
import { listIndicators } from '../store/reference.js';
import { listSites } from '../store/sites.js';
import { listSuspects, type StoredSuspect } from '../store/suspects.js';
import { findSiteId, firstInstant, lastInstant, toInstant } from './readingService.js';
import { reviewValues } from './reviewValues.js';

const streamRows = 2_000;

/**
 * Suspicions, reviews and the rules behind them, and published figures that differ.
 *
 * @param marked called after days were marked for recomputation
 */
export function createQualityService(
  pool: Pool,
  judgeDate: () => string,
  marked: () => void,
): QualityService {
  return {
    setFlags: (actor, request) => reviewValues(pool, actor, request, 'set', judgeDate(), marked),
    clearFlags: (actor, request) => reviewValues(pool, actor, request, 'clear', judgeDate(), marked),
    async listRules() {
      return (await listQualityRules(pool)).map(toRuleView);
    },
    findRule: (rule) => findRule(pool, rule),
    async putRule(actor, name, input) {
      const rule = qualityRuleNames.find((one) => one === name);
      if (rule === undefined) throw new DomainError('not-found', { what: `rule ${name}` });
      const problem = indicatorsOfRule(rule).includes(input.indicator)
        ? findParameterFault(rule, input.parameters)
        : `indicator: ${indicatorsOfRule(rule).join(', ')}`;
      if (problem !== undefined) throw new DomainError('quality-rule-invalid', { rule, problem });
      const detail = await inTransaction(pool, async (client) => {
        const before = (await listQualityRules(client, rule)).find(
          ({ indicator }) => indicator === input.indicator,
        );
        if (!(await saveQualityRule(client, actor, { rule, ...input })))
          throw new DomainError('not-found', { what: `rule ${rule} ${input.indicator}` });
        await insertAudit(client, actor, 'quality-rule-set', `quality rule ${rule} ${input.indicator}`, {
          before: before?.parameters ?? null,
          parameters: input.parameters,
          reason: input.reason,
        });
        return findRule(client, rule);
      });
      marked();
      return detail;
    },
    async suspects(filter, language) {
      const context = await loadContext(pool, language);
      const start = filter.cursor === undefined ? undefined : parseCursor(filter.cursor);
      const query = await toQuery(pool, filter);
      const items: SuspectRow[] = [];
      let last: string | null = null;
      for (const table of tablesFrom(start?.table)) {
        const after = start?.table === table ? start.after : null;
        const limit = filter.limit + 1 - items.length;
        for (const row of await listSuspects(pool, table, { ...query, after, limit })) {
          if (items.length === filter.limit) return { items, next: last };
          items.push(toSuspectRow(table, row, context));
          last = formatCursor(table, row);
        }
      }
      return { items, next: null };
    },
    async *streamSuspects(filter, language) {
      const context = await loadContext(pool, language);
      const query = await toQuery(pool, filter);
      for (const table of readingTables) {
        let after: ReadingKey | null = null;
        for (;;) {
          const rows: StoredSuspect[] = await listSuspects(pool, table, {
            ...query,
            after,
            limit: streamRows,
          });
          if (rows.length > 0) yield rows.map((row) => toSuspectRow(table, row, context));
          if (rows.length < streamRows) break;
          after = rows.at(-1)!;
        }
      }
    },
    async differences(filter, language) {
      const { sites } = await loadNames(pool);
      const rows = await listDifferences(pool, {
        ...(await rangeOf(pool, filter)),
        indicator: filter.indicator ?? null,
        cause: filter.cause ?? null,
        upload: filter.upload ?? null,
        after: filter.cursor === undefined ? null : parseDifferenceCursor(filter.cursor),
        limit: filter.limit + 1,
      });
      const items = rows.slice(0, filter.limit).map((row) => ({
        site: sites.get(row.siteId)?.code ?? String(row.siteId),
        siteName: sites.get(row.siteId)?.name ?? '',
        time: beijingTime(row.ts),
        span: row.span,
        indicator: row.indicator,
        published: row.published,
        computed: row.computed,
        rule: row.rule,
        cause: row.cause,
        explanation:
          row.cause === '' ? '' : formatMessage(`difference-${row.cause}` as MessageCode, language),
        origin: row.origin,
      }));
      return { items, next: rows.length > filter.limit ? differenceCursor(rows[filter.limit - 1]!) : null };
    },
  };
}

function toRuleView(rule: QualityRule) {
  return { ...rule, parameters: { ...rule.parameters } };
}

async function findRule(db: Queryable, rule: string): Promise<QualityRuleDetail> {
  const rules = await listQualityRules(db, rule);
  if (rules.length === 0) throw new DomainError('not-found', { what: `rule ${rule}` });
  const history = await listQualityRuleVersions(db, rule);
  return {
    items: rules.map(toRuleView),
    history: history.map(({ recordedAt, parameters, ...version }) => ({
      ...version,
      parameters: { ...parameters },
      recordedAt: beijingTime(recordedAt.getTime()),
    })),
  };
}

interface Names {
  readonly sites: ReadonlyMap<number, { readonly code: string; readonly name: string }>;
}

interface SuspectContext extends Names {
  readonly units: ReadonlyMap<string, string>;
  readonly explain: (rules: readonly string[], indicator: string) => string;
}

async function loadNames(pool: Pool): Promise<Names> {
  return { sites: new Map((await listSites(pool)).map((site) => [site.id, site])) };
}

async function loadContext(pool: Pool, language: Language): Promise<SuspectContext> {
  const rules = await listQualityRules(pool);
  const indicators = await listIndicators(pool);
  return {
    ...(await loadNames(pool)),
    units: new Map(indicators.map(({ code, unit }) => [code, unit])),
    explain: (names, indicator) =>
      names
        .flatMap((name) => {
          const found = findRuleOf(rules, name as QualityRuleName, indicator);
          return found === undefined ? [] : [explainRule(found, language)];
        })
        .join(language === 'zh' ? '' : ' '),
  };
}

/** The rule in the version for the indicator; an inversion names two indicators, a row's rule none. */
function findRuleOf(rules: readonly QualityRule[], name: QualityRuleName, indicator: string) {
  const named = rules.filter(({ rule }) => rule === name);
  return (
    named.find((rule) => rule.indicator === indicator) ??
    (named.length === 1 || indicator === wholeRow ? named[0] : undefined)
  );
}

function explainRule(rule: QualityRule, language: Language): string {
  const template = language === 'zh' ? rule.explanationZh : rule.explanationEn;
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = rule.parameters[name];
    return typeof value === 'number' ? String(value) : whole;
  });
}

async function rangeOf(
  pool: Pool,
  filter: { site?: string | undefined; from?: string | undefined; to?: string | undefined },
) {
  return {
    siteId: filter.site === undefined ? null : await findSiteId(pool, filter.site),
    from: filter.from === undefined ? firstInstant : toInstant(filter.from),
    to: filter.to === undefined ? lastInstant : toInstant(filter.to),
  };
}

async function toQuery(pool: Pool, filter: Omit<SuspectFilter, 'cursor' | 'limit'>) {
  return {
    ...(await rangeOf(pool, filter)),
    indicator: filter.indicator ?? null,
    rule: filter.rule ?? null,
    upload: filter.upload ?? null,
    reviewed: filter.reviewed ?? null,
  };
}

function toSuspectRow(table: ReadingTable, row: StoredSuspect, context: SuspectContext): SuspectRow {
  const site = context.sites.get(row.siteId);
  const open = row.flag === 'suspect';
  return {
    family: table,
    site: site?.code ?? String(row.siteId),
    siteName: site?.name ?? '',
    time: beijingTime(row.ts),
    indicator: row.indicator,
    value: row.value,
    unit: context.units.get(row.indicator) ?? '',
    rules: row.rules,
    explanation: context.explain(row.rules, row.indicator),
    around: row.around.map(({ ts, value }) => ({ time: beijingTime(ts), value })),
    origin: row.origin,
    review: row.flag === 'suspect' ? 'open' : row.flag,
    reviewedBy: open ? null : row.setBy,
    reviewedAt: open ? null : beijingTime(row.setAt.getTime()),
    reason: open ? null : row.reason,
  };
}

function tablesFrom(start: ReadingTable | undefined): readonly ReadingTable[] {
  return start === undefined ? readingTables : readingTables.slice(readingTables.indexOf(start));
}

function formatCursor(table: string, { ts, siteId, indicator }: ReadingKey): string {
  return Buffer.from(JSON.stringify([table, ts, siteId, indicator])).toString('base64url');
}

function parseCursor(text: string): { table: ReadingTable; after: ReadingKey } {
  const [name, ts, siteId, indicator] = parseCursorParts(text);
  const table = readingTables.find((one) => one === name);
  if (table === undefined || !isTime(ts) || !Number.isInteger(siteId) || typeof indicator !== 'string')
    throw new DomainError('invalid-request', { detail: 'cursor' });
  return { table, after: { ts, siteId: siteId as number, indicator } };
}

function differenceCursor({ ts, siteId, span, indicator }: StoredDifference): string {
  return Buffer.from(JSON.stringify([ts, siteId, span, indicator])).toString('base64url');
}

function parseDifferenceCursor(text: string) {
  const [ts, siteId, span, indicator] = parseCursorParts(text);
  if (!isTime(ts) || !Number.isInteger(siteId) || typeof span !== 'string' || typeof indicator !== 'string')
    throw new DomainError('invalid-request', { detail: 'cursor' });
  return { ts, siteId: siteId as number, span, indicator };
}

// What a JavaScript date can hold; beyond it a cursor of somebody's own making would fail in the database.
function isTime(ts: unknown): ts is number {
  return Number.isSafeInteger(ts) && Math.abs(ts as number) < 8e12;
}

function parseCursorParts(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(parts)) return parts;
  } catch {
    // Not one of ours: refused below like any other wrong cursor.
  }
  throw new DomainError('invalid-request', { detail: 'cursor' });
}
