import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A file to import. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

/** What walking found: files in a stable order, and what was left out, with why. */
export interface Walk {
  readonly files: readonly FoundFile[];
  readonly left: readonly { readonly path: string; readonly why: string }[];
}

const temporary = /^(?:~\$|\.~lock\.|~.*\.tmp$)|\.(?:tmp|part|crdownload)$|~$/i;
const ofTheSystem = new Set(['thumbs.db', 'desktop.ini', '__macosx']);

/**
 * The files that words of the command line name: files as given, folders walked to the bottom in the order of names,
 * the same on every machine. Files that Excel, WPS or the system keep beside the data are left out in folders; links
 * to folders are not followed, since they may lead in circles.
 *
 * @throws when a word names nothing
 */
export async function walkFiles(words: readonly string[]): Promise<Walk> {
  const files = new Map<string, FoundFile>();
  const left: { path: string; why: string }[] = [];
  const walk = async (directory: string): Promise<void> => {
    const names = (await readdir(directory)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const name of names) {
      const path = join(directory, name);
      const why = whyLeft(name);
      const entry = await lstat(path);
      const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      if (why !== undefined) left.push({ path, why });
      else if (target?.isFile() === true) files.set(path, { path, bytes: target.size });
      else if (entry.isDirectory()) await walk(path);
      else left.push({ path, why: entry.isSymbolicLink() ? '链接，没有跟随' : '不是文件' });
    }
  };
  for (const word of words) {
    const found = await stat(word);
    if (found.isDirectory()) await walk(word);
    else files.set(word, { path: word, bytes: found.size });
  }
  return { files: [...files.values()], left };
}

function whyLeft(name: string): string | undefined {
  if (temporary.test(name)) return '临时文件';
  if (ofTheSystem.has(name.toLowerCase())) return '系统文件';
  return basename(name).startsWith('.') ? '隐藏文件' : undefined;
}
