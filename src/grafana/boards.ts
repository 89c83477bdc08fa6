import type { Dashboard } from '@grafana/schema';
import { agricultureBoard } from './boards/agriculture.js';
import { airBoard } from './boards/air.js';
import { hundredDaysBoard } from './boards/hundredDays.js';
import { overviewBoard } from './boards/overview.js';
import { qualityBoard } from './boards/quality.js';
import { targetsBoard } from './boards/targets.js';
import { waterBoard } from './boards/water.js';

/** All boards with the names of their files, in the order of the menu. */
export function allBoards(): Readonly<Record<string, Dashboard>> {
  return {
    '01-overview.json': overviewBoard(),
    '02-targets.json': targetsBoard(),
    '03-air.json': airBoard(),
    '04-water.json': waterBoard(),
    '05-agriculture.json': agricultureBoard(),
    '06-quality.json': qualityBoard(),
    '07-hundred-days.json': hundredDaysBoard(),
  };
}

/** A board as its file holds it. */
export function printBoard(board: Dashboard): string {
  return `${JSON.stringify(board, null, 2)}\n`;
}
