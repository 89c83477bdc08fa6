import { randomBytes } from 'node:crypto';
import { constants, crc32, deflateRawSync } from 'node:zlib';

/** An entry of an archive as it is to stand there, true or not. */
export interface RawEntry {
  readonly name: string;
  readonly data: Buffer;
  readonly method?: 'stored' | 'deflated';
  /** What the directory says of the inflated size; default: of `data` when stored. */
  readonly size?: number;
  readonly crc?: number;
  /** Index of the entry whose place this one names instead of its own. */
  readonly sharing?: number;
}

/** An archive of entries, byte by byte, whatever they claim. */
export function rawZip(entries: readonly RawEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  const places: number[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(entry.method === 'deflated' ? 8 : 0, 4);
    head.writeUInt32LE(entry.crc ?? crc32(entry.data), 10);
    head.writeUInt32LE(entry.data.length, 14);
    head.writeUInt32LE(entry.size ?? entry.data.length, 18);
    head.writeUInt16LE(name.length, 22);
    const place = entry.sharing === undefined ? at : places[entry.sharing]!;
    places.push(place);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(place, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), head, central, name);
    if (entry.sharing !== undefined) continue;
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), head, name, entry.data);
    at += 30 + name.length + entry.data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relationsOf = (inner: string): string =>
  `${declaration}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${inner}</Relationships>`;

/** The parts of a workbook of one sheet besides the sheet itself, which is to be `xl/worksheets/sheet1.xml`. */
export function partsAround(): RawEntry[] {
  const parts: readonly (readonly [string, string])[] = [
    ['_rels/.rels', relationsOf(`<Relationship Id="r" Type="${office}/officeDocument" Target="xl/workbook.xml"/>`)],
    ['xl/workbook.xml', `${declaration}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${office}"><sheets><sheet name="数据" sheetId="1" r:id="s1"/></sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', relationsOf(`<Relationship Id="s1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/>`)],
  ]; // prettier-ignore
  return parts.map(([name, xml]) => ({ name, data: Buffer.from(xml) }));
}

export const sheetName = 'xl/worksheets/sheet1.xml';

/** A workbook whose only sheet is this XML; `more` are further entries. */
export function workbookOf(
  sheet: string | Buffer,
  method: 'stored' | 'deflated' = 'stored',
  more: readonly RawEntry[] = [],
): Buffer {
  const xml = typeof sheet === 'string' ? Buffer.from(sheet) : sheet;
  const data = method === 'stored' ? xml : deflateRawSync(xml, { level: 1 });
  return rawZip([
    ...partsAround(),
    { name: sheetName, data, method, size: xml.length, crc: crc32(xml) },
    ...more,
  ]);
}

/** A deflated text repeated: gigabytes that cost nothing to write. */
export function bombOf(text: string, gigabytes: number): Buffer {
  const block = Buffer.from(text.repeat(Math.ceil(2 ** 24 / text.length)));
  // After a full flush nothing refers back: the same bytes may follow again.
  const deflated = deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH });
  const times = Math.ceil((gigabytes * 2 ** 30) / block.length);
  return Buffer.concat([...Array.from({ length: times }, () => deflated), Buffer.from([3, 0])]);
}

/** Text that does not compress. */
export function noise(characters: number): string {
  return randomBytes(Math.ceil((characters * 3) / 4)).toString('base64').slice(0, characters); // prettier-ignore
}

/** The inside of a sheet from texts. */
export function sheetOf(rows: readonly (readonly string[])[], after = ''): string {
  const inner = rows.map(
    (cells) => `<row>${cells.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`,
  );
  return `${declaration}<worksheet><sheetData>${inner.join('')}${after}</sheetData></worksheet>`;
}
