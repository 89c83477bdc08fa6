import { z } from 'zod';
import type { SiteKind } from '../../domain/site.js';
import { dayText, defineRoute } from '../route.js';

// A record, so that a kind that the domain adds is missed by the compiler here.
const siteKindNames: Record<SiteKind, true> = {
  'air-station': true,
  'river-section': true,
  'lake-section': true,
  'drinking-water-surface': true,
  'drinking-water-lake': true,
  'drinking-water-ground': true,
  township: true,
  county: true,
  other: true,
};
const siteKind = z.enum(Object.keys(siteKindNames) as [SiteKind, ...SiteKind[]]);
/** A name as requests give it. */
export const siteName = z.string().trim().min(1).max(100);
const name = siteName;
/** A code as requests give it. */
export const siteCode = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,63}$/u)
  .meta({ description: 'Stable code, unique' });
const code = siteCode;
const names = z.array(name).max(50);
const record = z.record(z.string(), z.unknown());

/** A site as answers show it. */
export const site = z
  .strictObject({
    code: z.string(),
    name: z.string(),
    kind: z.string(),
    waterBody: z.string().nullable(),
    aliases: z.array(z.string()),
    placeholder: z.boolean().meta({ description: 'The plan does not name it; the bureau has yet to' }),
    groups: z.array(z.string()),
    latest: z
      .record(z.string(), z.string())
      .meta({ description: 'Start of the latest stored interval, by family of readings' }),
  })
  .meta({ id: 'Site' });

const siteFields = {
  name,
  kind: siteKind,
  waterBody: name.nullable().optional(),
  aliases: names.optional(),
  groups: z.array(code).max(50).optional(),
};
const siteInput = z.strictObject({ code, ...siteFields }).meta({ id: 'SiteInput' });
const siteChange = z
  .strictObject(siteFields)
  .partial()
  .refine((change) => Object.keys(change).length > 0, { error: '至少给出一个字段 / give at least one field' })
  .meta({ id: 'SiteChange' });

const planInput = z
  .strictObject({
    id: code,
    document: name.meta({ description: 'Document number, e.g. 同党发〔2023〕32 号' }),
    titleZh: z.string().trim().min(1).max(300),
    issued: dayText,
    effective: dayText,
    due: dayText,
  })
  .refine((plan) => plan.effective <= plan.due, {
    error: 'effective 不能晚于 due / effective must not be after due',
    path: ['due'],
  })
  .meta({ id: 'PlanInput' });

const bound = z.number().nullable();
const indicatorInput = z
  .strictObject({
    code: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
    nameZh: name,
    nameEn: name,
    unit: z.string().trim().max(30),
    decimals: z.int().min(0).max(10),
    medium: z
      .enum(['other', 'report'])
      .meta({ description: 'Air and water items are fixed by the standards' }),
    plausibleMin: bound,
    plausibleMax: bound,
    possibleMin: bound,
    possibleMax: bound,
    synonyms: names,
  })
  .meta({ id: 'IndicatorInput' });

const siteGroupFields = { nameZh: name, members: z.array(code).min(1).max(1000) };
const siteGroup = z.strictObject({ code: z.string(), ...siteGroupFields }).meta({ id: 'SiteGroup' });

/** Sites, indicators and plans: what is measured, where, and what asks for it. */
export const catalogueRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/sites',
    role: 'viewer',
    tag: 'catalogue',
    summaryZh: '点位、断面和乡镇',
    summaryEn: 'Sites: stations, sections, townships',
    statuses: [200],
    query: z.strictObject({ kind: siteKind.optional(), group: code.optional() }),
    response: z.strictObject({ items: z.array(site) }).meta({ id: 'SiteList' }),
    handle: async ({ services, query }) => ({ body: { items: await services.catalogue.listSites(query) } }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/sites',
    role: 'admin',
    tag: 'catalogue',
    summaryZh: '登记点位',
    summaryEn: 'Register a site',
    statuses: [201],
    problems: ['conflict'],
    body: siteInput,
    response: site,
    handle: async ({ services, actor, body }) => ({ body: await services.catalogue.createSite(actor, body) }),
  }),
  defineRoute({
    method: 'patch',
    path: '/api/v1/sites/:code',
    role: 'admin',
    tag: 'catalogue',
    summaryZh: '修改点位的名称、别名或分组',
    summaryEn: "Change a site's name, aliases or groups",
    statuses: [200],
    problems: ['not-found', 'conflict'],
    params: z.object({ code }),
    body: siteChange,
    response: site,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.catalogue.updateSite(actor, params.code, body),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/indicators',
    role: 'viewer',
    tag: 'catalogue',
    summaryZh: '指标：单位、小数位、合理范围和别名',
    summaryEn: 'Indicators: units, decimals, plausible ranges, synonyms',
    statuses: [200],
    response: z.strictObject({ items: z.array(record) }).meta({ id: 'IndicatorList' }),
    handle: async ({ services }) => ({ body: { items: await services.catalogue.listIndicators() } }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/indicators',
    role: 'admin',
    tag: 'catalogue',
    summaryZh: '新增指标（如新方案的某个率）',
    summaryEn: "Add an indicator, such as a new plan's rate",
    statuses: [201],
    problems: ['conflict'],
    body: indicatorInput,
    response: record,
    handle: async ({ services, actor, body }) => ({
      body: await services.catalogue.createIndicator(actor, body),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/site-groups',
    role: 'viewer',
    tag: 'catalogue',
    summaryZh: '点位分组：目标针对哪些点位',
    summaryEn: 'Site groups: the sites that targets are about',
    statuses: [200],
    response: z.strictObject({ items: z.array(siteGroup) }).meta({ id: 'SiteGroupList' }),
    handle: async ({ services }) => ({ body: { items: await services.catalogue.listSiteGroups() } }),
  }),
  defineRoute({
    method: 'put',
    path: '/api/v1/site-groups/:code',
    role: 'admin',
    tag: 'catalogue',
    summaryZh: '新建分组，或设置其名称和成员',
    summaryEn: 'Add a group, or set its name and members',
    statuses: [200],
    problems: ['not-found'],
    params: z.object({ code }),
    body: z.strictObject(siteGroupFields).meta({ id: 'SiteGroupInput' }),
    response: siteGroup,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.catalogue.putSiteGroup(actor, params.code, body),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/plans',
    role: 'viewer',
    tag: 'catalogue',
    summaryZh: '规划和方案',
    summaryEn: 'Plans',
    statuses: [200],
    response: z.strictObject({ items: z.array(record) }).meta({ id: 'PlanList' }),
    handle: async ({ services }) => ({ body: { items: await services.catalogue.listPlans() } }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/plans',
    role: 'admin',
    tag: 'catalogue',
    summaryZh: '新增规划（文号、日期、标题）',
    summaryEn: 'Add a plan (document number, dates, title)',
    statuses: [201],
    problems: ['conflict'],
    body: planInput,
    response: record,
    handle: async ({ services, actor, body }) => ({ body: await services.catalogue.createPlan(actor, body) }),
  }),
];
