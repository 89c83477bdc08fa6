import type { Pool } from 'pg';
import type { Actor } from '../../domain/role.js';
import { insertAudit } from '../../store/audit.js';
import { inTransaction } from '../../store/pool.js';
import {
  deleteQuarantined,
  takeQuarantined,
  type QuarantinedLine,
  type QuarantineFilter,
} from '../../store/quarantine.js';
import type { DeviceIngest } from './deviceIngest.js';

const linesTogether = 1_000;

/**
 * Reads waiting lines again by the definitions in force. Lines that are understood whole are stored in the name of who
 * sent them and leave the quarantine in the same transaction; the others stay.
 */
export async function replayQuarantine(
  pool: Pool,
  ingest: DeviceIngest,
  actor: Actor,
  filter: QuarantineFilter,
  reason: string,
): Promise<{ taken: number; remaining: number }> {
  const reader = await ingest.reader(performance.now());
  let [taken, remaining, after] = [0, 0, '0'];
  for (;;) {
    const lines = await inTransaction(pool, (client) =>
      takeQuarantined(client, filter, after, linesTogether),
    );
    if (lines.length === 0) break;
    after = lines.at(-1)!.id;
    for (const line of lines) {
      const read = reader.read(line.line, line.precision, line.receivedAt.getTime());
      if (read.problemCount > 0 || read.batches.length === 0) {
        remaining += 1;
        continue;
      }
      await ingest.queue.store({
        actor: sender(line, actor),
        source: read.sources[0] ?? '',
        lines: 1,
        batches: read.batches,
        notes: read.notes,
        alongside: (client) => deleteQuarantined(client, [line.id]),
      });
      taken += 1;
    }
  }
  await inTransaction(pool, (client) =>
    insertAudit(client, actor, 'quarantine-replay', 'quarantine', { ...filter, reason, taken, remaining }),
  );
  return { taken, remaining };
}

function sender({ actor: { tokenId, name, office } }: QuarantinedLine, { role }: Actor): Actor {
  return { tokenId, name, office, role };
}
