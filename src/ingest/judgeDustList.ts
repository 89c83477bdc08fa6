import type { PoolClient } from 'pg';
import { beijingTime } from '../domain/beijingTime.js';
import { dayMs } from '../domain/calendar.js';
import { maxDustPeriodDays } from '../domain/dustPeriod.js';
import {
  insertDustPeriod,
  listDustPeriods,
  lockDustPeriods,
  updateDustPeriod,
  type DustPeriodRecord,
} from '../store/dustPeriods.js';
import type { DustPeriodRow } from './decode/decodedBatch.js';
import { noRows, type JudgedList } from './judgedList.js';
import { locateLine, type StagedFile } from './stageFile.js';
import type { ReportedChange } from './uploadReport.js';

/**
 * Compares a list of dust periods with those stored. The same document with the same start or the same end is the same
 * period with other times; anything else is a further period. A blank note leaves the stored one.
 */
export async function judgeDustList(
  client: PoolClient,
  staged: Pick<StagedFile, 'dustPeriods' | 'faults' | 'notices' | 'tables'>,
): Promise<JudgedList> {
  // Nobody changes them until this upload is stored or given up.
  await lockDustPeriods(client);
  const stored = await listDustPeriods(client, -62e12, 253e12);
  const { kept, duplicate, rejected } = sift(staged);
  const rows = { ...noRows, duplicate, rejected };
  const exact = new Map(kept.map((row) => [row, stored.find((period) => isSameSpan(period, row))]));
  const taken = new Set([...exact.values()].filter((period) => period !== undefined));
  const changes: ReportedChange[] = [];
  const saves: ((writeId: string) => Promise<unknown>)[] = [];
  for (const row of kept) {
    const period = exact.get(row) ?? findMoved(row, kept, stored, taken);
    const { start, end, document, note } = row;
    if (period === undefined) {
      rows.new += 1;
      saves.push((writeId) => insertDustPeriod(client, { start, end, document, note }, writeId));
    } else if (isSameSpan(period, row) && (note === '' || note === period.note)) {
      rows.unchanged += 1;
    } else {
      rows.changed += 1;
      taken.add(period);
      const change = { start, end, ...(note === '' ? {} : { note }) };
      changes.push(describe(period, { ...period, ...change }, row.line));
      saves.push((writeId) => updateDustPeriod(client, period.id, change, writeId));
    }
    noteOverlaps(row, period, stored, staged);
  }
  return {
    rows,
    changes,
    async save(writeId) {
      for (const save of saves) await save(writeId);
      return rows.changed;
    },
  };
}

/** Takes out rows that cannot be stored or repeat others. */
function sift(staged: Pick<StagedFile, 'dustPeriods' | 'faults' | 'tables'>) {
  const { dustPeriods, faults } = staged;
  const byKey = new Map<string, DustPeriodRow[]>();
  let duplicate = 0;
  let rejected = 0;
  for (const row of dustPeriods) {
    const days = Math.ceil((row.end - row.start) / dayMs);
    if (days > maxDustPeriodDays) {
      const params = { days, limit: maxDustPeriodDays };
      faults.add({
        ...locateLine(staged, row.line),
        column: '',
        value: '',
        code: 'dust-period-too-long',
        params,
      });
      rejected += 1;
      continue;
    }
    const key = `${row.start} ${row.end} ${row.document}`;
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  const kept: DustPeriodRow[] = [];
  for (const [first, ...others] of byKey.values() as Iterable<[DustPeriodRow, ...DustPeriodRow[]]>) {
    if (others.every(({ note }) => note === first.note)) {
      kept.push(first);
      duplicate += others.length;
      continue;
    }
    rejected += 1 + others.length;
    const lines = [first, ...others].map(({ line }) => line).join('、');
    for (const { line, document } of [first, ...others])
      faults.add({
        ...locateLine(staged, line),
        column: '',
        value: document,
        code: 'list-duplicate-different',
        params: { lines },
      });
  }
  return { kept, duplicate, rejected };
}

/** The stored period that a row gives another start or end; none where more than one row or period would do. */
function findMoved(
  row: DustPeriodRow,
  rows: readonly DustPeriodRow[],
  stored: readonly DustPeriodRecord[],
  taken: ReadonlySet<DustPeriodRecord>,
): DustPeriodRecord | undefined {
  const moves = (period: DustPeriodRecord, other: DustPeriodRow) =>
    period.document === other.document && (period.start === other.start || period.end === other.end);
  const candidates = stored.filter((period) => !taken.has(period) && moves(period, row));
  const [only] = candidates;
  if (only === undefined || candidates.length > 1) return undefined;
  const claims = rows.filter(
    (other) => moves(only, other) && !stored.some((period) => isSameSpan(period, other)),
  );
  return claims.length === 1 ? only : undefined;
}

function noteOverlaps(
  row: DustPeriodRow,
  own: DustPeriodRecord | undefined,
  stored: readonly DustPeriodRecord[],
  { notices }: Pick<StagedFile, 'notices'>,
): void {
  const other = stored.find(({ id, start, end }) => id !== own?.id && start < row.end && end > row.start);
  if (other === undefined) return;
  const params = { line: row.line, other: `${span(other)} ${other.document}` };
  notices.add({ code: 'notice-dust-overlap', params });
}

function describe(
  before: DustPeriodRecord,
  after: Pick<DustPeriodRecord, 'start' | 'end' | 'note'>,
  line: number,
): ReportedChange {
  const words = (period: Pick<DustPeriodRecord, 'start' | 'end' | 'note'>) =>
    `${span(period)} ${period.note}`.trim();
  return {
    line,
    site: before.document,
    time: beijingTime(before.start),
    indicator: 'dust-period',
    stored: words(before),
    file: words(after),
  };
}

function span({ start, end }: Pick<DustPeriodRecord, 'start' | 'end'>): string {
  const words = (ms: number) => beijingTime(ms).slice(0, 16).replace('T', ' ');
  return `${words(start)}–${words(end)}`;
}

function isSameSpan(
  a: Pick<DustPeriodRow, 'start' | 'end' | 'document'>,
  b: Pick<DustPeriodRow, 'start' | 'end' | 'document'>,
): boolean {
  return a.start === b.start && a.end === b.end && a.document === b.document;
}
