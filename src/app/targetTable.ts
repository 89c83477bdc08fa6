import { formatGrade, type WaterGrade } from '../domain/waterGrade.js';
import type { TargetView } from '../http/services.js';
import { alignTable, cutToWidth } from './terminalTable.js';

/** The table of targets with their verdicts, aligned for a terminal. */
export function formatTargetTable(targets: readonly TargetView[]): string {
  const header = ['编号', '文件', '目标', '要求', '现状', '差距', '依据', '判定'];
  const rows = targets.map((target) => [
    String(target.id),
    target.planDocument,
    cutToWidth(target.name, 40),
    describeLimit(target),
    describeValue(target),
    target.kind === 'milestone' ? '' : (target.distance ?? '—'),
    `${target.used} ${{ day: '天', month: '断面·月', report: '份报表' }[target.unitOfCount]}` +
      (target.missing > 0 ? `，缺 ${target.missing}` : ''),
    `${target.verdictZh} ${target.verdict}`,
  ]);
  return alignTable([header, ...rows]);
}

function describeLimit({ kind, comparison, limit, unit }: TargetView): string {
  if (kind === 'section-grade') return `${formatGrade(Number(limit) as WaterGrade)}类或更好`;
  if (kind === 'milestone') return '完成';
  return `${{ '<=': '≤', '>=': '≥', '=': '=' }[comparison]} ${limit} ${unit}`;
}

function describeValue({ kind, value }: TargetView): string {
  if (value === null) return '—';
  if (kind === 'section-grade') return `${formatGrade(Number(value) as WaterGrade)}类`;
  if (kind === 'milestone') return value === '0' ? '未完成' : '已完成';
  return value;
}
