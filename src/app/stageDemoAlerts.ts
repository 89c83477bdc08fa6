import { runLook, runReminders, runRound } from '../alerting/round.js';
import { RuleBook, type RuleIndex } from '../alerting/ruleBook.js';
import type { AlertingOptions } from '../alerting/session.js';
import type { Recomputation } from '../assessment/recompute.js';
import type { Delivery } from '../delivery/delivery.js';
import {
  stagedGroup,
  stagedRules,
  stagedSiteNames,
  stagedSteps,
  stagedTarget,
  type StagedAcknowledgement,
  type StagedStep,
  type StagedValues,
} from '../demo/stagedAlerts.js';
import type { Actor } from '../domain/role.js';
import type { AlertService } from '../http/services/alerting.js';
import type { Logger } from '../log.js';
import type { Job } from '../schedule/scheduler.js';
import { saveAlertRule } from '../store/alertRules.js';
import { applyStage, judgeStage } from '../store/mergeValues.js';
import { ensurePartitions } from '../store/partitions.js';
import { inTransaction, type Pool, type PoolClient, type Queryable } from '../store/pool.js';
import { deleteQuarantined, quarantineLines, takeQuarantined } from '../store/quarantine.js';
import { findSetting, insertSetting } from '../store/settings.js';
import { saveSiteGroup } from '../store/siteGroups.js';
import { insertSite, listSites, lockMembership } from '../store/sites.js';
import { Stage } from '../store/stage.js';
import { insertTargetVersion, listPlans } from '../store/targets.js';
import { insertWrite } from '../store/writes.js';

/** Holds how many steps are done, so that a start after a kill goes on where the last one stopped. */
const progressSetting = 'demo-alerts-staged';
const office = '演示';
const stager: Actor = { tokenId: null, name: '示例', office, role: 'admin' };
const device: Actor = { tokenId: null, name: '示例采集器', office, role: 'uploader' };
const quarantined = { code: 'unknown-site', measurement: 'demo_air', subject: 'demo-unknown' };

export interface StageDependencies {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly dataDir: string;
  readonly publicUrl: string | undefined;
  readonly recomputation: Pick<Recomputation, 'drain'>;
  readonly alerts: Pick<AlertService, 'page' | 'acknowledge'>;
  readonly delivery: Pick<Delivery, 'trigger'>;
}

/** Whether the alerts of the demonstration are still to be staged, all of them or the rest. */
export async function isStageOpen(db: Queryable): Promise<boolean> {
  return (await readProgress(db)) < stagedSteps.length;
}

/**
 * Has the engine raise, group, acknowledge, escalate and resolve an example of each kind of rule, once: data are stored
 * step by step, and after each step the engine looks at them by the clock of the step. Every step may be done again, and
 * then changes nothing, so that a kill in the middle loses and doubles nothing.
 *
 * The jobs of alerting and recomputation must rest meanwhile: by their later clock the data of a step are of the past.
 *
 * @param signal ends the work between two steps; the rest follows at the next start
 */
export async function stageDemoAlerts(work: StageDependencies, signal?: AbortSignal): Promise<void> {
  const { pool, recomputation, delivery } = work;
  await prepare(pool);
  const siteIds = await readSiteIds(pool);
  const staged = [...siteIds.values()];
  for (let done = await readProgress(pool); done < stagedSteps.length; done += 1) {
    if (signal?.aborted === true) return;
    const step = stagedSteps[done]!;
    if (step.rows !== undefined) await storeRows(pool, step.rows, siteIds, step.zh);
    if (step.quarantine === 'come') await sendUnknown(pool, step.at);
    if (step.quarantine === 'go') await discardUnknown(pool);
    await recomputation.drain();
    if (step.acknowledge !== undefined) await acknowledge(work.alerts, step.acknowledge);
    for (const part of step.then ?? []) await run(work, step, part, staged);
    delivery.trigger();
    await insertSetting(pool, progressSetting, done + 1, stager.name, step.zh);
  }
}

/** Stages the alerts of the demonstration beside the running service, and lets its jobs wait meanwhile. */
export class DemoStage {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  /** Whether it is under way. */
  isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Begins, or goes on with what is left; a failure is logged, and the rest follows at the next start. */
  start(work: StageDependencies): void {
    this.#running = stageDemoAlerts(work, this.#stopping.signal)
      .catch((error: unknown) => work.logger.error({ err: error }, 'alerts of the demonstration failed'))
      .finally(() => (this.#running = undefined));
  }

  /** A job that does nothing while the stage is under way: its next run does what it left. */
  hold(job: Job): Job {
    return { ...job, run: async (signal) => (this.isRunning() ? undefined : job.run(signal)) };
  }

  /** Ends after the step under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}

async function readProgress(db: Queryable): Promise<number> {
  const value = await findSetting(db, progressSetting);
  return typeof value === 'number' ? value : 0;
}

/** Sites, group, target and rules, in one transaction. */
async function prepare(pool: Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('demonstration alerts'))`);
    const { rows } = await client.query(`select from alert_rules where code = 'demo-threshold'`);
    if (rows.length > 0) return;
    await lockMembership(client);
    for (const [code, name] of Object.entries(stagedSiteNames))
      await insertSite(client, { code, name, kind: 'other' }, stager);
    await saveSiteGroup(client, { ...stagedGroup, members: [...stagedGroup.members] }, stager);
    const plan = (await listPlans(client)).at(-1);
    if (plan === undefined) throw new Error('the demonstration has no plan to put its staged target under');
    const targetId = await insertTargetVersion(client, {
      effective: stagedTarget.effective,
      document: stagedTarget.document,
      definition: { ...stagedTarget.definition, planId: plan.id },
      by: stager.name,
    });
    for (const rule of stagedRules(targetId))
      await saveAlertRule(client, rule, { actor: stager, reason: '演示告警' });
    // A rule about silence counts from when it was recorded: that is the first day of the stage.
    await client.query(`update alert_rule_versions set recorded_at = $1 where code like 'demo-%'`, [
      new Date(stagedSteps[0]!.at),
    ]);
  });
}

async function readSiteIds(db: Queryable): Promise<ReadonlyMap<string, number>> {
  const sites = await listSites(db, { kind: 'other' });
  return new Map(
    sites.filter(({ code }) => Object.hasOwn(stagedSiteNames, code)).map(({ code, id }) => [code, id]),
  );
}

async function storeRows(
  pool: Pool,
  rows: readonly StagedValues[],
  siteIds: ReadonlyMap<string, number>,
  reason: string,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const stage = new Stage(client);
    for (const family of ['air_hour', 'water_month'] as const) {
      const own = rows.filter((row) => row.family === family);
      if (own.length === 0) continue;
      await stage.add(
        family,
        own.map(({ site, ts, values }) => ({ line: 0, ts, siteId: siteIds.get(site)!, values })),
      );
    }
    await judgeStage(client, stage);
    await ensurePartitions(pool, client, stage);
    await applyStage(client, stage, await insertWrite(client, stager, { kind: 'demo', reason }));
  });
}

/** Four lines of a device that nobody has registered. */
async function sendUnknown(pool: Pool, at: number): Promise<void> {
  await inTransaction(pool, (client) =>
    quarantineLines(
      client,
      device,
      's',
      new Date(at),
      [1, 2, 3, 4].map((minute) => ({
        ...quarantined,
        line: Buffer.from(`demo_air,station=demo-unknown pm10=6${minute} ${at / 1000 - 60 * minute}`),
        hasTime: true,
      })),
    ),
  );
}

async function discardUnknown(pool: Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    const lines = await takeQuarantined(client, quarantined, '0', 100);
    await deleteQuarantined(
      client,
      lines.filter(({ actor }) => actor.name === device.name).map(({ id }) => id),
    );
  });
}

async function acknowledge(
  alerts: StageDependencies['alerts'],
  { rule, site, by, office: of, noteZh }: StagedAcknowledgement,
): Promise<void> {
  const { items } = await alerts.page({ rule, site, firing: true, limit: 20 });
  const person: Actor = { tokenId: null, name: by, office: of, role: 'operator' };
  for (const { fingerprint, acknowledged } of items)
    if (acknowledged === null) await alerts.acknowledge(person, fingerprint, noteZh);
}

async function run(
  { pool, logger, dataDir, publicUrl }: StageDependencies,
  { at }: StagedStep,
  part: 'round' | 'look' | 'remind',
  staged: readonly number[],
): Promise<void> {
  const options: AlertingOptions = {
    logger,
    dataDir,
    publicUrl,
    rules: new StagedRules(logger),
    now: () => at,
  };
  if (part === 'look') await runLook(pool, options);
  else if (part === 'remind') await runReminders(pool, options);
  else
    await withOwnMarks(pool, staged, async () => {
      if ((await runRound(pool, options)) === undefined)
        throw new Error('another process evaluates alerts; the stage goes on at the next start');
    });
}

/** The rules of the stage alone: by its clock nothing else of the demonstration is looked at. */
class StagedRules extends RuleBook {
  override async read(db: Queryable): Promise<RuleIndex> {
    const index = await super.read(db);
    const own = <R extends { readonly code: string }>(rules: readonly R[]) =>
      rules.filter(({ code }) => code.startsWith('demo-'));
    return {
      all: own(index.all),
      byCode: new Map([...index.byCode].filter(([code]) => code.startsWith('demo-'))),
      ofSite: (site) => own(index.ofSite(site)),
      ofTarget: (id) => own(index.ofTarget(id)),
    };
  }
}

/** Runs a round that leaves alone the marks of everything that is not staged: a round skips what another has locked. */
async function withOwnMarks(
  pool: Pool,
  staged: readonly number[],
  round: () => Promise<void>,
): Promise<void> {
  await inTransaction(pool, async (client: PoolClient) => {
    await client.query(
      `select from alert_marks
        where not (subject in ('air', 'water') and subject_id = any ($1::integer[])) for update`,
      [staged],
    );
    await round();
  });
}
