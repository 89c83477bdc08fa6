import type { PoolClient } from 'pg';
import { beijingTime } from '../domain/beijingTime.js';
import type { PeriodReport } from '../domain/reading.js';
import { judgeStage, listChanges, type StageCounts } from '../store/mergeValues.js';
import { judgeReport } from '../store/periodReports.js';
import { listSites } from '../store/sites.js';
import { locateLine, type StagedFile } from './stageFile.js';
import { maxListedChanges, type ReportedChange } from './uploadReport.js';

/** How a staged file compares with what is stored. */
export interface JudgedUpload {
  readonly counts: StageCounts;
  readonly changes: ReportedChange[];
  readonly reports: readonly PeriodReport[];
  readonly reportRows: {
    new: number;
    unchanged: number;
    changed: number;
    duplicate: number;
    rejected: number;
  };
  readonly contradictingRows: number;
}

/** Compares a staged file with what is stored; contradictions inside the file become faults. Stores nothing. */
export async function judgeUpload(client: PoolClient, staged: StagedFile): Promise<JudgedUpload> {
  const { contradictions, counts } = await judgeStage(client, staged.stage);
  const names = new Map((await listSites(client)).map(({ id, name }) => [id, name]));
  for (const { line, lines, siteId, ts } of contradictions) {
    staged.faults.add({
      ...locateLine(staged, line),
      column: '',
      value: '',
      code: 'duplicate-different',
      params: {
        lines: describeLines(staged, lines.slice(0, 10)),
        site: names.get(siteId) ?? String(siteId),
        time: beijingTime(ts.getTime()),
      },
    });
  }
  const changes = (await listChanges(client, staged.stage, maxListedChanges)).map((change) => ({
    line: change.line,
    site: names.get(change.siteId) ?? String(change.siteId),
    time: beijingTime(change.ts.getTime()),
    indicator: change.indicator,
    stored: change.stored,
    file: change.given,
  }));
  const { kept, duplicate, rejected } = mergeRepeatedReports(staged);
  const reportRows = { new: 0, unchanged: 0, changed: 0, duplicate, rejected };
  for (const figure of kept) {
    const { kind, stored } = await judgeReport(client, figure);
    reportRows[kind] += 1;
    if (kind !== 'changed' || changes.length >= maxListedChanges) continue;
    changes.push({
      line: figure.line,
      site: names.get(figure.siteId) ?? String(figure.siteId),
      time: figure.periodStart,
      indicator: figure.indicator,
      stored: stored!.value,
      file: figure.value,
    });
  }
  const placed = changes
    .sort((a, b) => a.line - b.line)
    .map((change) => ({ ...change, ...locateLine(staged, change.line) }));
  const contradictingRows = new Set(contradictions.map(({ line }) => line)).size;
  return { counts, changes: placed, reports: kept, reportRows, contradictingRows };
}

/** Takes figures that occur again: identical ones count as duplicates, different ones are faults of all their lines. */
function mergeRepeatedReports(staged: StagedFile) {
  const { reports, faults } = staged;
  const byKey = new Map<string, PeriodReport[]>();
  for (const report of reports) {
    const key = [
      report.indicator,
      report.siteId,
      report.periodKind,
      report.periodStart,
      report.periodEnd,
    ].join(' ');
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [report]);
    else same.push(report);
  }
  const kept: PeriodReport[] = [];
  let duplicate = 0;
  let rejected = 0;
  // In order of their keys, so that two uploads of the same figures wait for each other instead of deadlocking.
  for (const [, same] of [...byKey].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = same as [PeriodReport];
    if (same.every((report) => sameFigure(report, first))) {
      kept.push(first);
      duplicate += same.length - 1;
      continue;
    }
    rejected += same.length;
    const lines = describeLines(
      staged,
      same.map(({ line }) => line),
    );
    for (const { line, value } of same) {
      faults.add({
        ...locateLine(staged, line),
        column: '',
        value,
        code: 'report-duplicate-different',
        params: { lines },
      });
    }
  }
  return { kept, duplicate, rejected };
}

function sameFigure(a: PeriodReport, b: PeriodReport): boolean {
  return a.value === b.value && a.numerator === b.numerator && a.denominator === b.denominator;
}

/** Lines of the stage as the clerk finds them: with the sheet where there are several. */
function describeLines(staged: StagedFile, lines: readonly number[]): string {
  const places = lines.map((line) => locateLine(staged, line));
  if (staged.tables.length <= 1) return places.map(({ line }) => line).join('、');
  return places.map(({ line, sheet = '' }) => `${line}（${sheet}）`).join('、');
}
