import type { Request } from 'express';
import { z } from 'zod';
import { families } from '../../domain/family.js';
import { csvLine, sendCsv } from '../csv.js';
import { defineRoute, instant, limitText, momentText } from '../route.js';
import type { ReadingRow } from '../services.js';

const reading = z
  .strictObject({
    family: z.string(),
    site: z.string(),
    siteName: z.string(),
    time: instant.meta({ description: 'Start of the interval, +08:00' }),
    indicator: z.string(),
    value: z
      .number()
      .nullable()
      .meta({ description: 'null, with indicator `*`: no flow (断流), nothing to measure' }),
    unit: z.string(),
    flags: z.array(z.string()),
    raw: z.string().nullable().meta({ description: 'The text of the cell where it was not a plain number' }),
    origin: z.string(),
  })
  .meta({ id: 'Reading' });

const columns = Object.keys(reading.shape) as (keyof ReadingRow)[];

/** The columns of readings as CSV, which are those of the answer in JSON. */
export const readingColumns: readonly string[] = columns;

const code = z.string().min(1).max(64);
// The narrow table and the period reports may be asked for too, under names that the store knows.
const family = z
  .string()
  .regex(/^[a-z_]{1,40}$/)
  .meta({
    examples: Object.keys(families) satisfies string[],
  });

/** Readings as CSV lines, without a header. */
export async function* toCsv(batches: AsyncIterable<ReadingRow[]>): AsyncGenerator<string> {
  for await (const rows of batches) {
    yield rows
      .map((row) =>
        csvLine(columns.map((column) => (column === 'flags' ? row.flags.join(';') : row[column]))),
      )
      .join('');
  }
}

function wantsCsv(format: 'json' | 'csv' | undefined, request: Request): boolean {
  if (format !== undefined) return format === 'csv';
  return request.accepts(['application/json', 'text/csv']) === 'text/csv';
}

/** Stored values. */
export const readingRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/readings',
    role: 'viewer',
    tag: 'readings',
    summaryZh: '监测值：JSON 分页，CSV 全部',
    summaryEn: 'Readings: JSON in pages, CSV all at once',
    description:
      '`format=csv`（或 Accept: text/csv）给出全部符合条件的值，UTF-8 带 BOM，可直接用 Excel 打开；此时不看 cursor 和 limit。 / ' +
      '`format=csv` (or Accept: text/csv) streams every matching value as UTF-8 with a byte order mark; cursor and ' +
      'limit are then ignored.',
    statuses: [200],
    otherContent: { 'text/csv': columns.join(',') },
    timeoutMs: null,
    query: z.strictObject({
      family: family.optional(),
      site: code.optional().meta({ description: 'Site code' }),
      indicator: code.optional(),
      from: momentText.optional().meta({ description: 'Start (included): Beijing day or RFC 3339 instant' }),
      to: momentText.optional().meta({ description: 'End (excluded): Beijing day or RFC 3339 instant' }),
      cursor: z.string().min(1).max(500).optional().meta({ description: '`next` of the page before' }),
      limit: limitText(500, 5000),
      format: z.enum(['json', 'csv']).optional(),
    }),
    response: z
      .strictObject({ items: z.array(reading), next: z.string().nullable() })
      .meta({ id: 'ReadingPage' }),
    handle: async ({ services, query, request, response }) => {
      const { format, cursor, limit, ...filter } = query;
      response.vary('Accept');
      if (!wantsCsv(format, request)) {
        return { body: await services.readings.page({ ...filter, cursor, limit }) };
      }
      const rows = request.method === 'HEAD' ? noRows() : services.readings.stream(filter);
      await sendCsv(response, 'readings.csv', columns, toCsv(rows));
      return 'streamed';
    },
  }),
];

// HEAD asks for the headers alone; reading the whole table for them would be waste.
async function* noRows(): AsyncGenerator<ReadingRow[]> {
  // Nothing to yield.
}
