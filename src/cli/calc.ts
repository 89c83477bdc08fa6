import { runCalc } from './calc/runCalc.js';

const { argv, stdin, stdout, stderr } = process;
process.exitCode = await runCalc(argv.slice(2), { stdin, stdout, stderr });
