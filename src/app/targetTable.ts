import { formatGrade, type WaterGrade } from '../domain/waterGrade.js';
import type { TargetView } from '../http/services.js';

/** Display width of a text in a terminal: East Asian wide characters take two cells. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1;
  return width;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function cut(text: string, width: number): string {
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) > width - 1) return `${kept}…`;
    kept += character;
  }
  return kept;
}

/** The table of targets with their verdicts, aligned for a terminal. */
export function formatTargetTable(targets: readonly TargetView[]): string {
  const header = ['编号', '文件', '目标', '要求', '现状', '差距', '依据', '判定'];
  const rows = targets.map((target) => [
    String(target.id),
    target.planDocument,
    cut(target.name, 40),
    describeLimit(target),
    describeValue(target),
    target.kind === 'milestone' ? '' : (target.distance ?? '—'),
    `${target.used} ${{ day: '天', month: '断面·月', report: '份报表' }[target.unitOfCount]}` +
      (target.missing > 0 ? `，缺 ${target.missing}` : ''),
    `${target.verdictZh} ${target.verdict}`,
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => widthOf(row[column]!))),
  );
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
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
