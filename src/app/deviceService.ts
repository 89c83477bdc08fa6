import type { DeviceSource } from '../domain/deviceSource.js';
import { DomainError } from '../domain/domainError.js';
import { families } from '../domain/family.js';
import { formatMessage, messages, type MessageCode } from '../domain/messages.js';
import type { DeviceService, DeviceSourceInfo } from '../http/services/devices.js';
import { convertUnit } from '../ingest/decode/unit.js';
import type { DeviceIngest } from '../ingest/devices/deviceIngest.js';
import { familyOf } from '../ingest/devices/fieldReader.js';
import { replayQuarantine } from '../ingest/devices/replayQuarantine.js';
import { insertAudit } from '../store/audit.js';
import {
  findDeviceSource,
  listDeviceSources,
  listDeviceSourceVersions,
  saveDeviceSource,
  type DeviceSourceVersion,
} from '../store/deviceSources.js';
import { inTransaction, type Pool } from '../store/pool.js';
import { deleteQuarantined, listQuarantine, takeQuarantined } from '../store/quarantine.js';
import { listIndicators } from '../store/reference.js';
import { listSites } from '../store/sites.js';

const linesTogether = 1_000;

/** Definitions of device sources, and the lines that none of them explains. */
export function createDeviceService(pool: Pool, ingest: DeviceIngest): DeviceService {
  return {
    listSources: async () => (await listDeviceSources(pool)).map(toInfo),
    async findSource(code) {
      const current = await findDeviceSource(pool, code);
      if (current === undefined) return undefined;
      return { current: toInfo(current), versions: (await listDeviceSourceVersions(pool, code)).map(toInfo) };
    },
    async putSource(actor, definition, reason) {
      await checkDefinition(pool, definition);
      return inTransaction(pool, async (client) => {
        await client.query(`select pg_advisory_xact_lock(hashtext('device source'), hashtext($1))`, [
          definition.code,
        ]);
        await saveDeviceSource(client, definition, actor, reason);
        await insertAudit(client, actor, 'device-source', `device source ${definition.code}`, { reason });
        return toInfo((await findDeviceSource(client, definition.code))!);
      });
    },
    async listQuarantine(selection) {
      return (await listQuarantine(pool, selection)).map(({ firstAt, lastAt, ...group }) => {
        const known = group.code in messages ? (group.code as MessageCode) : 'device-unknown-field';
        const params = { subject: group.subject, near: '', nearEn: '', tags: '' };
        return {
          ...group,
          firstAt: firstAt.toISOString(),
          lastAt: lastAt.toISOString(),
          messageZh: formatMessage(known, 'zh', params),
          messageEn: formatMessage(known, 'en', params),
        };
      });
    },
    replay: (actor, selection, reason) => replayQuarantine(pool, ingest, actor, selection, reason),
    discard: (actor, selection, reason) =>
      inTransaction(pool, async (client) => {
        let discarded = 0;
        for (;;) {
          const lines = await takeQuarantined(client, selection, '0', linesTogether);
          if (lines.length === 0) break;
          await deleteQuarantined(
            client,
            lines.map(({ id }) => id),
          );
          discarded += lines.length;
        }
        await insertAudit(client, actor, 'quarantine-discard', 'quarantine', {
          ...selection,
          reason,
          discarded,
        });
        return { discarded };
      }),
  };
}

/** Refuses a definition that names an indicator, unit or site that does not exist, or that nothing could store. */
async function checkDefinition(pool: Pool, definition: DeviceSource): Promise<void> {
  const fail = (problem: string): never => {
    throw new DomainError('device-source-invalid', { code: definition.code, problem });
  };
  const family = familyOf(definition);
  if (family === undefined) return fail(`interval ${definition.interval} of ${definition.medium}`);
  const indicators = new Map((await listIndicators(pool)).map((indicator) => [indicator.code, indicator]));
  for (const [field, { indicator, unit }] of Object.entries(definition.fields)) {
    const found = indicators.get(indicator);
    if (found === undefined || !families[family].columns.includes(indicator))
      return fail(`fields.${field}.indicator: ${indicator}`);
    if (unit !== undefined && convertUnit(unit, found.unit) === undefined)
      return fail(`fields.${field}.unit: ${unit} → ${found.unit}`);
  }
  const codes = new Set((await listSites(pool)).map(({ code }) => code));
  for (const [name, code] of Object.entries(definition.sites))
    if (!codes.has(code)) fail(`sites.${name}: ${code}`);
}

function toInfo({ definition, version, editedAt, actorName, reason }: DeviceSourceVersion): DeviceSourceInfo {
  return { definition, version, editedAt: editedAt.toISOString(), editedBy: actorName, reason };
}
