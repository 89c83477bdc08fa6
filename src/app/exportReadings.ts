import { csvLine } from '../http/csv.js';
import { readingColumns, toCsv } from '../http/routes/readings.js';
import type { ReadingFilter } from '../http/services.js';
import type { Pool } from '../store/pool.js';
import { createReadingService } from './readingService.js';

/** Stored readings as the CSV that `GET /api/v1/readings?format=csv` gives, piece by piece. */
export async function* exportReadings(
  pool: Pool,
  filter: Omit<ReadingFilter, 'cursor' | 'limit'>,
): AsyncGenerator<string, void, undefined> {
  const rows = createReadingService(pool).stream(filter);
  // Excel takes a CSV file for UTF-8 only with the byte order mark.
  yield `\uFEFF${csvLine(readingColumns)}`;
  yield* toCsv(rows);
}
