import type { Pool, PoolClient } from 'pg';
import type { VerdictName } from '../domain/verdict.js';
import { tryLockMembershipShared } from '../store/membershipLock.js';
import { countPendingDays } from '../store/pendingDays.js';
import { judgeTargets, type JudgedTarget } from './judgeTargets.js';
import { recomputeBatchIn } from './recompute.js';

/** A target whose verdict or value a change of data would alter. */
export interface VerdictChange {
  readonly targetId: number;
  readonly name: string;
  readonly before: { readonly verdict: VerdictName; readonly value: string | null };
  readonly after: { readonly verdict: VerdictName; readonly value: string | null };
}

// A trial run holds locks that recomputations wait for; more days than this are not worth that wait.
const maxDays = 6_000;

/**
 * Judges every target now, and returns the function that says what the data which a transaction has written since, and
 * will take back, would change: it recomputes and judges inside that transaction, on its connection alone.
 *
 * The function gives `undefined` when too many days are touched to say so quickly, and while somebody changes a rule.
 */
export async function prepareImpact(
  pool: Pool,
  asOf: string,
): Promise<(client: PoolClient) => Promise<VerdictChange[] | undefined>> {
  const before = new Map((await judgeTargets(pool, asOf)).map((judged) => [judged.target.id, judged]));
  return (client) => assessImpact(client, before, asOf);
}

async function assessImpact(
  client: PoolClient,
  before: ReadonlyMap<number, JudgedTarget>,
  asOf: string,
): Promise<VerdictChange[] | undefined> {
  if ((await countPendingDays(client)) > maxDays) return undefined;
  // Whoever changes a rule may wait for the days that this transaction has marked: waiting for them would be a deadlock.
  if (!(await tryLockMembershipShared(client))) return undefined;
  while ((await recomputeBatchIn(client, { figuresOnly: true })) > 0);
  const changes: VerdictChange[] = [];
  for (const after of await judgeTargets(client, asOf)) {
    const old = before.get(after.target.id);
    if (old === undefined || sameOutcome(old, after)) continue;
    changes.push({
      targetId: after.target.id,
      name: after.target.nameZh,
      before: outcomeOf(old),
      after: outcomeOf(after),
    });
  }
  return changes;
}

function outcomeOf({ judgement: { verdict, value } }: JudgedTarget) {
  return { verdict, value };
}

function sameOutcome(a: JudgedTarget, b: JudgedTarget): boolean {
  return a.judgement.verdict === b.judgement.verdict && a.judgement.value === b.judgement.value;
}
