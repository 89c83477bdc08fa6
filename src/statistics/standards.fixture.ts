import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { chooseStandard, parseStandards, type Standards } from '../domain/standard.js';

const seedFolder = new URL('../../seeds/standards/', import.meta.url);
const vectorFolder = new URL('../../test/vectors/', import.meta.url);

/** The seeds as parsed JSON by file name; a fresh copy each time, so that a test may damage one. */
export function readSeeds(): Record<string, Record<string, unknown>> {
  const names = readdirSync(seedFolder).filter((name) => name.endsWith('.json'));
  const read = (name: string) =>
    JSON.parse(readFileSync(new URL(name, seedFolder), 'utf8')) as Record<string, unknown>;
  return Object.fromEntries(names.map((name) => [name, read(name)]));
}

export const standards: Standards = parseStandards(readSeeds());
export const aqi2012 = chooseStandard(standards.aqi, '2025-11-03');
export const aqi2026 = chooseStandard(standards.aqi, '2026-04-17');
export const limits2012 = chooseStandard(standards.airLimits, '2025-11-03');
export const limits2026 = chooseStandard(standards.airLimits, '2026-04-17');
export const evaluation2013 = chooseStandard(standards.airEvaluation, '2025-11-03');
export const evaluation2026 = chooseStandard(standards.airEvaluation, '2026-04-17');
export const dustRule = chooseStandard(standards.dust, '2025-11-03');
export const waterRules = {
  limits: chooseStandard(standards.waterLimits, '2025-11-03'),
  evaluation: chooseStandard(standards.waterEvaluation, '2025-11-03'),
};

/** The rows of a vector file, by column. */
export function readVectors(name: string): Record<string, string>[] {
  return parse(readFileSync(new URL(name, vectorFolder), 'utf8'), { columns: true });
}
