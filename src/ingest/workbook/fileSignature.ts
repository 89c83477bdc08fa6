import type { FileHandle } from 'node:fs/promises';
import type { WorkbookCode } from './workbookError.js';

const oleSignature = 'd0cf11e0a1b11ae1';
const zipSignatures = ['504b0304', '504b0506'];
const encryptedPackage = Buffer.from('EncryptedPackage', 'utf16le');

/**
 * Why a file is no .xlsx at all, judged by its first bytes: OLE containers are old .xls or .et files, or workbooks
 * under a password. `undefined` for zip archives.
 */
export async function signatureRefusal(file: FileHandle): Promise<WorkbookCode | undefined> {
  const head = await readAt(file, 0, 512);
  if (zipSignatures.includes(head.toString('hex', 0, 4))) return undefined;
  if (head.toString('hex', 0, 8) !== oleSignature) return 'workbook-not-xlsx';
  if (head.length < 512) return 'workbook-old-format';
  // [MS-CFB] 2.2: the sector size is a power of two at byte 30, the first sector of the directory at byte 48.
  const sectorBytes = 2 ** Math.min(head.readUInt16LE(30), 12);
  const directory = await readAt(file, (head.readUInt32LE(48) + 1) * sectorBytes, 4_096);
  return directory.includes(encryptedPackage) ? 'workbook-password' : 'workbook-old-format';
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
