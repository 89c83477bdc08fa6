import type { MirrorFigures } from '../http/mirrorMetrics.js';
import type { MirrorService, MirrorView } from '../http/services/mirror.js';
import type { Mirror } from '../mirror/mirror.js';
import { insertAudit } from '../store/audit.js';
import { countMirror, noteEverything, type MirrorCounts } from '../store/mirrorOutbox.js';
import { inTransaction, type Pool } from '../store/pool.js';

/** Tells of the mirror; `mirror` is absent where none is configured. */
export function createMirrorService(pool: Pool, mirror: Mirror | undefined, now: () => Date): MirrorService {
  async function view(): Promise<MirrorView> {
    const counts = await countMirror(pool);
    const state = mirror?.state;
    return {
      status: state?.phase ?? 'off',
      target: counts.target === '' ? null : counts.target,
      waiting: {
        writes: counts.waitingWrites,
        rows: counts.waitingRows,
        lagSeconds: lagSecondsOf(counts, now()),
      },
      sent: { rows: counts.rowsSent, at: counts.sentAt?.toISOString() ?? null },
      refused: {
        lines: counts.linesRefused,
        last: counts.refusal,
        at: counts.refusedAt?.toISOString() ?? null,
      },
      valuesRemoved: counts.valuesRemoved,
      error:
        state?.error === undefined
          ? null
          : { message: state.error.message, at: state.error.at.toISOString() },
    };
  }
  return {
    view,
    async resend(actor, reason) {
      if (mirror === undefined) return undefined;
      await inTransaction(pool, async (client) => {
        await noteEverything(client);
        await insertAudit(client, actor, 'mirror-resend', 'mirror', { reason });
      });
      return view();
    },
  };
}

/** The figures of the metrics, as of the mirror's last look. */
export function mirrorFigures(mirror: Mirror, now: Date): MirrorFigures {
  const { phase, counts } = mirror.state;
  return {
    reached: phase === 'sending' || phase === 'idle' || phase === 'elsewhere',
    lagRows: counts?.waitingRows ?? 0,
    lagSeconds: counts === undefined ? 0 : lagSecondsOf(counts, now),
    rowsSent: counts?.rowsSent ?? 0,
    linesRefused: counts?.linesRefused ?? 0,
    valuesRemoved: counts?.valuesRemoved ?? 0,
  };
}

function lagSecondsOf({ oldestAt }: MirrorCounts, now: Date): number {
  return oldestAt === null ? 0 : Math.max(0, (now.getTime() - oldestAt.getTime()) / 1000);
}
