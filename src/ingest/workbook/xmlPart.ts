import type { WorkbookBounds } from './workbookBounds.js';
import { WorkbookError, type WorkbookCode } from './workbookError.js';
import { XmlDecoder, XmlFault } from './xmlText.js';
import { XmlTokenizer, type XmlHandler } from './xmlTokenizer.js';
import type { ZipArchive, ZipPart } from './zipArchive.js';

/**
 * Hands a part of the archive to a handler, piece by piece; yields after every stretch that was handled, so that a
 * reader can pass on what it has.
 *
 * @throws WorkbookError when the part is damaged, malformed, or beyond the bounds
 */
export async function* streamXmlPart(
  archive: ZipArchive,
  part: ZipPart,
  handler: XmlHandler,
  bounds: WorkbookBounds,
  decoder: XmlDecoder = new XmlDecoder(),
): AsyncGenerator<void, void, undefined> {
  const tokenizer = new XmlTokenizer(handler, bounds);
  try {
    for await (const chunk of archive.read(part)) {
      tokenizer.write(decoder.decode(chunk));
      yield;
    }
    tokenizer.write(decoder.end());
    tokenizer.end();
  } catch (error) {
    throw error instanceof XmlFault ? refusalOf(error, part.name, bounds) : error;
  }
  yield;
}

/** Hands a whole part to a handler. */
export async function readXmlPart(
  archive: ZipArchive,
  part: ZipPart,
  handler: XmlHandler,
  bounds: WorkbookBounds,
): Promise<void> {
  const stretches = streamXmlPart(archive, part, handler, bounds);
  while (!(await stretches.next()).done);
}

const codes: Readonly<Record<XmlFault['kind'], WorkbookCode>> = {
  malformed: 'workbook-xml-malformed',
  dtd: 'workbook-xml-dtd',
  depth: 'workbook-xml-too-deep',
  attributes: 'workbook-xml-attributes',
};

function refusalOf(fault: XmlFault, part: string, bounds: WorkbookBounds): WorkbookError {
  const limit = fault.kind === 'depth' ? bounds.maxXmlDepth : bounds.maxXmlAttributes;
  return new WorkbookError(codes[fault.kind], { part, detail: fault.message, limit }, 0, { cause: fault });
}
