import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { qualityRuleKey } from '../domain/qualityRule.js';
import type { Actor } from '../domain/role.js';
import { seedAlertRouting } from './alertRoutings.js';
import { seedAlertRule } from './alertRules.js';
import { findDeviceSource, saveDeviceSource } from './deviceSources.js';
import { inTransaction } from './pool.js';
import { markCheckedDays } from './qualityRules.js';
import { changingGrades, markRangeDays } from './ruleMarks.js';
import type { SeedFiles } from './seedFiles.js';
import { recordGroups, recordSites, type Recorder } from './siteHistory.js';
import { markGradesOf, markGroupDays } from './sites.js';

const seeder: Recorder = { name: 'seeds', office: '' };
const seederActor: Actor = { ...seeder, tokenId: null, role: 'admin' };

/** What loading the seeds did; `kept` are entries that the bureau has edited and that were therefore left alone. */
export interface SeedOutcome {
  readonly added: number;
  readonly updated: number;
  readonly kept: string[];
}

interface SeedKind<T> {
  readonly kind: string;
  readonly entries: readonly T[];
  readonly key: (entry: T) => string;
  /** Inserts the entry; leaves a row that is there already. */
  readonly insert: (client: PoolClient, entry: T) => Promise<void>;
  /** Updates the row unless a person has edited it; says whether it did. */
  readonly update: (client: PoolClient, entry: T) => Promise<boolean>;
}

/**
 * Loads the reference data: entries never seen are inserted, entries whose seed changed are updated, and whatever a
 * person has edited or removed stays as that person left it. Loading the same seeds again changes nothing.
 */
export async function loadSeeds(pool: Pool, files: SeedFiles): Promise<SeedOutcome> {
  return inTransaction(pool, async (client) => {
    // Two processes may start at once: the second finds everything done.
    await client.query(`select pg_advisory_xact_lock(hashtext('county-environmental-indicators seeds'))`);
    const outcome = { added: 0, updated: 0, kept: [] as string[] };
    for (const kind of seedKinds(files)) await loadKind(client, kind, outcome);
    if (outcome.added + outcome.updated > 0) {
      const { sites, siteGroups } = files.seeds;
      await recordSites(
        client,
        sites.map(({ code }) => code),
        seeder,
      );
      await recordGroups(
        client,
        siteGroups.map(({ code }) => code),
        seeder,
      );
    }
    return outcome;
  });
}

async function loadKind<T>(
  client: PoolClient,
  kind: SeedKind<T>,
  outcome: { added: number; updated: number; kept: string[] },
): Promise<void> {
  const { rows } = await client.query<{ key: string; content_hash: string }>(
    'select key, content_hash from seed_entries where kind = $1',
    [kind.kind],
  );
  const loaded = new Map(rows.map((row) => [row.key, row.content_hash]));
  for (const entry of kind.entries) {
    const key = kind.key(entry);
    const hash = createHash('sha256').update(JSON.stringify(entry)).digest('hex');
    const before = loaded.get(key);
    if (before === hash) continue;
    if (before === undefined) {
      await kind.insert(client, entry);
      outcome.added += 1;
    } else if (await kind.update(client, entry)) {
      outcome.updated += 1;
    } else {
      outcome.kept.push(`${kind.kind} ${key}`);
    }
    await client.query(
      `insert into seed_entries (kind, key, content_hash) values ($1, $2, $3)
       on conflict (kind, key) do update set content_hash = excluded.content_hash, loaded_at = now()`,
      [kind.kind, key, hash],
    );
  }
}

function seedKinds({ seeds, documents }: SeedFiles): SeedKind<never>[] {
  const kinds = [
    indicatorKind(seeds.indicators),
    tableKind('office', seeds.offices, (entry) => entry.code, {
      table: 'offices',
      keyColumn: 'code',
      columns: (entry) => ({ name_zh: entry.nameZh }),
    }),
    siteKind(seeds.sites),
    groupKind(seeds.siteGroups),
    tableKind('standard', Object.entries(documents), ([file]) => file.replace(/\.json$/, ''), {
      table: 'standards',
      keyColumn: 'id',
      columns: ([, document]) => ({ document: JSON.stringify(document) }),
    }),
    tableKind('plan', seeds.plans, (entry) => entry.id, {
      table: 'plans',
      keyColumn: 'id',
      columns: (entry) => ({
        document: entry.document,
        title_zh: entry.titleZh,
        issued: entry.issued,
        effective: entry.effective,
        due: entry.due,
      }),
    }),
    targetKind(seeds),
    qualityRuleKind(seeds.qualityRules),
    deviceSourceKind(seeds.deviceSources),
    alertKind('alert-rule', seeds.alertRules, ({ code }) => code, seedAlertRule),
    alertKind('alert-routing', [seeds.alertRouting], () => 'routing', seedAlertRouting),
  ];
  return kinds as unknown as SeedKind<never>[];
}

function tableKind<T>(
  kind: string,
  entries: readonly T[],
  key: (entry: T) => string,
  rule: { table: string; keyColumn: string; columns: (entry: T) => Record<string, unknown> },
): SeedKind<T> {
  const { table, keyColumn } = rule;
  return {
    kind,
    entries,
    key,
    async insert(client, entry) {
      const columns = rule.columns(entry);
      const names = Object.keys(columns);
      await client.query(
        `insert into ${table} (${keyColumn}, ${names.join(', ')})
         values ($1, ${names.map((_, index) => `$${index + 2}`).join(', ')}) on conflict (${keyColumn}) do nothing`,
        [key(entry), ...Object.values(columns)],
      );
    },
    async update(client, entry) {
      const columns = rule.columns(entry);
      const assignments = Object.keys(columns).map((name, index) => `${name} = $${index + 2}`);
      const { rowCount } = await client.query(
        `update ${table} set ${assignments.join(', ')} where ${keyColumn} = $1 and edited_at is null`,
        [key(entry), ...Object.values(columns)],
      );
      return rowCount === 1;
    },
  };
}

type IndicatorSeed = SeedFiles['seeds']['indicators'][number];

function indicatorKind(entries: readonly IndicatorSeed[]): SeedKind<IndicatorSeed> {
  const kind = tableKind('indicator', entries, (entry) => entry.code, {
    table: 'indicators',
    keyColumn: 'code',
    columns: (entry) => ({
      name_zh: entry.nameZh,
      name_en: entry.nameEn,
      unit: entry.unit,
      decimals: entry.decimals,
      medium: entry.medium,
      plausible_min: entry.plausibleMin,
      plausible_max: entry.plausibleMax,
      possible_min: entry.possibleMin,
      possible_max: entry.possibleMax,
      synonyms: entry.synonyms,
    }),
  });
  return {
    ...kind,
    async update(client, entry) {
      const { rows } = await client.query<{ same: boolean }>(
        `select (plausible_min, plausible_max) is not distinct from ($2::float8, $3::float8) as same
           from indicators where code = $1`,
        [entry.code, entry.plausibleMin, entry.plausibleMax],
      );
      const updated = await kind.update(client, entry);
      if (updated && rows[0]?.same === false) await markRangeDays(client, entry.code);
      return updated;
    },
  };
}

type SiteSeed = SeedFiles['seeds']['sites'][number];

function siteKind(entries: readonly SiteSeed[]): SeedKind<SiteSeed> {
  const kind = tableKind('site', entries, (entry) => entry.code, {
    table: 'sites',
    keyColumn: 'code',
    columns: (entry) => ({
      name: entry.name,
      kind: entry.kind,
      water_body: entry.waterBody,
      aliases: entry.aliases,
      placeholder: entry.placeholder,
    }),
  });
  return {
    ...kind,
    async update(client, entry) {
      const { rows } = await client.query<{ kind: string }>(
        'select kind from sites where code = $1 and edited_at is null',
        [entry.code],
      );
      // As when a person changes it: another kind may mean another water body and other limits.
      if (rows[0] !== undefined && rows[0].kind !== entry.kind) {
        await markGradesOf(client, entry.code, entry.kind);
      }
      return kind.update(client, entry);
    },
  };
}

type RuleSeed = SeedFiles['seeds']['qualityRules'][number];

function qualityRuleKind(entries: readonly RuleSeed[]): SeedKind<RuleSeed> {
  const kind = tableKind('quality-rule', entries, qualityRuleKey, {
    table: 'quality_rules',
    keyColumn: 'key',
    columns: (entry) => ({
      rule: entry.rule,
      indicator: entry.indicator,
      parameters: JSON.stringify(entry.parameters),
      title_zh: entry.titleZh,
      title_en: entry.titleEn,
      explanation_zh: entry.explanationZh,
      explanation_en: entry.explanationEn,
      version: entry.version,
    }),
  });
  return {
    ...kind,
    async update(client, entry) {
      const updated = await kind.update(client, entry);
      if (updated) await markCheckedDays(client, entry.rule);
      return updated;
    },
  };
}

type DeviceSourceSeed = SeedFiles['seeds']['deviceSources'][number];

function deviceSourceKind(entries: readonly DeviceSourceSeed[]): SeedKind<DeviceSourceSeed> {
  return {
    kind: 'device-source',
    entries,
    key: ({ code }) => code,
    async insert(client, entry) {
      if ((await findDeviceSource(client, entry.code)) === undefined)
        await saveDeviceSource(client, entry, seederActor, '');
    },
    async update(client, entry) {
      const present = await findDeviceSource(client, entry.code);
      if (present !== undefined && present.actorName !== seeder.name) return false;
      await saveDeviceSource(client, entry, seederActor, '');
      return true;
    },
  };
}

function alertKind<T>(
  kind: string,
  entries: readonly T[],
  key: (entry: T) => string,
  seed: (client: PoolClient, entry: T, actor: Actor) => Promise<boolean>,
): SeedKind<T> {
  return {
    kind,
    entries,
    key,
    insert: async (client, entry) => void (await seed(client, entry, seederActor)),
    update: (client, entry) => seed(client, entry, seederActor),
  };
}

type GroupSeed = SeedFiles['seeds']['siteGroups'][number];

function groupKind(entries: readonly GroupSeed[]): SeedKind<GroupSeed> {
  const replaceMembers = async (client: PoolClient, entry: GroupSeed) => {
    await client.query('delete from site_group_members where group_code = $1', [entry.code]);
    await client.query(
      `insert into site_group_members (group_code, site_id, position)
       select $1, s.id, m.position from unnest($2::text[]) with ordinality as m (code, position)
         join sites s on s.code = m.code`,
      [entry.code, entry.members],
    );
    await markGroupDays(client, [entry.code]);
  };
  const setMembers = (client: PoolClient, entry: GroupSeed) =>
    changingGrades(client, () => replaceMembers(client, entry));
  return {
    kind: 'site-group',
    entries,
    key: (entry) => entry.code,
    async insert(client, entry) {
      const { rowCount } = await client.query(
        'insert into site_groups (code, name_zh) values ($1, $2) on conflict do nothing',
        [entry.code, entry.nameZh],
      );
      if (rowCount === 1) await setMembers(client, entry);
    },
    async update(client, entry) {
      const { rowCount } = await client.query(
        'update site_groups set name_zh = $2 where code = $1 and edited_at is null',
        [entry.code, entry.nameZh],
      );
      if (rowCount === 1) await setMembers(client, entry);
      return rowCount === 1;
    },
  };
}

function targetKind(seeds: SeedFiles['seeds']): SeedKind<SeedFiles['seeds']['targets'][number]> {
  type TargetSeed = SeedFiles['seeds']['targets'][number];
  const insertVersion = async (client: PoolClient, entry: TargetSeed) => {
    const plan = seeds.plans.find((candidate) => candidate.id === entry.planId)!;
    const { id, ...definition } = entry;
    await changingGrades(client, () =>
      client.query(
        `insert into target_versions (target_id, version, effective, document, definition, recorded_by)
         select $1, coalesce(max(version), 0) + 1, $2, $3, $4, 'seeds' from target_versions where target_id = $1`,
        [id, plan.effective, plan.document, JSON.stringify(definition)],
      ),
    );
  };
  return {
    kind: 'target',
    entries: seeds.targets,
    key: (entry) => String(entry.id),
    async insert(client, entry) {
      const { rowCount } = await client.query(
        'insert into targets (id, plan_id) values ($1, $2) on conflict do nothing',
        [entry.id, entry.planId],
      );
      if (rowCount === 1) await insertVersion(client, entry);
    },
    async update(client, entry) {
      // A correction of the seed is a new version; once the bureau has amended the target, the seed no longer speaks.
      const { rowCount } = await client.query(
        `select from target_versions where target_id = $1 and recorded_by <> 'seeds'`,
        [entry.id],
      );
      if ((rowCount ?? 0) > 0) return false;
      await insertVersion(client, entry);
      return true;
    },
  };
}
