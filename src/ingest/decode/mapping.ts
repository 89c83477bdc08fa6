import { z } from 'zod';
import { delimiters, type Delimiter } from './delimiter.js';
import { layoutNames, type LayoutPlan } from './layoutPlan.js';
import { listRoles } from './listSynonyms.js';
import { publishedIndicators, structuralRoles } from './structuralSynonyms.js';
import { dateOrders } from './timeConvention.js';

const text = z.string().trim().min(1).max(200);

const columnSchema = z.strictObject({
  /** 0-based. */
  position: z.int().min(0).max(9_999),
  role: z.enum([...structuralRoles, ...listRoles, 'item', 'site-values']),
  /** As printed; when given, the file's header must read so. */
  header: z.string().max(250).optional(),
  /** For role `item`: code or name. */
  indicator: text.optional(),
  unit: z.string().trim().max(50).optional(),
  published: z.enum(publishedIndicators).optional(),
  /** For role `period`: figures run up to the day. */
  upTo: z.boolean().optional(),
  /** For role `site-values`: code, name or alias. */
  site: text.optional(),
});

/** What the columns of a source's files are: JSON that is kept per source. Columns it leaves out are not read. */
export const mappingSchema = z.strictObject({
  /** Whether the files have a header row (which may be wrong). */
  header: z.boolean(),
  columns: z.array(columnSchema).min(1).max(5_000),
  /** Files with another number of columns are refused. */
  columnCount: z.int().min(1).max(10_000).optional(),
  layout: z.enum(layoutNames).optional(),
  interval: z.enum(['hour', 'day', 'month', 'instant']).optional(),
  hourLabel: z.enum(['end', 'start']).optional(),
  /** For times without a year; a year in the request goes before it. */
  year: z.int().min(1990).max(2100).optional(),
  /** Of dates with the year last, `01/09/2019`: which part is the month. Without it they are refused. */
  dateOrder: z.enum(dateOrders).optional(),
  /** To be handed to `readCsvRecords`; see `csvOptionsOf`. */
  delimiter: z.enum(delimiters).optional(),
});

export type Mapping = z.infer<typeof mappingSchema>;
export type MappedColumn = Mapping['columns'][number];

/**
 * The mapping that reads the files of a source as the plan reads this one. It says nothing of the year, the date and
 * the site that a request named for one file, since the next file has others.
 */
export function describeMapping(plan: LayoutPlan): Mapping {
  const header = plan.headerLine > 0;
  const measured = plan.interval !== 'period' && plan.interval !== 'none';
  return {
    header,
    columns: plan.columns.map((column) => ({
      position: column.position,
      role: column.role,
      ...(header ? { header: column.header } : {}),
      ...(column.indicator === undefined ? {} : { indicator: column.indicator.code }),
      ...(column.unit === undefined ? {} : { unit: column.unit }),
      ...(column.published === undefined ? {} : { published: column.published }),
      ...(column.upTo === undefined ? {} : { upTo: column.upTo }),
      ...(column.site === undefined ? {} : { site: column.site }),
    })),
    ...(header ? {} : { columnCount: plan.columnCount }),
    layout: plan.layout,
    ...(measured ? { interval: plan.interval } : {}),
    hourLabel: plan.hourLabel,
    ...(plan.dateOrder === undefined ? {} : { dateOrder: plan.dateOrder }),
    ...(isDelimiter(plan.delimiter) ? { delimiter: plan.delimiter } : {}),
  };
}

function isDelimiter(text: string): text is Delimiter {
  return (delimiters as readonly string[]).includes(text);
}

/** What `readCsvRecords` has to know of the request. */
export function csvOptionsOf(options: { readonly delimiter?: Delimiter; readonly mapping?: Mapping }): {
  delimiter?: string;
} {
  const delimiter = options.delimiter ?? options.mapping?.delimiter;
  return delimiter === undefined ? {} : { delimiter };
}
