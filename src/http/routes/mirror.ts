import { z } from 'zod';
import { DomainError } from '../../domain/domainError.js';
import { defineRoute, instant } from '../route.js';

const view = z
  .strictObject({
    status: z.enum(['off', 'starting', 'elsewhere', 'sending', 'idle', 'outage', 'stopped']).meta({
      description:
        'elsewhere: another process mirrors. outage: the target takes nothing and is tried again; nothing is lost. ' +
        'stopped: the database does not answer.',
    }),
    target: z.string().nullable(),
    waiting: z.strictObject({ writes: z.int(), rows: z.number(), lagSeconds: z.number() }),
    sent: z.strictObject({ rows: z.number(), at: instant.nullable() }),
    refused: z.strictObject({ lines: z.number(), last: z.string().nullable(), at: instant.nullable() }),
    valuesRemoved: z
      .number()
      .meta({ description: 'Values taken back here; line protocol cannot say so: they stay in the mirror' }),
    error: z.strictObject({ message: z.string(), at: instant }).nullable(),
  })
  .meta({ id: 'Mirror' });

/** The mirror of readings in an InfluxDB, for those who run the service. */
export const mirrorRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/mirror',
    role: 'operator',
    tag: 'service',
    summaryZh: '镜像到 InfluxDB 的情况：是否中断、落后多少',
    summaryEn: 'The mirror in an InfluxDB: whether it is reached, and how far behind it is',
    statuses: [200],
    response: view,
    handle: async ({ services }) => ({ body: await services.mirror.view() }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/mirror/resend',
    role: 'operator',
    tag: 'service',
    summaryZh: '把已入库的全部监测值再镜像一遍',
    summaryEn: 'Send everything that is stored to the mirror again',
    statuses: [200],
    problems: ['not-found'],
    body: z.strictObject({ reason: z.string().trim().min(1).max(500) }).meta({ id: 'MirrorResend' }),
    response: view,
    handle: async ({ services, actor, body: { reason } }) => {
      const found = await services.mirror.resend(actor, reason);
      if (found === undefined) throw new DomainError('not-found', { what: 'mirror' });
      return { body: found };
    },
  }),
];
