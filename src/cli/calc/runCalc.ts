import type { Readable, Writable } from 'node:stream';
import type { Standards } from '../../domain/standard.js';
import { createAqiCalculation } from './aqi.js';
import { calculateCsv } from './calculateCsv.js';
import type { Calculation } from './calculation.js';
import { createIaqiCalculation } from './iaqi.js';
import { loadSeedStandards } from './loadStandards.js';
import { createWaterCalculation } from './water.js';

export interface CalcStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const calculations: Readonly<Record<string, (standards: Standards, under?: string) => Calculation>> = {
  iaqi: createIaqiCalculation,
  aqi: createAqiCalculation,
  water: createWaterCalculation,
};
const usage =
  'usage: npm run --silent calc -- iaqi|aqi|water < in.csv > out.csv\n' +
  '       npm run --silent calc -- aqi --under=HJ633-2026 < in.csv > out.csv   (restated under one version)\n';

/**
 * Runs one command of `calc`.
 *
 * @returns the exit code: 0 done (also when the reader of stdout went away), 2 faulty input, 64 wrong usage (EX_USAGE).
 */
export async function runCalc(args: readonly string[], streams: CalcStreams): Promise<number> {
  const [command = '', option] = args;
  const create = Object.hasOwn(calculations, command) ? calculations[command] : undefined;
  const under = option === undefined ? undefined : /^--under=(.+)$/.exec(option)?.[1];
  const understood = option === undefined || (command === 'aqi' && under !== undefined && args.length === 2);
  const standards = await loadSeedStandards();
  const known = under === undefined || standards.aqi.some(({ id }) => id === under);
  if (create === undefined || !understood || !known) {
    streams.stderr.write(usage);
    return 64;
  }
  const report = (message: string): void => {
    streams.stderr.write(`calc ${command}: ${message}\n`);
  };
  const calculation = create(standards, under);
  try {
    return (await calculateCsv(calculation, streams.stdin, streams.stdout, report)) ? 0 : 2;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return 0;
    throw error;
  }
}
