import { builtInKind, formatKind, type NumberKind } from './numberFormat.js';
import type { WorkbookBounds } from './workbookBounds.js';
import { WorkbookError } from './workbookError.js';
import { readXmlPart } from './xmlPart.js';
import type { XmlHandler, XmlTag } from './xmlTokenizer.js';
import type { ZipArchive, ZipPart } from './zipArchive.js';

/** For every cell style of the workbook (attribute `s` of a cell) what its number format makes of numbers. */
export async function readCellStyles(
  archive: ZipArchive,
  part: ZipPart | undefined,
  bounds: WorkbookBounds,
): Promise<readonly NumberKind[]> {
  if (part === undefined) return [];
  const reader = new StyleReader(bounds.maxStyles);
  await readXmlPart(archive, part, reader, bounds);
  return reader.formatIds.map((id) => reader.defined.get(id) ?? builtInKind(id));
}

class StyleReader implements XmlHandler {
  readonly defined = new Map<number, NumberKind>();
  readonly formatIds: number[] = [];
  #inside = '';

  constructor(private readonly limit: number) {}

  open(tag: XmlTag): void {
    if (tag.name === 'cellXfs' || tag.name === 'numFmts') {
      this.#inside = tag.name;
    } else if (this.#inside === 'numFmts' && tag.name === 'numFmt') {
      this.defined.set(Number(tag.get('numFmtId')), formatKind(tag.get('formatCode') ?? ''));
    } else if (this.#inside === 'cellXfs' && tag.name === 'xf') {
      this.formatIds.push(Number(tag.get('numFmtId') ?? 0));
    }
    if (Math.max(this.defined.size, this.formatIds.length) > this.limit) {
      throw new WorkbookError('workbook-too-many-styles', { limit: this.limit });
    }
  }

  text(): void {
    // Styles say everything in attributes.
  }

  close(name: string): void {
    if (name === this.#inside) this.#inside = '';
  }
}
