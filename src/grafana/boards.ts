import type { Dashboard } from '@grafana/schema';
import { agricultureBoard } from './boards/agriculture.js';
import { airBoard } from './boards/air.js';
import { alertsBoard } from './boards/alerts.js';
import { hundredDaysBoard } from './boards/hundredDays.js';
import { overviewBoard } from './boards/overview.js';
import { qualityBoard } from './boards/quality.js';
import { targetsBoard } from './boards/targets.js';
import { waterBoard } from './boards/water.js';
import { printHealthRules } from './healthRules.js';
import { playlist } from './playlist.js';

/** All boards with the names of their files, in the order of the menu. */
export function allBoards(): Readonly<Record<string, Dashboard>> {
  return {
    '01-overview.json': overviewBoard(),
    '02-targets.json': targetsBoard(),
    '03-air.json': airBoard(),
    '04-water.json': waterBoard(),
    '05-agriculture.json': agricultureBoard(),
    '06-alerts.json': alertsBoard(),
    '07-quality.json': qualityBoard(),
    '08-hundred-days.json': hundredDaysBoard(),
  };
}

/**
 * Files beside the boards that follow from them. The playlist does not end in .json: Grafana takes every such file below
 * the boards' folder for a board.
 */
export function provisioned(): Readonly<Record<string, string>> {
  return {
    'provisioning/alerting/cei.yaml': printHealthRules(qualityBoard()),
    'provisioning/playlists/cei-tv.playlist': `${JSON.stringify(playlist, null, 2)}\n`,
  };
}

/** A board as its file holds it. */
export function printBoard(board: Dashboard): string {
  return `${JSON.stringify(board, null, 2)}\n`;
}
