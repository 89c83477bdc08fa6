import type { Target } from '../domain/target.js';
import type { Judgement } from '../evaluation/judgement.js';
import type { Allowed, YearOnYear } from '../evaluation/outlook.js';
import type { OutlookDay } from '../store/targetOutlooks.js';

/** What a judgement says beside its verdict, as it is stored for boards: the figures and words that the API gives. */
export function toOutlookDay(
  target: Pick<Target, 'id' | 'kind' | 'unit'>,
  asOf: string,
  { certainSince, otherLedgerValue, allowed, projection, yearOnYear }: Judgement,
): OutlookDay {
  return {
    targetId: target.id,
    asOf,
    certainSince,
    otherLedgerValue,
    ...allowedFigures(allowed),
    projectionMethod: projection?.method ?? null,
    projection: projection?.value ?? null,
    projectionLow: projection?.low ?? null,
    projectionHigh: projection?.high ?? null,
    projectionLevel: projection?.level ?? null,
    keptPercent: projection?.keptPercent ?? null,
    projectionZh: projection?.words.zh ?? null,
    beforeFrom: yearOnYear?.from ?? null,
    beforeThrough: yearOnYear?.through ?? null,
    beforeValue: yearOnYear?.value ?? null,
    difference: yearOnYear?.difference ?? null,
    changePercent: yearOnYear?.changePercent ?? null,
    yearOnYearZh: yearOnYear === null ? null : yearOnYearZh(target, yearOnYear),
  };
}

function allowedFigures(allowed: Allowed | null) {
  const none = { allowed: null, allowedIfMissingStay: null, allowedInAll: null, allowedSoFar: null };
  if (allowed === null) return { ...none, allowedKind: null, daysLeft: null, allowedZh: null };
  const found = { ...none, allowedKind: allowed.kind, daysLeft: null, allowedZh: allowed.words.zh };
  switch (allowed.kind) {
    case 'mean':
      return {
        ...found,
        allowed: allowed.remaining,
        allowedIfMissingStay: allowed.remainingIfMissingStay,
        daysLeft: allowed.daysToCome,
      };
    case 'bad-days':
      return {
        ...found,
        allowed: String(allowed.left),
        allowedIfMissingStay: String(allowed.leftIfMissingStay),
        allowedInAll: allowed.inAll,
        allowedSoFar: allowed.soFar,
        daysLeft: allowed.daysToCome,
      };
    case 'gap':
      return { ...found, allowed: allowed.gap, daysLeft: allowed.daysLeft };
    case 'room':
      return { ...found, allowed: allowed.left, daysLeft: allowed.daysLeft };
    case 'time':
      return { ...found, daysLeft: allowed.daysLeft };
    case 'sections':
      return found;
  }
}

/** 同比 in a few words, as the page has them; why there is none. */
function yearOnYearZh(
  { kind, unit }: Pick<Target, 'kind' | 'unit'>,
  { difference, changePercent, reason }: YearOnYear,
): string {
  if (difference === null) return `不能比较：${reason!.zh}`;
  const size = Number(difference);
  if (size === 0) return '同比持平';
  if (kind === 'section-grade') return `同比${size > 0 ? '变差' : '变好'} ${Math.abs(size)} 级`;
  // A share's change in percent would be taken for its change in percentage points.
  if (unit === '%') return `同比 ${signed(difference)} 个百分点`;
  const percent = changePercent === null ? '' : `（${signed(changePercent)}%）`;
  return `同比 ${[signed(difference), unit].filter(Boolean).join(' ')}${percent}`;
}

function signed(text: string): string {
  return Number(text) > 0 ? `+${text}` : text;
}
