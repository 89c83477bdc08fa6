import type { AlertView } from '../alerts/alertView.js';
import type { ConditionResult } from '../alerts/conditionResult.js';
import type { MaintenanceWindow, Silence, WithholdingRules } from '../alerts/withholding.js';
import type { AlertRouting } from '../domain/alertRoute.js';
import { listAlerts, type StoredAlert } from '../store/alertQueries.js';
import { listSilencesInForce, type AlertSilenceRow } from '../store/alertSilences.js';
import type { Queryable } from '../store/pool.js';

/** Alerts that fire at once, at most, as far as inhibitions look. */
const mostActive = 5_000;

/** What keeps messages back at a moment, for data since `dataSince`. */
export async function readWithholding(
  db: Queryable,
  { inhibitions }: Pick<AlertRouting, 'inhibitions'>,
  now: Date,
  dataSince: Date,
): Promise<WithholdingRules> {
  const rows = await listSilencesInForce(db, now, dataSince);
  const firing = await listAlerts(db, { firing: true, limit: mostActive });
  return {
    silences: rows.filter(({ kind }) => kind === 'silence').map(toSilence),
    maintenance: rows
      .filter(({ kind }) => kind === 'maintenance')
      .map((row): MaintenanceWindow => ({ ...toSilence(row), titleZh: row.titleZh })),
    inhibitions,
    active: firing.flatMap((alert) => toView(alert) ?? []),
  };
}

/** An alert that fires as silences and routes see it. */
export function toView(alert: StoredAlert): AlertView | undefined {
  if (alert.severity === null || alert.firingSince === null) return undefined;
  return {
    result: {
      ...alert.result,
      fingerprint: alert.fingerprint,
      ruleCode: alert.ruleCode,
      labels: alert.labels,
      offices: alert.offices,
    } as unknown as ConditionResult,
    severity: alert.severity,
    state: alert.status === 'no-data' || alert.status === 'error' ? alert.status : 'firing',
    startsAt: alert.firingSince.getTime(),
  };
}

function toSilence(row: AlertSilenceRow): Silence {
  return {
    id: String(row.id),
    matchers: row.matchers,
    author: `${row.actorName}（${row.actorOffice}）`,
    reason: row.reason,
    startsAt: row.startsAt.getTime(),
    endsAt: row.endsAt.getTime(),
  };
}
