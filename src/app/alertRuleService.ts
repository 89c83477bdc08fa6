import { BacktestRun, type Backtest } from '../alerts/backtest.js';
import type { ConditionContext } from '../alerts/evaluateRule.js';
import type { FactsOfKind } from '../alerts/facts.js';
import { findDanglingReferences } from '../domain/alertReferences.js';
import { alertRuleSchema, type AlertRule } from '../domain/alertRule.js';
import { explainRule, type RuleNames } from '../domain/alertRuleWords.js';
import { dayMs } from '../domain/calendar.js';
import { DomainError } from '../domain/domainError.js';
import type { Actor } from '../domain/role.js';
import { siteKinds } from '../domain/seed.js';
import type {
  AlertChange,
  AlertRuleInfo,
  AlertRuleService,
  BacktestInfo,
} from '../http/services/alerting.js';
import { readAlertReferences } from '../store/alertQueries.js';
import {
  findAlertRule,
  listAlertRules,
  listAlertRuleVersions,
  lockAlertRule,
  removeAlertRule,
  saveAlertRule,
  type AlertRuleRow,
} from '../store/alertRules.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction, type Pool, type PoolClient } from '../store/pool.js';
import { listIndicators } from '../store/reference.js';

/** Loads the facts of a rule over a half-open span of the data's time, those of each subject in the order of time. */
export type LoadFacts = (
  rule: AlertRule,
  span: { readonly from: Date; readonly to: Date },
) => Promise<{
  readonly facts: AsyncIterable<FactsOfKind[AlertRule['kind']]>;
  readonly context: ConditionContext;
}>;

/** Days that one replay may span. */
const mostBacktestDays = 1_100;
const mostBacktestAlerts = 1_000;

/** Rules by API. A change is a version; what it was stays. */
export function createAlertRuleService(pool: Pool, loadFacts: LoadFacts): AlertRuleService {
  return {
    async list() {
      const names = await readNames(pool);
      return (await listAlertRules(pool)).map((row) => toInfo(row, names));
    },
    async find(code) {
      const versions = await listAlertRuleVersions(pool, code);
      if (versions.length === 0) return undefined;
      const current = await findAlertRule(pool, code);
      return {
        current: current === undefined ? null : toInfo(current, await readNames(pool)),
        versions: versions.map(({ recordedAt, actorName, actorOffice, ...version }) => ({
          ...version,
          recordedAt: recordedAt.toISOString(),
          recordedBy: actorName,
          office: actorOffice,
        })),
      };
    },
    async put(actor, rule, change) {
      await inTransaction(pool, async (client) => {
        const stored = await lockAlertRule(client, rule.code);
        await save(client, actor, stored, rule, change);
      });
      return present(rule.code);
    },
    async patch(actor, code, fields, change) {
      await inTransaction(pool, async (client) => {
        const stored = (await lockAlertRule(client, code)) ?? missing(code);
        const changed = { ...stored.rule, ...fields, code, kind: stored.rule.kind };
        const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null));
        // `null` means something for this field alone.
        const parsed = alertRuleSchema.safeParse({ ...given, repeatHours: changed.repeatHours });
        if (!parsed.success)
          throw refuse(
            parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`),
          );
        await save(client, actor, stored, parsed.data, change);
      });
      return present(code);
    },
    remove: (actor, code, reason) =>
      inTransaction(pool, async (client) => {
        if (!(await removeAlertRule(client, code, { actor, reason }))) missing(code);
        await insertAudit(client, actor, 'alert-rule', `rule ${code}`, { change: 'removed', reason });
      }),
    async backtest(rule, from, to) {
      const days = Math.ceil((to.getTime() - from.getTime()) / dayMs);
      if (days > mostBacktestDays)
        throw new DomainError('backtest-too-large', { days, most: mostBacktestDays });
      await refuseDangling(pool, rule);
      const { facts, context } = await loadFacts(rule, { from, to });
      const run = new BacktestRun(rule, context);
      for await (const one of facts) run.take(one);
      return {
        from: from.toISOString(),
        to: to.toISOString(),
        explanationZh: explainRule(rule, await readNames(pool)),
        ...shownResult(run.finish()),
      };
    },
  };

  async function present(code: string): Promise<AlertRuleInfo> {
    return toInfo((await findAlertRule(pool, code)) ?? missing(code), await readNames(pool));
  }
}

async function save(
  client: PoolClient,
  actor: Actor,
  stored: AlertRuleRow | undefined,
  rule: AlertRule,
  { reason, basedOn }: AlertChange,
): Promise<void> {
  const current = stored?.version ?? 0;
  if (basedOn !== undefined && basedOn !== current)
    throw new DomainError('alert-version-changed', { given: basedOn, current });
  await refuseDangling(client, rule);
  const version = await saveAlertRule(client, rule, { actor, reason });
  await insertAudit(client, actor, 'alert-rule', `rule ${rule.code}`, {
    change: stored === undefined ? 'created' : 'changed',
    version,
    enabled: rule.enabled,
    reason,
  });
}

/** A rule about something that is not there would be silent for ever. */
async function refuseDangling(db: Pool | PoolClient, rule: AlertRule): Promise<void> {
  const known = { ...(await readAlertReferences(db)), kinds: new Set<string>(siteKinds) };
  const dangling = findDanglingReferences(rule, known);
  if (dangling.length > 0)
    throw refuse(
      dangling.map(({ path, whatZh, value }) => `${path}: 没有${whatZh} ${value}`),
      dangling.map(({ path, whatEn, value }) => `${path}: there is no ${whatEn} ${value}`),
    );
}

function refuse(problems: readonly string[], problemsEn: readonly string[] = problems): DomainError {
  return new DomainError('alert-rule-invalid', {
    problem: problems.join('；'),
    problemEn: problemsEn.join('; '),
  });
}

function missing(code: string): never {
  throw new DomainError('not-found', { what: `rule ${code}` });
}

async function readNames(db: Pool): Promise<RuleNames> {
  const indicators = new Map((await listIndicators(db)).map((one) => [one.code, one]));
  return { indicator: (code) => indicators.get(code) };
}

function toInfo({ code, version, seeded, rule }: AlertRuleRow, names: RuleNames): AlertRuleInfo {
  return { code, version, seeded, explanationZh: explainRule(rule, names), rule };
}

function shownResult({
  alerts,
  flaps,
  suppressed,
  intervals,
  subjects,
}: Backtest): Pick<
  BacktestInfo,
  'alerts' | 'alertCount' | 'flaps' | 'suppressed' | 'intervals' | 'subjects'
> {
  const text = (epochMs: number) => new Date(epochMs).toISOString();
  return {
    alerts: alerts
      .slice(0, mostBacktestAlerts)
      .map(({ startsAt, firedAt, endsAt, durationMs, ...alert }) => ({
        ...alert,
        startsAt: text(startsAt),
        firedAt: text(firedAt),
        endsAt: endsAt === null ? null : text(endsAt),
        durationHours: durationMs / 3_600_000,
      })),
    alertCount: alerts.length,
    flaps,
    suppressed,
    intervals: { ...intervals },
    subjects,
  };
}
