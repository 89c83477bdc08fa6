import type { AlertView } from '../alerts/alertView.js';
import { fingerprintOf, type ConditionResult } from '../alerts/conditionResult.js';
import { findWays, preview } from '../alerts/routing.js';
import { findUnknownOffices, listRoutedChannels } from '../domain/alertReferences.js';
import type { AlertRouting } from '../domain/alertRoute.js';
import { DomainError } from '../domain/domainError.js';
import type {
  AlertRoutingInfo,
  AlertRoutingService,
  ChangeInfo,
  PreviewInfo,
  PreviewInput,
} from '../http/services/alerting.js';
import { readAlertReferences } from '../store/alertQueries.js';
import {
  findAlertRouting,
  listAlertRoutings,
  lockAlertRouting,
  saveAlertRouting,
  type AlertRoutingVersion,
} from '../store/alertRoutings.js';
import { insertAudit } from '../store/audit.js';
import { listChannels } from '../store/channels.js';
import { inTransaction, type Pool, type Queryable } from '../store/pool.js';
import { listOffices } from '../store/reference.js';
import { readWithholding } from './alertWithholding.js';

/** Who is told what, by API. */
export function createAlertRoutingService(pool: Pool, now: () => Date): AlertRoutingService {
  const current = async (): Promise<AlertRoutingVersion> =>
    (await findAlertRouting(pool)) ?? missingRouting();
  const show = async (version: AlertRoutingVersion): Promise<AlertRoutingInfo> => ({
    ...toChange(version),
    seeded: version.seeded,
    routing: version.routing,
    missingChannels: await findMissing(pool, version.routing),
  });
  return {
    async find() {
      const versions = await listAlertRoutings(pool);
      return {
        current: await show(versions[0] ?? missingRouting()),
        versions: versions.map((version) => ({ ...toChange(version), routing: version.routing })),
      };
    },
    async put(actor, routing, { reason, basedOn }) {
      await inTransaction(pool, async (client) => {
        await lockAlertRouting(client);
        const before = await findAlertRouting(client);
        if (basedOn !== undefined && basedOn !== (before?.version ?? 0))
          throw new DomainError('alert-version-changed', {
            given: basedOn,
            current: before?.version ?? 0,
          });
        await refuseUnknown(client, routing, before?.routing);
        const version = await saveAlertRouting(client, routing, { actor, reason });
        await insertAudit(client, actor, 'alert-routing', 'routing', { version, reason });
      });
      return show(await current());
    },
    async preview(input) {
      const { routing } = await current();
      return previewOf(pool, routing, input, input.at === undefined ? now() : new Date(input.at));
    },
    async names() {
      return {
        offices: [...(await listOffices(pool))].map(([code, nameZh]) => ({ code, nameZh })),
        channels: (await listChannels(pool)).map(({ code, name, type, disabled }) => ({
          code,
          name,
          type,
          disabled,
        })),
      };
    },
  };
}

async function previewOf(
  pool: Pool,
  routing: AlertRouting,
  { labels, severity, offices }: PreviewInput,
  at: Date,
): Promise<PreviewInfo> {
  const moment = at.getTime();
  const result = {
    fingerprint: fingerprintOf(labels),
    ruleCode: labels['rule'] ?? '',
    kind: labels['kind'],
    labels,
    offices,
    at: moment,
    until: moment,
  } as unknown as ConditionResult;
  const alert: AlertView = { result, severity, state: 'firing', startsAt: moment };
  const rules = await readWithholding(pool, routing, at, at);
  // The alert itself may fire already.
  const active = rules.active.filter((one) => one.result.fingerprint !== result.fingerprint);
  const channels = new Map((await listChannels(pool)).map((channel) => [channel.code, channel]));
  const names = await listOffices(pool);
  const previews = preview(alert, routing, { ...rules, active }, moment);
  const ways = findWays(routing, alert);
  const withheld = previews[0]?.withheld ?? null;
  return {
    at: at.toISOString(),
    ways: previews.map((one, index) => ({
      office: one.office,
      officeZh: one.office === null ? null : (names.get(one.office) ?? one.office),
      path: [...one.path],
      channels: one.channels.map((code) => ({
        code,
        name: channels.get(code)?.name ?? null,
        disabled: channels.get(code)?.disabled ?? false,
      })),
      deliverAfter: new Date(one.deliverAfter).toISOString(),
      heldZh: one.heldZh,
      escalation: (ways[index]?.route.escalation ?? []).map((level) => ({
        ...level,
        channels: [...level.channels],
      })),
    })),
    withheld:
      withheld === null ? null : { why: withheld.why, reasonZh: withheld.reasonZh, by: withheld.by ?? null },
  };
}

async function findMissing(db: Queryable, routing: AlertRouting): Promise<string[]> {
  const present = new Set((await listChannels(db)).map(({ code }) => code));
  return listRoutedChannels(routing).filter((code) => !present.has(code));
}

/** Channels that were missing before are told, not refused: otherwise the rest could not be mended first. */
async function refuseUnknown(
  db: Queryable,
  routing: AlertRouting,
  before: AlertRouting | undefined,
): Promise<void> {
  const known = new Set(before === undefined ? [] : listRoutedChannels(before));
  const channels = (await findMissing(db, routing)).filter((code) => !known.has(code));
  const offices = findUnknownOffices(routing, (await readAlertReferences(db)).offices);
  if (channels.length + offices.length === 0) return;
  throw new DomainError('alert-routing-invalid', {
    problem: [
      ...channels.map((code) => `没有代码为 ${code} 的渠道`),
      ...offices.map(({ path, whatZh, value }) => `${path}: 没有${whatZh} ${value}`),
    ].join('；'),
    problemEn: [
      ...channels.map((code) => `there is no channel of the code ${code}`),
      ...offices.map(({ path, whatEn, value }) => `${path}: there is no ${whatEn} ${value}`),
    ].join('; '),
  });
}

function toChange({ version, recordedAt, actorName, actorOffice, reason }: AlertRoutingVersion): ChangeInfo {
  return {
    version,
    recordedAt: recordedAt.toISOString(),
    recordedBy: actorName,
    office: actorOffice,
    reason,
  };
}

function missingRouting(): never {
  throw new DomainError('not-found', { what: 'routing' });
}
