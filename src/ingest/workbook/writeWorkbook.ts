import { columnLetters } from './cellReference.js';
import { needsListSheet, writeSheetXml } from './sheetXml.js';
import { checkSpec, type ColumnSpec, type SheetSpec, type WorkbookSpec } from './workbookSpec.js';
import { stylesXml } from './workbookStyles.js';
import { escapeXml } from './xmlText.js';
import { writeZip, type ZipContent } from './zipWriter.js';

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const contentType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const listSheetName = '_lists';

/** The media type of what `writeWorkbook` gives. */
export const workbookMediaType = `${contentType}.sheet`;

/**
 * The bytes of an .xlsx workbook, written while its rows are read: hand it to `Readable.from` or `fs.writeFile`. The
 * same specification gives the same bytes.
 *
 * @throws RangeError for a specification that Excel would not open
 */
export async function* writeWorkbook(spec: WorkbookSpec): AsyncGenerator<Buffer, void, undefined> {
  checkSpec(spec);
  const { sheets, listRefs } = addListSheet(spec.sheets);
  yield* writeZip(partsOf(sheets, listRefs, spec));
}

function* partsOf(
  sheets: readonly SheetSpec[],
  listRefs: ReadonlyMap<ColumnSpec, string>,
  spec: WorkbookSpec,
): Generator<ZipContent, void, undefined> {
  yield { name: '[Content_Types].xml', content: [contentTypesXml(sheets.length)] };
  yield { name: '_rels/.rels', content: [packageRelationsXml] };
  yield { name: 'docProps/core.xml', content: [corePropertiesXml(spec)] };
  yield { name: 'xl/workbook.xml', content: [workbookXml(sheets)] };
  yield { name: 'xl/_rels/workbook.xml.rels', content: [workbookRelationsXml(sheets.length)] };
  yield { name: 'xl/styles.xml', content: [stylesXml] };
  for (const [index, sheet] of sheets.entries()) {
    yield { name: `xl/worksheets/sheet${index + 1}.xml`, content: writeSheetXml(sheet, listRefs) };
  }
}

/** Puts lists that do not fit into a rule on a hidden sheet, one column each. */
function addListSheet(sheets: readonly SheetSpec[]): {
  readonly sheets: readonly SheetSpec[];
  readonly listRefs: ReadonlyMap<ColumnSpec, string>;
} {
  const long = sheets.flatMap(({ columns }) => columns).filter(({ list }) => list && needsListSheet(list));
  const listRefs = new Map<ColumnSpec, string>();
  if (long.length === 0) return { sheets, listRefs };
  const lists = long.map(({ list = [] }) => list);
  for (const [index, column] of long.entries()) {
    const letters = columnLetters(index);
    listRefs.set(column, `'${listSheetName}'!$${letters}$2:$${letters}$${(column.list?.length ?? 0) + 1}`);
  }
  const height = Math.max(...lists.map(({ length }) => length));
  const rows = Array.from({ length: height }, (_, row) => lists.map((list) => list[row]));
  const columns = long.map(({ header }) => ({ header }));
  return { sheets: [...sheets, { name: listSheetName, hidden: true, columns, rows }], listRefs };
}

function contentTypesXml(sheets: number): string {
  const override = (part: string, type: string): string =>
    `<Override PartName="${part}" ContentType="${type}"/>`;
  return [
    `${declaration}<Types xmlns="${packages}/content-types">`,
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
    '<Default Extension="xml" ContentType="application/xml"/>',
    override('/xl/workbook.xml', `${contentType}.sheet.main+xml`),
    override('/xl/styles.xml', `${contentType}.styles+xml`),
    override('/docProps/core.xml', 'application/vnd.openxmlformats-package.core-properties+xml'),
    ...Array.from({ length: sheets }, (_, i) =>
      override(`/xl/worksheets/sheet${i + 1}.xml`, `${contentType}.worksheet+xml`),
    ),
    '</Types>',
  ].join('');
}

const packageRelationsXml = [
  `${declaration}<Relationships xmlns="${packages}/relationships">`,
  `<Relationship Id="rId1" Type="${relationships}/officeDocument" Target="xl/workbook.xml"/>`,
  `<Relationship Id="rId2" Type="${packages}/relationships/metadata/core-properties" Target="docProps/core.xml"/>`,
  '</Relationships>',
].join('');

function workbookXml(sheets: readonly SheetSpec[]): string {
  const entries = sheets.map(({ name, hidden }, index) => {
    const state = hidden === true ? ' state="hidden"' : '';
    return `<sheet name="${escapeXml(name)}" sheetId="${index + 1}"${state} r:id="rId${index + 1}"/>`;
  });
  const active = sheets.findIndex(({ hidden }) => hidden !== true);
  return [
    `${declaration}<workbook xmlns="${main}" xmlns:r="${relationships}"><workbookPr/>`,
    `<bookViews><workbookView activeTab="${active}" firstSheet="${active}"/></bookViews>`,
    `<sheets>${entries.join('')}</sheets></workbook>`,
  ].join('');
}

function workbookRelationsXml(sheets: number): string {
  const entries = Array.from(
    { length: sheets },
    (_, i) =>
      `<Relationship Id="rId${i + 1}" Type="${relationships}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  entries.push(`<Relationship Id="rId${sheets + 1}" Type="${relationships}/styles" Target="styles.xml"/>`);
  return `${declaration}<Relationships xmlns="${packages}/relationships">${entries.join('')}</Relationships>`;
}

function corePropertiesXml({ properties = {} }: WorkbookSpec): string {
  const { title, subject, creator, description, created } = properties;
  const element = (name: string, text: string | undefined): string =>
    text === undefined ? '' : `<${name}>${escapeXml(text)}</${name}>`;
  const time = created?.toISOString().replace(/\.\d+Z$/, 'Z');
  return [
    `${declaration}<cp:coreProperties xmlns:cp="${packages}/metadata/core-properties" `,
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" ',
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
    element('dc:title', title),
    element('dc:subject', subject),
    element('dc:creator', creator),
    element('dc:description', description),
    time === undefined ? '' : `<dcterms:created xsi:type="dcterms:W3CDTF">${time}</dcterms:created>`,
    '</cp:coreProperties>',
  ].join('');
}
