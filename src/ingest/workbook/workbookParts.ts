import { posix } from 'node:path';
import type { WorkbookBounds } from './workbookBounds.js';
import { WorkbookError } from './workbookError.js';
import { readXmlPart } from './xmlPart.js';
import type { XmlHandler, XmlTag } from './xmlTokenizer.js';
import type { ZipArchive, ZipPart } from './zipArchive.js';

/** One sheet as the workbook lists it. */
export interface SheetEntry {
  readonly name: string;
  readonly hidden: boolean;
  /** `undefined` for charts, macros and dialogs. */
  readonly part: ZipPart | undefined;
}

/** What the workbook part says, and where the other parts are. */
export interface WorkbookParts {
  readonly sheets: readonly SheetEntry[];
  readonly date1904: boolean;
  readonly sharedStrings: ZipPart | undefined;
  readonly styles: ZipPart | undefined;
}

interface Relationship {
  readonly type: string;
  readonly target: string;
}

const maxSheetName = 255;

/**
 * Finds the parts of a workbook through its relationships.
 *
 * @throws WorkbookError when the archive is no workbook, or one of a kind that is not read
 */
export async function findWorkbookParts(archive: ZipArchive, bounds: WorkbookBounds): Promise<WorkbookParts> {
  const roots = [...(await readRelationships(archive, '', bounds)).values()];
  const target = roots.find(({ type }) => type === 'officeDocument')?.target ?? 'xl/workbook.xml';
  if (/\.bin$/i.test(target)) throw new WorkbookError('workbook-binary-xlsb');
  const main = archive.find(target);
  if (main === undefined) throw new WorkbookError('workbook-not-xlsx');
  const list = new SheetList(bounds);
  await readXmlPart(archive, main, list, bounds);
  if (!list.isWorkbook) throw new WorkbookError('workbook-not-xlsx');
  const relationships = await readRelationships(archive, main.name, bounds);
  const findByType = (wanted: string): ZipPart | undefined => {
    const found = [...relationships.values()].find(({ type }) => type === wanted);
    return found === undefined ? undefined : archive.find(found.target);
  };
  const sheets = list.sheets.map(({ name, hidden, id }): SheetEntry => {
    const related = relationships.get(id);
    if (related === undefined) throw new WorkbookError('workbook-damaged', { part: name });
    if (related.type !== 'worksheet') return { name, hidden, part: undefined };
    const part = archive.find(related.target);
    if (part === undefined) throw new WorkbookError('workbook-damaged', { part: name });
    return { name, hidden, part };
  });
  return {
    sheets,
    date1904: list.date1904,
    sharedStrings: findByType('sharedStrings'),
    styles: findByType('styles'),
  };
}

/** Relationships of a part by their id, with types cut to their last word; links to the outside are left out. */
async function readRelationships(
  archive: ZipArchive,
  source: string,
  bounds: WorkbookBounds,
): Promise<ReadonlyMap<string, Relationship>> {
  const { dir, base } = posix.parse(source);
  const part = archive.find(posix.join(dir, '_rels', `${base}.rels`));
  const found = new Map<string, Relationship>();
  if (part === undefined) return found;
  const open = (tag: XmlTag): void => {
    if (tag.name !== 'Relationship' || tag.get('TargetMode') === 'External') return;
    const type = tag.get('Type') ?? '';
    const target = (tag.get('Target') ?? '').replaceAll('\\', '/');
    if (found.size >= bounds.maxParts) {
      throw new WorkbookError('workbook-too-many-parts', { limit: bounds.maxParts });
    }
    found.set(tag.get('Id') ?? '', {
      type: type.slice(type.lastIndexOf('/') + 1),
      target: target.startsWith('/') ? target.slice(1) : posix.join(dir, target),
    });
  };
  await readXmlPart(archive, part, { open, text: () => undefined, close: () => undefined }, bounds);
  return found;
}

class SheetList implements XmlHandler {
  isWorkbook = false;
  date1904 = false;
  readonly sheets: { name: string; hidden: boolean; id: string }[] = [];
  #first = true;

  constructor(private readonly bounds: WorkbookBounds) {}

  open(tag: XmlTag): void {
    if (this.#first) this.isWorkbook = tag.name === 'workbook';
    this.#first = false;
    if (tag.name === 'workbookPr') this.date1904 = /^(?:1|true|on)$/.test(tag.get('date1904') ?? '');
    if (tag.name === 'sheet') this.#addSheet(tag);
  }

  text(): void {
    // The workbook part says everything in attributes.
  }

  close(): void {
    // Likewise.
  }

  #addSheet(tag: XmlTag): void {
    const { maxSheets } = this.bounds;
    if (this.sheets.length >= maxSheets) {
      throw new WorkbookError('workbook-too-many-sheets', { limit: maxSheets });
    }
    const id = tag.get('r:id') ?? tag.getLocal('id') ?? '';
    const hidden = (tag.get('state') ?? 'visible') !== 'visible';
    this.sheets.push({ name: (tag.get('name') ?? '').slice(0, maxSheetName), hidden, id });
  }
}
