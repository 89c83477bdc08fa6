import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamWorkbook, type WorkbookBatch, type WorkbookOptions } from './streamWorkbook.js';
import { writeZip } from './zipWriter.js';

const directories: string[] = [];

/** A directory of this test file. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cei-workbook-'));
  directories.push(directory);
  return directory;
}

/** Removes all scratch directories. */
export function cleanScratch(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

let files = 0;

/** Puts bytes into a file of their own. */
export function fileOf(bytes: Uint8Array | string): string {
  const directory = directories[0] ?? scratch();
  files += 1;
  const path = join(directory, `${files}.xlsx`);
  writeFileSync(path, bytes);
  return path;
}

/** Names of what lies in the scratch directory. */
export function leftovers(): readonly string[] {
  return directories.flatMap((directory) => readdirSync(directory));
}

/** All bytes of a generator. */
export async function bytesOf(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

type Content = string | Buffer | Iterable<string | Buffer>;

/** An archive of parts in their order; names may repeat. */
export async function zipOf(parts: readonly (readonly [string, Content])[]): Promise<Buffer> {
  const contents = parts.map(([name, content]) => ({
    name,
    content: typeof content === 'string' || Buffer.isBuffer(content) ? [content] : content,
  }));
  return await bytesOf(writeZip(contents));
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relationsOf = (inner: string): string =>
  `${declaration}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${inner}</Relationships>`;
const relation = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`;

/** A workbook in the rough, for what no well-behaved writer would write. */
export interface RawWorkbook {
  /** Inside of `sheetData`, by sheet. */
  readonly sheets?: readonly {
    readonly name: string;
    readonly data?: string;
    readonly tail?: string;
    readonly state?: string;
    readonly type?: string;
    /** The whole part. */
    readonly xml?: Content;
  }[];
  /** Inside of `sheetData` of the only sheet. */
  readonly data?: string;
  /** What follows `sheetData`. */
  readonly tail?: string;
  /** Inside of `sst`. */
  readonly strings?: string;
  /** Number formats from id 200 on; style 1 is the first. */
  readonly formats?: readonly (string | number)[];
  readonly date1904?: boolean;
  readonly more?: readonly (readonly [string, Content])[];
}

/** The parts of a workbook in the rough. */
export function partsOf(raw: RawWorkbook): (readonly [string, Content])[] {
  const { strings, formats = [], date1904 = false, more = [] } = raw;
  const sheets = raw.sheets ?? [{ name: 'Sheet1', data: raw.data ?? '', tail: raw.tail ?? '' }];
  const entries = sheets.map(
    ({ name, state }, i) =>
      `<sheet name="${name}" sheetId="${i + 1}"${state === undefined ? '' : ` state="${state}"`} r:id="s${i + 1}"/>`,
  );
  const relations = sheets.map(({ type = 'worksheet' }, i) =>
    relation(`s${i + 1}`, type, `worksheets/sheet${i + 1}.xml`),
  );
  const defined = formats.map((code, i) =>
    typeof code === 'number' ? '' : `<numFmt numFmtId="${200 + i}" formatCode="${escapeAttribute(code)}"/>`,
  );
  const xfs = [
    '<xf numFmtId="0"/>',
    ...formats.map((code, i) => `<xf numFmtId="${typeof code === 'number' ? code : 200 + i}"/>`),
  ];
  return [
    ['_rels/.rels', relationsOf(relation('r', 'officeDocument', 'xl/workbook.xml'))],
    ['xl/workbook.xml', `${declaration}<workbook ${main} xmlns:r="${office}"><workbookPr date1904="${date1904 ? 1 : 0}"/><sheets>${entries.join('')}</sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', relationsOf(relations.join('') + relation('t', 'styles', 'styles.xml') + (strings === undefined ? '' : relation('u', 'sharedStrings', 'sharedStrings.xml')))],
    ['xl/styles.xml', `${declaration}<styleSheet ${main}><numFmts>${defined.join('')}</numFmts><cellXfs>${xfs.join('')}</cellXfs></styleSheet>`],
    ...(strings === undefined ? [] : [['xl/sharedStrings.xml', `${declaration}<sst ${main}>${strings}</sst>`] as const]),
    ...sheets.map(({ data = '', tail = '', xml }, i) =>
      [`xl/worksheets/sheet${i + 1}.xml`, xml ?? `${declaration}<worksheet ${main}><sheetData>${data}</sheetData>${tail}</worksheet>`] as const,
    ),
    ...more,
  ]; // prettier-ignore
}

/** The text of a part that is given as text. */
export function textOf(content: Content | undefined): string {
  if (typeof content !== 'string') throw new TypeError('not a part of text');
  return content;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}

/** Writes a workbook in the rough to a file. */
export async function rawWorkbook(raw: RawWorkbook): Promise<string> {
  return fileOf(await zipOf(partsOf(raw)));
}

/** Rows of inline texts as `sheetData` holds them. */
export function inlineRows(rows: readonly (readonly string[])[]): string {
  return rows
    .map((cells, i) => {
      const inner = cells.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('');
      return `<row r="${i + 1}">${inner}</row>`;
    })
    .join('');
}

/** All that reading one workbook gives. */
export interface ReadWorkbook {
  /** `sheet!line: cell|cell` of every row. */
  readonly rows: readonly string[];
  readonly codes: readonly string[];
  readonly rejected: WorkbookBatch['rejected'];
  readonly notes: WorkbookBatch['notes'];
  readonly broken: boolean;
  readonly date1904: boolean;
}

/** Collects all batches. */
export async function collect(batches: AsyncIterable<WorkbookBatch>): Promise<ReadWorkbook> {
  const all: WorkbookBatch[] = [];
  for await (const batch of batches) all.push(batch);
  const rejected = all.flatMap((batch) => batch.rejected);
  const notes = all.flatMap((batch) => batch.notes);
  return {
    rows: all.flatMap(({ sheet, records }) =>
      records.map(({ line, cells }) => `${sheet}!${line}: ${cells.join('|')}`),
    ),
    codes: [...rejected, ...notes].map(({ code }) => code),
    rejected,
    notes,
    broken: all.at(-1)?.broken ?? false,
    date1904: all[0]?.date1904 ?? false,
  };
}

/** Reads a workbook in this thread. */
export async function readAll(path: string, options: WorkbookOptions = {}): Promise<ReadWorkbook> {
  return await collect(streamWorkbook(path, options));
}
