import { z } from 'zod';
import { roles } from '../../domain/role.js';
import { defineRoute, instant, limitText, momentText, recordNumber } from '../route.js';

const shortText = z.string().trim().min(1).max(100);

const token = z
  .strictObject({
    id: z.int(),
    name: z.string(),
    office: z.string(),
    role: z.enum(roles),
    createSites: z.boolean().meta({ description: 'Lines of devices with this token may bring new sites' }),
    createdAt: instant,
    createdBy: z.string(),
    expiresAt: instant,
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Token' });

const createdToken = z
  .strictObject({
    ...token.shape,
    token: z.string().meta({ description: 'Shown this once and never again' }),
  })
  .meta({ id: 'CreatedToken' });

const tokenInput = z
  .strictObject({
    name: shortText.meta({ description: 'The person the token is for' }),
    office: shortText,
    role: z.enum(roles),
    createSites: z.boolean().optional(),
    expiresAt: momentText
      .transform((text) => (text.length === 10 ? `${text}T23:59:59+08:00` : text))
      .meta({ description: 'RFC 3339, or a Beijing day through whose end it is valid' }),
  })
  .meta({ id: 'TokenInput' });

const auditEntry = z
  .strictObject({
    id: z.string(),
    at: instant,
    actorName: z.string(),
    actorOffice: z.string(),
    action: z.string(),
    subject: z.string(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' });

/** Who may do what, and who did what. */
export const accessRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/me',
    role: 'viewer',
    tag: 'access',
    summaryZh: '当前令牌是谁的',
    summaryEn: 'Whom the token belongs to',
    statuses: [200],
    response: z
      .strictObject({
        name: z.string(),
        office: z.string(),
        role: z.enum(roles),
        tokenId: z.int().nullable(),
        judgeDate: z.string().meta({ format: 'date', description: 'Default date of judgements' }),
        demo: z.boolean(),
        version: z.string(),
        maxUploadBytes: z.int(),
      })
      .meta({ id: 'Me' }),
    handle: ({ actor, services, maxUploadBytes }) => ({
      body: {
        name: actor.name,
        office: actor.office,
        role: actor.role,
        tokenId: actor.tokenId,
        judgeDate: services.judgeDate(),
        demo: services.demoData(),
        version: services.version,
        maxUploadBytes,
      },
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/tokens',
    role: 'admin',
    tag: 'access',
    summaryZh: '访问令牌一览',
    summaryEn: 'Access tokens',
    statuses: [200],
    response: z.strictObject({ items: z.array(token) }).meta({ id: 'TokenList' }),
    handle: async ({ services }) => ({ body: { items: await services.tokens.list() } }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/tokens',
    role: 'admin',
    tag: 'access',
    summaryZh: '新建访问令牌（令牌只显示这一次）',
    summaryEn: 'Create an access token (its text is shown only once)',
    statuses: [201],
    body: tokenInput,
    response: createdToken,
    handle: async ({ services, actor, body }) => ({ body: await services.tokens.create(actor, body) }),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/v1/tokens/:id',
    role: 'admin',
    tag: 'access',
    summaryZh: '吊销访问令牌',
    summaryEn: 'Revoke an access token',
    statuses: [200],
    problems: ['not-found', 'last-admin'],
    params: z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) }),
    response: token,
    handle: async ({ services, actor, params }) => ({ body: await services.tokens.revoke(actor, params.id) }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/audit',
    role: 'admin',
    tag: 'access',
    summaryZh: '审计记录，新的在前',
    summaryEn: 'Audit log, newest first',
    statuses: [200],
    query: z.strictObject({
      before: recordNumber
        .optional()
        .meta({ description: 'Entries older than this one: `next` of the last page' }),
      limit: limitText(100, 500),
      action: z.string().min(1).max(100).optional(),
    }),
    response: z
      .strictObject({ items: z.array(auditEntry), next: z.string().nullable() })
      .meta({ id: 'AuditList' }),
    handle: async ({ services, query }) => {
      const items = await services.audit.list(query);
      const next = items.length === query.limit ? (items.at(-1)?.id ?? null) : null;
      return { body: { items, next } };
    },
  }),
];
