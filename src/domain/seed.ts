import { z } from 'zod';
import { findDanglingReferences, findUnknownOffices } from './alertReferences.js';
import { alertRoutingSchema, type AlertRouting } from './alertRoute.js';
import { alertRuleSchema, type AlertRule } from './alertRule.js';
import { isDay } from './calendar.js';
import { deviceSourceSchema, type DeviceSource } from './deviceSource.js';
import { families } from './family.js';
import { warningTableSchema, type WarningTable } from './heavyPollution.js';
import { normaliseName, type Indicator } from './indicator.js';
import {
  findParameterFault,
  indicatorsOfRule,
  qualityRuleKey,
  qualityRuleNames,
  type QualityRule,
} from './qualityRule.js';
import { checkUnique, Faults, keyOf } from './seedFaults.js';
import type { Site, SiteKind } from './site.js';
import type { Plan, Target } from './target.js';

/** A site as the seed files give it: the database adds the id. */
export type SiteSeed = Omit<Site, 'id'>;

/** A named list of sites that a target is about, e.g. the nine county sections. */
export interface SiteGroup {
  /** Stable code, unique. */
  readonly code: string;
  readonly nameZh: string;
  /** Site codes, in the order in which they are shown. */
  readonly members: readonly string[];
}

/** A responsible unit (责任单位) of a plan. */
export interface Office {
  /** Stable code, unique. */
  readonly code: string;
  readonly nameZh: string;
}

/** The reference data of one county. Everything that refers to something else is known to exist. */
export interface Seeds {
  readonly indicators: readonly Indicator[];
  readonly sites: readonly SiteSeed[];
  readonly siteGroups: readonly SiteGroup[];
  readonly offices: readonly Office[];
  readonly plans: readonly Plan[];
  readonly targets: readonly Target[];
  readonly qualityRules: readonly QualityRule[];
  readonly deviceSources: readonly DeviceSource[];
  readonly alertRules: readonly AlertRule[];
  readonly alertRouting: AlertRouting;
  /** Conditions of warnings of heavy pollution, by version. */
  readonly warningTables: readonly WarningTable[];
}

/** The files of `seeds/` that `parseSeeds` reads: each a JSON array, but `alertRoutes.json`, which is one document. */
export const seedFileNames = [
  'indicators.json',
  'sites.json',
  'siteGroups.json',
  'offices.json',
  'plans.json',
  'targets.json',
  'qualityRules.json',
  'deviceSources.json',
  'alertRules.json',
  'alertRoutes.json',
  'heavyPollutionLevels.json',
] as const;
export type SeedFileName = (typeof seedFileNames)[number];

const text = z.string().trim().min(1);
const code = z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'expected a lower-case ASCII code');
const day = z.string().refine(isDay, 'expected a day YYYY-MM-DD that exists');
const decimals = z.int().min(0).max(10);
const bound = z.number().nullable();

const indicatorSchema = z.strictObject({
  code: z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected a lower-case key such as pm25 or o3_8h'),
  nameZh: text,
  nameEn: text,
  unit: z.string(),
  decimals,
  medium: z.enum(['air', 'water', 'other', 'report']),
  plausibleMin: bound,
  plausibleMax: bound,
  possibleMin: bound,
  possibleMax: bound,
  synonyms: z.array(text),
});

/** The kinds of sites. */
export const siteKinds = [
  'air-station',
  'river-section',
  'lake-section',
  'drinking-water-surface',
  'drinking-water-lake',
  'drinking-water-ground',
  'township',
  'county',
  'other',
] as const satisfies readonly SiteKind[];

const siteSchema = z.strictObject({
  code,
  name: text,
  kind: z.enum(siteKinds),
  waterBody: text.nullable(),
  aliases: z.array(text),
  placeholder: z.boolean(),
});

const siteGroupSchema = z.strictObject({ code, nameZh: text, members: z.array(code).min(1) });

const officeSchema = z.strictObject({ code, nameZh: text });

const planSchema = z.strictObject({
  id: code,
  document: text,
  titleZh: text,
  issued: day,
  effective: day,
  due: day,
});

const targetSchema = z.strictObject({
  id: z.int().positive(),
  planId: code,
  clause: text,
  nameZh: text,
  nameEn: text,
  kind: z.enum([
    'annual-mean',
    'day-share',
    'day-count',
    'section-grade',
    'rate',
    'change-from-base',
    'count',
    'area',
    'milestone',
  ]),
  indicator: text,
  comparison: z.enum(['<=', '>=', '=']),
  limit: z.string().regex(/^-?(0|[1-9]\d*)(\.\d+)?$/, 'expected a plain decimal number as text'),
  decimals,
  unit: z.string(),
  quote: text,
  scopeZh: text,
  siteGroup: code,
  offices: z.array(code).min(1),
  due: day,
  periodStart: day,
  ledger: z.enum(['with-dust', 'without-dust']),
  baseYear: z.int().min(1949).max(2100).nullable(),
  assumptions: z.array(text),
});

const qualityRuleSchema = z.strictObject({
  rule: z.enum(qualityRuleNames),
  indicator: text,
  parameters: z.record(z.string(), z.unknown()),
  titleZh: text,
  titleEn: text,
  explanationZh: text,
  explanationEn: text,
  version: z.int().positive(),
});

/** What an administrator gives to define a target, or a new version of one: everything but its id and plan. */
export const targetDefinitionSchema = targetSchema.omit({ id: true, planId: true });

/**
 * Checks the parsed JSON of all seed files, keyed by file name, and returns them typed. Shape is checked first, then
 * everything that refers to something else. The synonyms of an indicator come back normalised by `normaliseName`,
 * without repetitions, with its code and names among them.
 *
 * @throws Error that lists every fault with file, entry (1-based, and its code) and field.
 */
export function parseSeeds(files: Readonly<Record<string, unknown>>): Seeds {
  const faults = new Faults();
  const seeds: Seeds = {
    indicators: parseFile(files, 'indicators.json', indicatorSchema, faults).map(withFoldedSynonyms),
    sites: parseFile(files, 'sites.json', siteSchema, faults),
    siteGroups: parseFile(files, 'siteGroups.json', siteGroupSchema, faults),
    offices: parseFile(files, 'offices.json', officeSchema, faults),
    plans: parseFile(files, 'plans.json', planSchema, faults),
    targets: parseFile(files, 'targets.json', targetSchema, faults),
    qualityRules: parseFile(files, 'qualityRules.json', qualityRuleSchema, faults),
    deviceSources: parseFile(files, 'deviceSources.json', deviceSourceSchema, faults),
    alertRules: parseFile(files, 'alertRules.json', alertRuleSchema, faults),
    alertRouting: parseRouting(files, faults),
    warningTables: parseFile(files, 'heavyPollutionLevels.json', warningTableSchema, faults),
  };
  faults.throwIfAny();
  checkIndicators(seeds, faults);
  checkSites(seeds, faults);
  checkUnique('offices.json', 'code', seeds.offices, (office) => office.code, faults);
  checkPlans(seeds, faults);
  checkTargets(seeds, faults);
  checkQualityRules(seeds, faults);
  checkUnique('deviceSources.json', 'code', seeds.deviceSources, (source) => source.code, faults);
  checkAlerts(seeds, faults);
  faults.throwIfAny();
  return seeds;
}

function parseFile<T>(
  files: Readonly<Record<string, unknown>>,
  file: SeedFileName,
  schema: z.ZodType<T>,
  faults: Faults,
): T[] {
  const content = files[file];
  if (!Array.isArray(content)) {
    faults.lines.push(`${file}: ${content === undefined ? 'missing' : 'expected a JSON array of entries'}`);
    return [];
  }
  return content.flatMap((entry: unknown, index) => {
    const parsed = schema.safeParse(entry);
    if (parsed.success) return [parsed.data];
    for (const issue of parsed.error.issues) {
      const field =
        issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.map(String).join('.');
      faults.add(file, index, keyOf(entry), field === '' ? '*' : field, issue.message);
    }
    return [];
  });
}

function parseRouting(files: Readonly<Record<string, unknown>>, faults: Faults): AlertRouting {
  // Of one document the fields are told as those of an only entry.
  const given = files['alertRoutes.json'];
  const wrapped = { 'alertRoutes.json': given === undefined ? undefined : [given] };
  return parseFile(wrapped, 'alertRoutes.json', alertRoutingSchema, faults)[0]!;
}

function withFoldedSynonyms(indicator: Indicator): Indicator {
  const names = [indicator.code, indicator.nameZh, indicator.nameEn, ...indicator.synonyms];
  return { ...indicator, synonyms: [...new Set(names.map(normaliseName))].filter((name) => name !== '') };
}

function checkIndicators({ indicators }: Seeds, faults: Faults): void {
  const file = 'indicators.json';
  checkUnique(file, 'code', indicators, (indicator) => indicator.code, faults);
  const claimedBy = new Map<string, string>();
  indicators.forEach((indicator, index) => {
    for (const name of indicator.synonyms) {
      const key = `${indicator.medium}/${name}`;
      const other = claimedBy.get(key);
      if (other !== undefined && other !== indicator.code) {
        faults.add(file, index, indicator.code, 'synonyms', `'${name}' is claimed by '${other}' too`);
      }
      claimedBy.set(key, other ?? indicator.code);
    }
    const { plausibleMin, plausibleMax, possibleMin, possibleMax } = indicator;
    if ((possibleMin ?? -Infinity) > (plausibleMin ?? -Infinity)) {
      faults.add(file, index, indicator.code, 'possibleMin', 'is above plausibleMin');
    }
    if ((plausibleMax ?? Infinity) > (possibleMax ?? Infinity)) {
      faults.add(file, index, indicator.code, 'possibleMax', 'is below plausibleMax');
    }
    if ((plausibleMin ?? -Infinity) >= (plausibleMax ?? Infinity)) {
      faults.add(file, index, indicator.code, 'plausibleMin', 'is not below plausibleMax');
    }
  });
  const mediumOf = new Map(indicators.map((indicator) => [indicator.code, indicator.medium]));
  for (const family of Object.values(families)) {
    for (const column of family.columns) {
      if (mediumOf.get(column) !== family.medium) {
        faults.lines.push(
          `${file}: the ${family.medium} indicator '${column}' of family ${family.name} is missing`,
        );
      }
    }
  }
}

function checkSites({ sites, siteGroups }: Seeds, faults: Faults): void {
  checkUnique('sites.json', 'code', sites, (site) => site.code, faults);
  const namedBy = new Map<string, string>();
  sites.forEach((site, index) => {
    for (const name of [site.name, ...site.aliases].map(normaliseName)) {
      const other = namedBy.get(name);
      if (other !== undefined && other !== site.code) {
        faults.add('sites.json', index, site.code, 'aliases', `'${name}' names '${other}' too`);
      }
      namedBy.set(name, other ?? site.code);
    }
  });
  const siteCodes = new Set(sites.map((site) => site.code));
  checkUnique('siteGroups.json', 'code', siteGroups, (group) => group.code, faults);
  siteGroups.forEach((group, index) => {
    group.members.forEach((member, position) => {
      if (!siteCodes.has(member)) {
        faults.add('siteGroups.json', index, group.code, 'members', `unknown site '${member}'`);
      }
      if (group.members.indexOf(member) !== position) {
        faults.add('siteGroups.json', index, group.code, 'members', `'${member}' occurs twice`);
      }
    });
  });
}

function checkPlans({ plans }: Seeds, faults: Faults): void {
  checkUnique('plans.json', 'id', plans, (plan) => plan.id, faults);
  plans.forEach((plan, index) => {
    if (plan.due < plan.effective) {
      faults.add('plans.json', index, plan.id, 'due', `is before effective (${plan.effective})`);
    }
  });
}

function checkTargets({ indicators, siteGroups, offices, plans, targets }: Seeds, faults: Faults): void {
  const file = 'targets.json';
  const indicatorByCode = new Map(indicators.map((indicator) => [indicator.code, indicator]));
  const groupCodes = new Set(siteGroups.map((group) => group.code));
  const officeCodes = new Set(offices.map((office) => office.code));
  const planIds = new Set(plans.map((plan) => plan.id));
  checkUnique(file, 'id', targets, (target) => String(target.id), faults);
  targets.forEach((target, index) => {
    const fault = (field: string, what: string): void =>
      faults.add(file, index, String(target.id), field, what);
    const indicator = indicatorByCode.get(target.indicator);
    if (indicator === undefined) fault('indicator', `unknown indicator '${target.indicator}'`);
    else if (indicator.unit !== target.unit) {
      fault('unit', `'${target.unit}' differs from the indicator's '${indicator.unit}'`);
    }
    if (!planIds.has(target.planId)) fault('planId', `unknown plan '${target.planId}'`);
    if (!groupCodes.has(target.siteGroup)) fault('siteGroup', `unknown site group '${target.siteGroup}'`);
    target.offices.forEach((office, position) => {
      if (!officeCodes.has(office)) fault('offices', `unknown office '${office}'`);
      if (target.offices.indexOf(office) !== position) fault('offices', `'${office}' occurs twice`);
    });
    if (target.due < target.periodStart) fault('due', `is before periodStart (${target.periodStart})`);
    const printed = target.limit.split('.')[1]?.length ?? 0;
    if (target.decimals !== printed) fault('decimals', `limit ${target.limit} is printed with ${printed}`);
    checkKind(target, fault);
  });
}

function checkQualityRules({ qualityRules }: Seeds, faults: Faults): void {
  const file = 'qualityRules.json';
  checkUnique(file, 'rule', qualityRules, qualityRuleKey, faults);
  qualityRules.forEach((one, index) => {
    const key = qualityRuleKey(one);
    if (!indicatorsOfRule(one.rule).includes(one.indicator))
      faults.add(file, index, key, 'indicator', `'${one.indicator}' has no such rule`);
    const fault = findParameterFault(one.rule, one.parameters);
    if (fault !== undefined) faults.add(file, index, key, 'parameters', fault);
  });
}

function checkAlerts(seeds: Seeds, faults: Faults): void {
  const offices = new Set(seeds.offices.map(({ code: one }) => one));
  const known = {
    sites: new Set(seeds.sites.map((site) => site.code)),
    groups: new Set(seeds.siteGroups.map((group) => group.code)),
    kinds: new Set<string>(siteKinds),
    indicators: new Set(seeds.indicators.map((indicator) => indicator.code)),
    offices,
    targets: new Set(seeds.targets.map((target) => target.id)),
  };
  checkUnique('alertRules.json', 'code', seeds.alertRules, (rule) => rule.code, faults);
  seeds.alertRules.forEach((rule, index) => {
    for (const { path, whatEn, value } of findDanglingReferences(rule, known))
      faults.add('alertRules.json', index, rule.code, path, `unknown ${whatEn} '${value}'`);
  });
  for (const { path, whatEn, value } of findUnknownOffices(seeds.alertRouting, offices))
    faults.add('alertRoutes.json', 0, '', path, `unknown ${whatEn} '${value}'`);
  checkUnique('heavyPollutionLevels.json', 'id', seeds.warningTables, (one) => one.id, faults);
}

function checkKind(target: Target, fault: (field: string, what: string) => void): void {
  if (target.kind === 'section-grade' && !/^[1-6]$/.test(target.limit)) {
    fault('limit', 'a grade is 1 to 6');
  }
  if (target.kind === 'milestone' && target.limit !== '1') fault('limit', 'a milestone has the limit 1');
  if ((target.kind === 'change-from-base') !== (target.baseYear !== null)) {
    fault('baseYear', 'is given for change-from-base targets and for no others');
  }
}
