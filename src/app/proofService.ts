import {
  proveAirDay,
  proveAirPeriod,
  proveTarget,
  proveWaterMonth,
  proveWaterPeriod,
} from '../assessment/proof/buildProof.js';
import type { ProofDocument } from '../assessment/proof/proofDocument.js';
import type { Proof, ProofService } from '../http/services/proofs.js';
import { inSnapshot, type Pool, type PoolClient } from '../store/pool.js';
import { refuseFuture } from './refuseFuture.js';

/** Writes proofs, each from one state of the database; a proof as of now names the instant it is of. */
export function createProofService(pool: Pool): ProofService {
  const prove = (
    knownAt: string | null,
    work: (client: PoolClient, at: string) => Promise<ProofDocument | undefined>,
  ) =>
    inSnapshot(pool, async (client) => {
      if (knownAt !== null) await refuseFuture(client, knownAt);
      const proof = await work(client, knownAt ?? (await readInstant(client)));
      return proof as unknown as Proof | undefined;
    });
  return {
    target: (id, asOf, knownAt) => prove(knownAt, (client, at) => proveTarget(client, id, asOf, at)),
    airDay: (group, day, knownAt) => prove(knownAt, (client, at) => proveAirDay(client, group, day, at)),
    waterMonth: (site, month, knownAt) =>
      prove(knownAt, (client, at) => proveWaterMonth(client, site, month, at)),
    airPeriod: (group, period, knownAt) =>
      prove(knownAt, (client, at) => proveAirPeriod(client, group, period, at)),
    waterYear: (site, year, knownAt) =>
      prove(knownAt, (client, at) => proveWaterPeriod(client, site, year, at)),
  };
}

/** An instant at which everything that the transaction sees was committed, as RFC 3339 text to the microsecond. */
async function readInstant(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ at: string }>(`select to_jsonb(clock_timestamp()) #>> '{}' as at`);
  return rows[0]!.at;
}
