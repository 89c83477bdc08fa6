import type { TemplateInfo, TemplateService } from '../http/services/templates.js';
import { createLookup } from '../ingest/siteLookup.js';
import { instructionsSheet, readerColumns } from '../ingest/templateSheets.js';
import type { CellRule, ColumnSpec, SheetSpec } from '../ingest/workbook/workbookSpec.js';
import { writeWorkbook } from '../ingest/workbook/writeWorkbook.js';
import type { Pool } from '../store/pool.js';
import { listIndicators, listOffices } from '../store/reference.js';
import { listSites } from '../store/sites.js';
import { listPlans, listTargets } from '../store/targets.js';
import { isReported, listFigures, reportedYears, type TemplateFigure } from './templateFigures.js';

/** Writes the workbooks in which offices report their rates, areas, counts and milestones. */
export function createTemplateService(pool: Pool, judgeDate: () => string): TemplateService {
  return {
    async list(given) {
      const year = given ?? (await usualYear(pool, judgeDate()));
      const reference = await loadReference(pool, year);
      const items: TemplateInfo[] = [...reference.offices].map(([office, nameZh]) => ({
        office,
        nameZh,
        figures: listFigures(reference, { code: office, nameZh }, year).length,
      }));
      return { year, items };
    },
    async write(office, given) {
      const year = given ?? (await usualYear(pool, judgeDate()));
      const reference = await loadReference(pool, year);
      const nameZh = reference.offices.get(office);
      if (nameZh === undefined) return undefined;
      const figures = listFigures(reference, { code: office, nameZh }, year);
      if (figures.length === 0) return undefined;
      const title = `${reference.county.name}生态环境目标 ${year} 年报送表（${nameZh}）`;
      const content = writeWorkbook({
        sheets: [dataSheet(figures), instructions(title, figures)],
        properties: { title },
      });
      return { fileName: `报送表_${nameZh}_${year}.xlsx`, content };
    },
  };
}

async function loadReference(pool: Pool, year: number) {
  const sites = await listSites(pool);
  const indicators = await listIndicators(pool);
  const county = sites.find(({ kind }) => kind === 'county');
  if (county === undefined) throw new Error('the reference data name no site of kind county');
  return {
    targets: (await listTargets(pool, `${year}-12-31`)).map(({ target }) => target),
    plans: await listPlans(pool),
    indicators,
    offices: await listOffices(pool),
    county,
    townships: sites.filter(({ kind }) => kind === 'township'),
    lookup: createLookup(sites, indicators, county.id),
  };
}

/** The year of a day, unless every reported target is over by then: then the last year of any. */
async function usualYear(pool: Pool, day: string): Promise<number> {
  const plans = await listPlans(pool);
  const targets = (await listTargets(pool, day)).map(({ target }) => target).filter(isReported);
  const year = Number(day.slice(0, 4));
  return Math.min(year, Math.max(...targets.map((target) => reportedYears(target, plans).to), 0) || year);
}

const dash = '—';

/** The sheet to fill in. Only what the figures need has a column. */
function dataSheet(figures: readonly TemplateFigure[]): SheetSpec {
  const columns = columnsFor(figures);
  const valueColumn = columns.findIndex(({ header }) => header === '数值');
  return {
    name: '报送表',
    columns: columns.map(({ cellOf, ...column }) => {
      void cellOf;
      return column;
    }),
    rows: figures.map((figure) => columns.map(({ cellOf }) => cellOf(figure))),
    rules: figures.map((figure, index) => ({ column: valueColumn, row: index + 2, ...entryRule(figure) })),
    inputRows: figures.length,
  };
}

type TemplateColumn = ColumnSpec & { readonly cellOf: (figure: TemplateFigure) => string };

function columnsFor(figures: readonly TemplateFigure[]): TemplateColumn[] {
  const blank = () => '';
  // A ratio has parts; what has none is marked so, that nobody looks for them.
  const part = ({ kind }: TemplateFigure) => (kind === 'rate' ? '' : dash);
  const [limit, clause] = readerColumns;
  return [
    { header: '指标', width: 40, cellOf: ({ indicatorName }) => indicatorName },
    ...(figures.some(({ ofTownship }) => ofTownship)
      ? [{ header: '乡镇', width: 14, cellOf: ({ siteName }: TemplateFigure) => siteName }]
      : []),
    { header: '期间', width: 18, cellOf: ({ period }) => period },
    { header: '数值', width: 12, type: 'number', cellOf: blank },
    { header: '单位', width: 8, cellOf: ({ indicator }) => indicator.unit },
    ...(figures.some(({ kind }) => kind === 'rate')
      ? [
          { header: '分子', width: 12, type: 'number' as const, cellOf: part },
          { header: '分母', width: 12, type: 'number' as const, cellOf: part },
        ]
      : []),
    { header: '佐证材料', width: 30, cellOf: blank },
    { header: limit, width: 20, cellOf: (figure) => figure.limit },
    { header: clause, width: 60, cellOf: (figure) => figure.clause },
  ];
}

/** What the spreadsheet program lets be entered as the value: what the importer would refuse is refused at once. */
function entryRule({ kind, indicator }: TemplateFigure): Omit<CellRule, 'column' | 'row'> {
  if (kind === 'milestone') return { list: ['是', '否'], prompt: '已完成填“是”，未完成填“否”' };
  const { possibleMin, possibleMax } = indicator;
  return {
    ...(possibleMin === null ? {} : { min: possibleMin }),
    ...(possibleMax === null ? {} : { max: possibleMax }),
    ...(kind === 'count' && indicator.decimals === 0 ? { whole: true } : {}),
    prompt: indicator.unit === '%' ? '按百分数填写：92.5% 填 92.5' : `单位：${indicator.unit}`,
  };
}

function instructions(title: string, figures: readonly TemplateFigure[]): SheetSpec {
  const has = (test: (figure: TemplateFigure) => boolean, ...words: string[]) =>
    figures.some(test) ? words : [];
  const lines = [
    title,
    '只填“报送表”工作表的“数值”“佐证材料”等空白格；“指标”“期间”等已填好的格请不要改动。',
    '暂时没有数的行留空即可，留空的行不会入库，也不算错误；以后补填再传同一个文件，已入库的行不会重复。',
    ...has(({ indicator }) => indicator.unit === '%', '比率按百分数填写：92.5% 填 92.5，不要填 0.925。'),
    ...has(({ kind }) => kind === 'rate', '有分子、分母的请一并填写；标“—”的格不用填。'),
    ...has(
      ({ kind }) => kind === 'milestone',
      '任务类指标填“是”（已完成）或“否”（未完成），并写明佐证材料。',
    ),
    ...has(({ period }) => period.startsWith('截至'), '期间写“截至某日”的，填从任务开始到该日的累计数。'),
    ...has(({ ofTownship }) => ofTownship, '分乡镇的指标，每个乡镇（开发区）一行；全县的数填在县名那一行。'),
    '同一指标由几个单位共同负责的，由牵头单位汇总后报送，其他单位该行留空。',
    '上报其他期间（如上半年、一季度），可在下面加行，期间写成“2025年上半年”“2025年一季度”“2025年3月”。',
    '“目标值”“方案条款”两列供对照，不会读取。填好后保存，直接上传这个文件，不用另存为其他格式。',
  ];
  return {
    name: instructionsSheet,
    columns: [{ header: instructionsSheet, width: 100 }],
    rows: lines.map((line) => [line]),
    inputRows: 1,
  };
}
