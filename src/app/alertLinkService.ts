import { momentZh } from '../alerts/periodWords.js';
import { DomainError } from '../domain/domainError.js';
import type { AlertLinkService, LinkInfo } from '../http/services/alerting.js';
import { insertAcknowledgement } from '../store/alertAcknowledgements.js';
import { findAlertLink, useAlertLink, type AlertLinkRow } from '../store/alertLinks.js';
import { lockAlerts } from '../store/alertQueries.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction, type Pool, type Queryable } from '../store/pool.js';

/** Acknowledging by the link of a message. */
export function createAlertLinkService(pool: Pool): AlertLinkService {
  return {
    async find(token) {
      return show(pool, checked(await findAlertLink(pool, token)));
    },
    use: (token, name) =>
      inTransaction(pool, async (client) => {
        const link = checked(await findAlertLink(client, token, { lock: true }));
        if (!(await useAlertLink(client, token))) throw new DomainError('alert-link-unknown');
        const actor = {
          tokenId: null,
          name: name === '' ? '消息链接' : `${name}（自填）`,
          office: link.channelName,
        };
        for (const episode of link.episodes)
          await insertAcknowledgement(client, actor, {
            ...episode,
            outboxId: link.outboxId,
            noteZh: '通过消息里的链接确认',
          });
        await insertAudit(
          client,
          { ...actor, role: 'viewer' },
          'alert-acknowledge',
          `channel ${link.channelId}`,
          { byLink: true, notification: link.notificationKey, episodes: link.episodes },
        );
        return show(client, link);
      }),
  };
}

function checked(link: AlertLinkRow | undefined): AlertLinkRow {
  if (link === undefined) throw new DomainError('alert-link-unknown');
  if (link.usedAt !== null) throw new DomainError('alert-link-used', { at: momentZh(link.usedAt.getTime()) });
  if (link.expired) throw new DomainError('alert-link-expired', { at: momentZh(link.expiresAt.getTime()) });
  return link;
}

async function show(db: Queryable, { episodes }: AlertLinkRow): Promise<LinkInfo> {
  const alerts = await lockAlerts(
    db,
    episodes.map(({ fingerprint }) => fingerprint),
  );
  return {
    alerts: episodes.flatMap(({ fingerprint, startsAt, severity }) => {
      const alert = alerts.find((one) => one.fingerprint === fingerprint);
      if (alert === undefined) return [];
      return [
        {
          titleZh: alert.result.titleZh,
          siteZh: alert.result.siteZh ?? null,
          valueZh: alert.result.valueZh ?? null,
          severity,
          over: alert.firingSince?.getTime() !== startsAt,
        },
      ];
    }),
  };
}
