import { z } from 'zod';
import { deviceSourceSchema } from '../../domain/deviceSource.js';
import { DomainError } from '../../domain/domainError.js';
import { defineRoute, instant } from '../route.js';

const definition = deviceSourceSchema.meta({ id: 'DeviceSourceDefinition' });
const source = z
  .strictObject({
    definition,
    version: z.int(),
    editedAt: instant,
    editedBy: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'DeviceSource' });
const params = z.object({ code: deviceSourceSchema.shape.code });
const reason = z.string().trim().min(1).max(500);
const selection = {
  code: z.string().max(100).optional(),
  measurement: z.string().max(200).optional(),
  subject: z.string().max(200).optional(),
};

/** How readings that devices send as line protocol are understood, and what could not be. */
export const deviceRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/device-sources',
    role: 'viewer',
    tag: 'devices',
    summaryZh: '设备来源：行协议数据的读法',
    summaryEn: 'Device sources: how lines are read, in the order in which they are asked',
    statuses: [200],
    response: z.strictObject({ items: z.array(source) }).meta({ id: 'DeviceSourceList' }),
    handle: async ({ services }) => ({ body: { items: await services.devices.listSources() } }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/device-sources/:code',
    role: 'viewer',
    tag: 'devices',
    summaryZh: '一个设备来源，附历次修改',
    summaryEn: 'One device source with all its versions, newest first',
    statuses: [200],
    problems: ['not-found'],
    params,
    response: z
      .strictObject({ ...source.shape, versions: z.array(source) })
      .meta({ id: 'DeviceSourceHistory' }),
    handle: async ({ services, params: { code } }) => {
      const found = await services.devices.findSource(code);
      if (found === undefined) throw new DomainError('not-found', { what: `device source ${code}` });
      return { body: { ...found.current, versions: found.versions } };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/api/v1/device-sources/:code',
    role: 'reviewer',
    tag: 'devices',
    summaryZh: '新建设备来源，或改变其读法',
    summaryEn: 'Add a device source, or change how its lines are read; earlier versions are kept',
    statuses: [200],
    problems: ['device-source-invalid'],
    params,
    body: z
      .strictObject({ definition: deviceSourceSchema.omit({ code: true }), reason })
      .meta({ id: 'DeviceSourceInput' }),
    response: source,
    handle: async ({ services, actor, params: { code }, body }) => ({
      body: await services.devices.putSource(actor, { ...body.definition, code }, body.reason),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/quarantine',
    role: 'viewer',
    tag: 'devices',
    summaryZh: '隔离区：站点或字段还没有人说明的行，按原因归并',
    summaryEn: 'Lines whose site or field nobody has explained yet, by reason',
    statuses: [200],
    query: z.strictObject(selection),
    response: z
      .strictObject({
        items: z.array(
          z.strictObject({
            code: z.string(),
            measurement: z.string(),
            subject: z.string(),
            lines: z.int(),
            firstAt: instant,
            lastAt: instant,
            messageZh: z.string(),
            messageEn: z.string(),
          }),
        ),
      })
      .meta({ id: 'QuarantineList' }),
    handle: async ({ services, query }) => ({
      body: { items: await services.devices.listQuarantine(query) },
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/quarantine/replay',
    role: 'reviewer',
    tag: 'devices',
    summaryZh: '按现在的读法重新取入隔离区的行',
    summaryEn:
      'Read waiting lines again by the definitions in force; what is understood is stored and leaves',
    statuses: [200],
    body: z.strictObject({ ...selection, reason }).meta({ id: 'QuarantineReplay' }),
    response: z.strictObject({ taken: z.int(), remaining: z.int() }).meta({ id: 'QuarantineReplayed' }),
    handle: async ({ services, actor, body: { reason: why, ...chosen } }) => ({
      body: await services.devices.replay(actor, chosen, why),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/quarantine/discard',
    role: 'reviewer',
    tag: 'devices',
    summaryZh: '丢弃隔离区的行',
    summaryEn: 'Let waiting lines go',
    statuses: [200],
    body: z.strictObject({ ...selection, reason }).meta({ id: 'QuarantineDiscard' }),
    response: z.strictObject({ discarded: z.int() }).meta({ id: 'QuarantineDiscarded' }),
    handle: async ({ services, actor, body: { reason: why, ...chosen } }) => ({
      body: await services.devices.discard(actor, chosen, why),
    }),
  }),
];
