import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { DomainError } from '../domain/domainError.js';
import { formatMend, formatMessage, type Language } from '../domain/messages.js';
import type { Rejection } from '../domain/rejection.js';
import { listUploadFaults } from '../store/uploadFaults.js';
import { findUpload, type StoredUpload } from '../store/uploads.js';
import { annotateText, faultColumn } from './annotateText.js';
import { detectDelimiter } from './decode/delimiter.js';
import { createTextDecoder, type TextEncodingName } from './decode/encoding.js';
import { openIncoming } from './incomingFiles.js';
import type { ImportReport } from './uploadReport.js';
import { annotateWorkbook, type WorkbookNoteText } from './workbook/annotateWorkbook.js';
import { WorkbookError } from './workbook/workbookError.js';

const textEncodings: readonly TextEncodingName[] = ['utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be', 'gb18030'];

/**
 * The file of an upload with one more column that names every fault of each row and how to mend it; all other bytes as
 * they were. Faults of the file as a whole stand in the header of that column.
 *
 * @throws DomainError `not-found` when the file is not a text table or is no longer kept
 */
export async function annotateUpload(
  context: { readonly pool: Pool; readonly uploadsDir: string },
  id: string,
  language: Language,
): Promise<{ fileName: string; content: Buffer } | undefined> {
  const upload = await findUpload(context.pool, id);
  if (upload === undefined) return undefined;
  const report = upload.report as ImportReport;
  const { encoding: name } = report;
  if (name === 'workbook') return annotateSheetOf(context, upload, report, language);
  const encoding = textEncodings.find((candidate) => candidate === name);
  if (encoding === undefined)
    throw new DomainError('not-found', { what: `${upload.fileName}（不是文本表格 / no text table）` });
  const bytes = await readFile(pathOf(context.uploadsDir, upload.sha256)).catch(() => undefined);
  if (bytes === undefined)
    throw new DomainError('not-found', { what: `${upload.fileName}（原文件未保留 / file not kept）` });
  const words = groupByLine(await listUploadFaults(context.pool, id), language);
  const head = createTextDecoder(encoding).decode(bytes.subarray(0, 65_536), { stream: true });
  const ofFile = words.get(0);
  let headerSeen = false;
  const content = annotateText(bytes, encoding, detectDelimiter(head), (line) => {
    if (headerSeen) return words.get(line) ?? '';
    headerSeen = true;
    return ofFile === undefined ? faultColumn : `${faultColumn}（${ofFile}）`;
  });
  return { fileName: upload.fileName, content };
}

async function annotateSheetOf(
  context: { readonly pool: Pool; readonly uploadsDir: string },
  upload: StoredUpload,
  report: ImportReport,
  language: Language,
): Promise<{ fileName: string; content: Buffer }> {
  const headers = new Map((report.sheets ?? []).map(({ name, headerLine }) => [name, headerLine]));
  // Older records know of one sheet.
  if (headers.size === 0 && report.sheet !== null) headers.set(report.sheet, report.headerLine);
  const [first] = headers.keys();
  if (first === undefined)
    throw new DomainError('not-found', {
      what: `${upload.fileName}（没有可标注的工作表 / no sheet to annotate）`,
    });
  const output = await openIncoming(context.uploadsDir);
  const notes: WorkbookNoteText[] = [];
  const faults = await listUploadFaults(context.pool, upload.id);
  const named = faults.map(({ sheet = first }) => sheet);
  for (const sheet of new Set(named)) {
    const ofSheet = faults.filter((_fault, index) => named[index] === sheet);
    for (const [line, text] of groupByLine(ofSheet, language)) {
      // Faults of the whole file stand beside the first row of data.
      notes.push({ sheet, row: line === 0 ? (headers.get(sheet) ?? 0) + 1 : line, text });
    }
  }
  const headerRows = [...headers].filter((entry): entry is [string, number] => entry[1] !== null);
  try {
    await annotateWorkbook(pathOf(context.uploadsDir, upload.sha256), output, notes, {
      header: faultColumn,
      headerRows: new Map(headerRows),
    });
    return { fileName: upload.fileName, content: await readFile(output) };
  } catch (error) {
    if (!(error instanceof WorkbookError)) throw error;
    // What was refused for how it is made cannot be written again either.
    const [zh, en] = (['zh', 'en'] as const).map((each) => formatMessage(error.code, each, error.params));
    throw new DomainError('not-found', { what: `${upload.fileName}（${zh} / ${en}）` });
  } finally {
    await rm(output, { force: true });
  }
}

function pathOf(uploadsDir: string, sha256: string): string {
  return join(uploadsDir, sha256.slice(0, 2), sha256);
}

function groupByLine(faults: readonly Rejection[], language: Language): Map<number, string> {
  const words = new Map<number, string>();
  for (const { line, column, value, code, params } of faults) {
    const filled = { value, column, ...params };
    const mend = formatMend(code, language, filled);
    const place = column === '' ? '' : `[${column}] `;
    const text = `${place}${formatMessage(code, language, filled)}${mend === '' ? '' : `。${mend}`}`;
    const before = words.get(line);
    words.set(line, before === undefined ? text : `${before}；${text}`);
  }
  return words;
}
