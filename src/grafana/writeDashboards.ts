import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allBoards, printBoard, provisioned } from './boards.js';

// `npm run dashboards`: writes every board with what is provisioned beside them, and removes files of boards that are gone.
const directory = fileURLToPath(new URL('../../dashboards', import.meta.url));
const boards = allBoards();
await mkdir(directory, { recursive: true });
for (const name of await readdir(directory))
  if (name.endsWith('.json') && boards[name] === undefined) await rm(join(directory, name));
for (const [name, board] of Object.entries(boards)) await writeFile(join(directory, name), printBoard(board));
for (const [name, text] of Object.entries(provisioned())) {
  await mkdir(join(directory, name, '..'), { recursive: true });
  await writeFile(join(directory, name), text);
}
