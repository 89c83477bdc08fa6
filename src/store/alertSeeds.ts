import { readFile } from 'node:fs/promises';
import { alertRoutingSchema, type AlertRouting } from '../domain/alertRoute.js';
import { warningTablesSchema, type WarningTable } from '../domain/heavyPollution.js';

const seedsDir = new URL('../../seeds/', import.meta.url);

async function read(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(name, seedsDir), 'utf8')) as unknown;
}

/** The routing that holds before any is stored. */
export async function readSeededRouting(): Promise<AlertRouting> {
  return alertRoutingSchema.parse(await read('alertRoutes.json'));
}

/** The versions of the conditions of heavy-pollution warnings. */
export async function readWarningTables(): Promise<WarningTable[]> {
  return warningTablesSchema.parse(await read('heavyPollutionLevels.json'));
}
