import type { PoolClient } from 'pg';
import { DomainError } from '../domain/domainError.js';
import { roleIncludes, type Actor, type Role } from '../domain/role.js';
import type { LayoutPlan } from './decode/layoutPlan.js';
import type { JudgedList } from './judgedList.js';
import { judgeDustList } from './judgeDustList.js';
import { judgeSiteList } from './judgeSiteList.js';
import type { JudgedUpload } from './judgeUpload.js';
import { listPlanOf, type StagedFile } from './stageFile.js';
import { maxListedChanges } from './uploadReport.js';

const rules: Partial<Record<LayoutPlan['layout'], { needed: Role; list: string; listEn: string }>> = {
  'site-list': { needed: 'admin', list: '点位清单', listEn: 'list of sites' },
  'dust-periods': { needed: 'reviewer', list: '沙尘天气时段', listEn: 'list of dust periods' },
};

/** Refuses lists from people who may not change what they hold: DomainError `list-forbidden`. */
export function checkListRole(actor: Actor, staged: Pick<StagedFile, 'tables'>): void {
  const plan = listPlanOf(staged);
  const rule = plan === undefined ? undefined : rules[plan.layout];
  if (rule === undefined || roleIncludes(actor.role, rule.needed)) return;
  throw new DomainError('list-forbidden', { ...rule, held: actor.role });
}

/** Judges the list that a file holds, if it holds one, and adds the outcome to that of its readings. */
export async function judgeLists(
  client: PoolClient,
  actor: Actor,
  staged: StagedFile,
  judged: JudgedUpload,
): Promise<{ judged: JudgedUpload; list: JudgedList | undefined }> {
  const list = await judgeList(client, actor, staged);
  if (list === undefined) return { judged, list };
  const { reportRows } = judged;
  const { rows } = list;
  return {
    list,
    judged: {
      ...judged,
      changes: [...judged.changes, ...list.changes].slice(0, maxListedChanges),
      reportRows: {
        new: reportRows.new + rows.new,
        unchanged: reportRows.unchanged + rows.unchanged,
        changed: reportRows.changed + rows.changed,
        duplicate: reportRows.duplicate + rows.duplicate,
        rejected: reportRows.rejected + rows.rejected,
      },
    },
  };
}

async function judgeList(
  client: PoolClient,
  actor: Actor,
  staged: StagedFile,
): Promise<JudgedList | undefined> {
  const plan = listPlanOf(staged);
  if (plan?.layout === 'dust-periods') return judgeDustList(client, staged);
  return plan?.layout === 'site-list' ? judgeSiteList(client, actor, staged, plan) : undefined;
}
