import { findAcknowledgement } from '../alerts/reminders.js';
import { findWithheld } from '../alerts/withholding.js';
import { severityZh } from '../domain/alertRuleWords.js';
import { DomainError } from '../domain/domainError.js';
import type { AcknowledgementInfo, AlertInfo, AlertService } from '../http/services/alerting.js';
import {
  insertAcknowledgement,
  insertAlertNote,
  listAcknowledgements,
  listAlertNotes,
  type AcknowledgementRow,
} from '../store/alertAcknowledgements.js';
import {
  findAlert,
  listAlerts,
  listTold,
  listTransitions,
  listWithheld,
  lockAlerts,
  type StoredAlert,
  type StoredTransition,
} from '../store/alertQueries.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction, type Pool } from '../store/pool.js';
import { listOffices } from '../store/reference.js';
import { readWithholding, toView } from './alertWithholding.js';

const mostListed = 500;

export const alertStatusZh: Readonly<Record<AlertInfo['status'], string>> = {
  inactive: '未报警',
  pending: '待确认（未到持续时间）',
  firing: '报警中',
  resolved: '已恢复',
  'no-data': '没有数据',
  error: '无法判断',
};

export const transitionReasonZh: Readonly<Record<string, string>> = {
  'became-pending': '开始超限，未到持续时间',
  'pending-ended': '未到持续时间即恢复',
  'became-firing': '报警',
  'severity-rose': '加重',
  'severity-fell': '减轻',
  resolved: '恢复',
  'no-data-began': '开始没有数据',
  'no-data-ended': '又有数据',
  'error-began': '开始无法判断',
  'error-ended': '又能判断',
  'period-ended': '考核期结束，不再评价',
  'rule-ended': '规则停用或不再适用',
};

/** Alerts by API: what is, what was, who was told and who has taken it on. */
export function createAlertService(pool: Pool, now: () => Date): AlertService {
  const show = async (alerts: readonly StoredAlert[]): Promise<AlertInfo[]> => {
    const moment = now();
    const names = await listOffices(pool);
    const acknowledgements = await listAcknowledgements(
      pool,
      alerts.map(({ fingerprint }) => fingerprint),
    );
    const rules = await readWithholding(pool, { inhibitions: [] }, moment, moment);
    return alerts.map((alert) => {
      const view = toView(alert);
      const taken = view === undefined ? undefined : findAcknowledged(view, acknowledgements);
      const held =
        view === undefined
          ? undefined
          : findWithheld(view, { ...rules, maintenance: [], active: [] }, moment.getTime());
      const silence = rules.silences.find(({ id }) => id === held?.by);
      return {
        ...toInfo(alert, names),
        acknowledged: taken === undefined ? null : toAcknowledgement(taken),
        silenced:
          silence === undefined
            ? null
            : {
                id: Number(silence.id),
                reason: silence.reason,
                by: silence.author,
                until: new Date(silence.endsAt).toISOString(),
              },
      };
    });
  };
  return {
    async page({ cursor, ...filter }) {
      const rows = await listAlerts(pool, { ...filter, after: cursor });
      const next = rows.length === filter.limit ? (rows.at(-1)?.cursor ?? null) : null;
      return { items: await show(rows), next };
    },
    async find(fingerprint) {
      const alert = await findAlert(pool, fingerprint);
      if (alert === undefined) return undefined;
      const told = await listTold(pool, fingerprint, mostListed);
      return {
        alert: (await show([alert]))[0]!,
        transitions: (await listTransitions(pool, fingerprint, mostListed)).map(toTransition),
        told: told.map((one) => ({
          notification: one.outboxId,
          channel: one.channelName,
          kind: one.kind,
          level: one.level,
          startsAt: one.startsAt.toISOString(),
          toldAt: one.toldAt.toISOString(),
          state: one.state,
          deliveredAt: one.deliveredAt?.toISOString() ?? null,
          lastMessage: one.lastMessage,
        })),
        withheld: (await listWithheld(pool, fingerprint, mostListed)).map(({ withheldBy, at, ...one }) => ({
          ...one,
          by: withheldBy,
          at: at.toISOString(),
        })),
        acknowledgements: (await listAcknowledgements(pool, [fingerprint])).map(toAcknowledgement),
        notes: (await listAlertNotes(pool, fingerprint)).map((note) => ({
          at: note.at.toISOString(),
          by: note.actorName,
          office: note.actorOffice,
          noteZh: note.noteZh,
        })),
      };
    },
    async acknowledge(actor, fingerprint, noteZh) {
      await inTransaction(pool, async (client) => {
        const [alert] = await lockAlerts(client, [fingerprint]);
        if (alert === undefined) throw new DomainError('not-found', { what: `alert ${fingerprint}` });
        const { severity, firingSince, status } = alert;
        if (severity === null || firingSince === null)
          throw new DomainError('alert-not-firing', {
            fingerprint,
            state: alertStatusZh[status],
            stateEn: status,
          });
        const startsAt = firingSince.getTime();
        await insertAcknowledgement(client, actor, { fingerprint, startsAt, severity, noteZh });
        await insertAudit(client, actor, 'alert-acknowledge', `alert ${fingerprint}`, {
          rule: alert.ruleCode,
          startsAt: firingSince.toISOString(),
          severity,
          note: noteZh,
        });
      });
      return (await show([(await findAlert(pool, fingerprint))!]))[0]!;
    },
    note: (actor, fingerprint, noteZh) =>
      inTransaction(pool, async (client) => {
        if ((await findAlert(client, fingerprint)) === undefined)
          throw new DomainError('not-found', { what: `alert ${fingerprint}` });
        await insertAlertNote(client, actor, fingerprint, noteZh);
        await insertAudit(client, actor, 'alert-note', `alert ${fingerprint}`, { note: noteZh });
      }),
  };
}

function findAcknowledged(
  view: Parameters<typeof findAcknowledgement>[0],
  rows: readonly AcknowledgementRow[],
): AcknowledgementRow | undefined {
  const found = findAcknowledgement(
    view,
    rows.map((row) => ({ ...row, by: row.actorName, at: row.at.getTime() })),
  );
  if (found === undefined) return undefined;
  return rows.findLast(
    (row) =>
      row.fingerprint === found.fingerprint &&
      row.startsAt === found.startsAt &&
      row.severity === found.severity,
  );
}

function toInfo(alert: StoredAlert, names: ReadonlyMap<string, string>): AlertInfo {
  const { result, severity } = alert;
  return {
    fingerprint: alert.fingerprint,
    rule: alert.ruleCode,
    ruleVersion: alert.ruleVersion,
    kind: result.kind,
    labels: { ...alert.labels },
    offices: alert.offices.map((code) => ({ code, nameZh: names.get(code) ?? code })),
    status: alert.status,
    statusZh: alertStatusZh[alert.status],
    severity,
    severityZh: severity === null ? null : severityZh[severity],
    firingSince: alert.firingSince?.toISOString() ?? null,
    titleZh: result.titleZh,
    siteZh: result.siteZh ?? null,
    indicatorZh: result.indicatorZh ?? null,
    valueZh: result.valueZh ?? null,
    limitZh: result.limitZh ?? null,
    distanceZh: result.distanceZh ?? null,
    periodZh: result.periodZh,
    adviceZh: result.adviceZh ?? null,
    suppressedZh: result.suppressedZh ?? null,
    notesZh: [...(result.notesZh ?? [])],
    changedAt: alert.changedAt.toISOString(),
    acknowledged: null,
    silenced: null,
  };
}

function toTransition(row: StoredTransition) {
  return {
    reason: row.reason,
    reasonZh: transitionReasonZh[row.reason] ?? row.reason,
    at: row.at.toISOString(),
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt?.toISOString() ?? null,
    severity: row.severity,
    fromSeverity: row.fromSeverity,
    valueZh: row.verdict.valueZh ?? null,
    periodZh: row.verdict.periodZh,
    ruleVersion: row.ruleVersion,
    notedAt: row.notedAt.toISOString(),
    withdrawnAt: row.withdrawnAt?.toISOString() ?? null,
  };
}

function toAcknowledgement(row: AcknowledgementRow): AcknowledgementInfo {
  return {
    startsAt: new Date(row.startsAt).toISOString(),
    severity: row.severity,
    at: row.at.toISOString(),
    by: row.actorName,
    office: row.actorOffice,
    byLink: row.outboxId !== null,
    noteZh: row.noteZh,
  };
}
