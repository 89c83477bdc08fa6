import { beijingTime } from '../domain/beijingTime.js';
import { addDays } from '../domain/calendar.js';
import type { LedgerService } from '../http/services/verdictHistory.js';
import type { TargetView } from '../http/services.js';
import type { CellValue, ColumnSpec, SheetSpec } from '../ingest/workbook/workbookSpec.js';
import { writeWorkbook } from '../ingest/workbook/writeWorkbook.js';
import { listReports, listReportsAt } from '../store/periodReports.js';
import type { Pool } from '../store/pool.js';
import { listPlansAt } from '../store/standardVersions.js';
import { listPlans } from '../store/targets.js';
import { ledgerAreaOf } from './ledgerArea.js';
import { createTargetService } from './targetService.js';

const signs = { '<=': '≤', '>=': '≥', '=': '=' } as const;
const ledgers = { 'with-dust': '含沙尘', 'without-dust': '扣除沙尘' } as const;
const counts = { day: '天', month: '个月', report: '份' } as const;

interface LedgerRow {
  readonly view: TargetView;
  readonly office: string;
  readonly evidence: string;
}

type LedgerColumn = ColumnSpec & { readonly cellOf: (row: LedgerRow) => CellValue };

/** Writes the ledger (台账, clause 三十五) of all targets: a sheet for each plan, by area, and one by office. */
export function createLedgerService(pool: Pool, demoData: () => boolean): LedgerService {
  const targets = createTargetService(pool, demoData);
  return {
    async write(asOf, knownAt = null) {
      const demo = demoData();
      const views = await targets.list(asOf, 'zh', knownAt === null ? {} : { knownAt });
      const evidence = await findEvidence(pool, views, asOf, knownAt);
      const rows = views.map((view) => ({
        view,
        office: view.offices[0] ?? '',
        evidence: evidence.get(view.indicator) ?? '',
      }));
      const allPlans = knownAt === null ? await listPlans(pool) : await listPlansAt(pool, knownAt);
      const plans = allPlans.filter(({ id }) => views.some(({ planId }) => planId === id));
      const label = demo ? '示例数据' : '正式数据';
      const columns = ledgerColumns(label);
      const sheets = [
        aboutSheet(asOf, knownAt, label, plans),
        ...plans.map(({ id, titleZh }, index) =>
          tableSheet(
            sheetName(index + 1, titleZh),
            columns,
            sortRows(
              rows.filter(({ view }) => view.planId === id),
              ({ view }) => ledgerAreaOf(view.indicator),
            ),
          ),
        ),
        tableSheet(
          '按责任单位',
          columns,
          sortRows(
            rows.flatMap((row) =>
              (row.view.offices.length === 0 ? [''] : row.view.offices).map((office) => ({ ...row, office })),
            ),
            ({ office }) => office,
          ),
        ),
      ];
      const title = `${demo ? '【示例数据】' : ''}生态环境目标台账（截至 ${asOf}）`;
      return {
        fileName: `${demo ? '示例数据_' : ''}目标台账_${asOf}.xlsx`,
        content: writeWorkbook({ sheets, properties: { title } }),
      };
    },
  };
}

function sortRows(rows: readonly LedgerRow[], keyOf: (row: LedgerRow) => string): LedgerRow[] {
  const keys = [...new Set(rows.map(keyOf))];
  return keys.flatMap((key) => rows.filter((row) => keyOf(row) === key));
}

/** Titles are somebody's text: what a sheet's name cannot hold is left out. */
function sheetName(number: number, title: string): string {
  const kept = title.replace(/[[\]:*?/\\']/g, '').trim();
  return `${number} ${kept}`.slice(0, 31).trim();
}

function tableSheet(name: string, columns: readonly LedgerColumn[], rows: readonly LedgerRow[]): SheetSpec {
  return {
    name,
    columns: columns.map(({ cellOf, ...column }) => {
      void cellOf;
      return column;
    }),
    rows: rows.map((row) => columns.map(({ cellOf }) => cellOf(row))),
    inputRows: rows.length,
    filter: true,
  };
}

function aboutSheet(
  asOf: string,
  knownAt: string | null,
  label: string,
  plans: readonly { readonly titleZh: string; readonly document: string }[],
): SheetSpec {
  const lines = [
    `截至日期：${asOf}`,
    ...(knownAt === null ? [] : [`按当时库中所存：${beijingTime(Date.parse(knownAt))}`]),
    `数据性质：${label}`,
    ...plans.map(({ titleZh, document }) => `方案：${titleZh}（${document}）`),
    '各方案一张表，按领域排列；“按责任单位”表中，由几个单位共同负责的目标在每个单位下各列一行。',
    '“完成值”按目标的小数位修约，“未修约值”为修约前的数；“距离”为正表示尚有余地，为负表示超出。',
    '“判定起始日”为连续作出同一判定的第一个截至日，空白表示尚在整理。领域由系统按指标划分，方案中没有。',
  ];
  return {
    name: '说明',
    columns: [{ header: '生态环境目标台账', width: 110 }],
    rows: lines.map((line) => [line]),
    inputRows: 1,
  };
}

/** Evidence that offices named with the latest figure of an indicator. */
async function findEvidence(
  pool: Pool,
  views: readonly TargetView[],
  asOf: string,
  knownAt: string | null,
): Promise<Map<string, string>> {
  const indicators = [...new Set(views.map(({ indicator }) => indicator))];
  const endsBy = addDays(asOf, 1);
  const reports =
    knownAt === null
      ? await listReports(pool, indicators, endsBy)
      : await listReportsAt(pool, indicators, endsBy, knownAt);
  return new Map(
    reports.flatMap(({ indicator, evidence }) =>
      evidence === null || evidence === '' ? [] : [[indicator, evidence] as const],
    ),
  );
}

/** A column of numbers, each with the decimals that its text has. */
function numbers(
  header: string,
  cellOf: (view: TargetView) => string | number | null,
  width = 11,
): LedgerColumn {
  return { header, width, type: 'number', asGiven: true, cellOf: ({ view }) => cellOf(view) };
}

function texts(header: string, width: number, cellOf: (row: LedgerRow) => string | null): LedgerColumn {
  return { header, width, cellOf };
}

function ledgerColumns(label: string): LedgerColumn[] {
  return [
    numbers('编号', ({ id }) => String(id), 7),
    texts('领域', 14, ({ view }) => ledgerAreaOf(view.indicator)),
    texts('条款', 10, ({ view }) => view.clause),
    texts('目标', 34, ({ view }) => view.name),
    texts('责任单位', 18, ({ office }) => office),
    texts('全部责任单位', 26, ({ view }) => view.offices.join('、')),
    texts('要求', 8, ({ view }) => signs[view.comparison]),
    numbers('目标值', ({ limit }) => limit),
    texts('单位', 9, ({ view }) => view.unit),
    texts('期限', 12, ({ view }) => view.due),
    numbers('完成值', ({ value }) => value),
    numbers('未修约值', ({ valueUnrounded }) => shortOf(valueUnrounded), 14),
    texts('判定', 14, ({ view }) => view.verdictZh),
    texts('判定起始日', 13, ({ view }) => view.turnedOn),
    numbers('距离', ({ distance }) => distance),
    numbers('上年同期', ({ yearOnYear }) => yearOnYear?.value ?? null),
    numbers('同比变化', ({ yearOnYear }) => yearOnYear?.difference ?? null),
    texts('还允许或差距', 44, ({ view }) => view.allowed?.words ?? null),
    texts('预测', 50, ({ view }) => view.projection?.words ?? null),
    numbers('已用数据', ({ used }) => String(used)),
    numbers('缺少数据', ({ missing }) => String(missing)),
    texts('数据单位', 10, ({ view }) => counts[view.unitOfCount]),
    texts('口径', 10, ({ view }) => (view.ledger === null ? null : ledgers[view.ledger])),
    numbers('另一口径值', ({ otherLedgerValue }) => otherLedgerValue),
    texts('判定说明', 60, ({ view }) => view.reason),
    texts('备注', 50, ({ view }) => view.notes.join('；')),
    texts('依据标准', 40, ({ view }) => view.standards.join('、')),
    texts('假定', 60, ({ view }) => view.assumptions.join('；')),
    texts('佐证材料', 30, ({ evidence }) => evidence),
    texts('方案原文', 60, ({ view }) => view.quote),
    texts('文号', 22, ({ view }) => view.planDocument),
    texts('截至', 12, ({ view }) => view.asOf),
    texts('数据性质', 10, () => label),
  ];
}

/** Excel holds 15 digits: an unrounded figure is given to 10 decimals. */
function shortOf(value: string | null): string | null {
  const [whole, decimals] = value?.split('.') ?? [];
  if (whole === undefined || decimals === undefined) return value;
  return `${whole}.${decimals.slice(0, Math.max(1, 14 - whole.length))}`;
}
