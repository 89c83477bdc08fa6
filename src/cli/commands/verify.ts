import { readFile } from 'node:fs/promises';
import { recomputeProof } from '../../assessment/proof/recomputeProof.js';
import { UsageError, type Command } from '../command.js';
import { exitCodes } from '../exitCodes.js';

/** Computes the figure of a proof document again, without a database. */
export const verifyCommand: Command = {
  name: 'verify',
  usage: 'verify proof.json',
  summary: '不用数据库，按证明文件重算并核对 / recompute a figure from its proof alone',
  help: [
    '',
    '只读取这一个文件：由其中的输入重算每一步和结果，并核对输入的 SHA-256。',
    '一致时退出码为 0；不一致时指出第一处不同，退出码为 1。',
    '',
    '示例：',
    '  curl -H "Authorization: Bearer $TOKEN" "$URL/api/v1/targets/19/proof?asOf=2024-12-31" > proof.json',
    '  npm run --silent cli -- verify proof.json',
  ],
  options: {},
  async run({ words, print, tell }) {
    const [path, ...rest] = words;
    if (path === undefined || rest.length > 0) throw new UsageError('verify proof.json');
    const verdict = await recomputeProof(await readJson(path));
    if (verdict.agrees) {
      print(`一致 / agrees: sha256 ${verdict.sha256}`);
      return exitCodes.ok;
    }
    tell(`不一致 / differs at ${verdict.path}`);
    tell(`  文件 / stated:     ${shown(verdict.stated)}`);
    tell(`  重算 / recomputed: ${shown(verdict.recomputed)}`);
    return exitCodes.failed;
  },
};

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${path}: 不是合法的 JSON / is not valid JSON`, { cause: error });
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '（没有 / absent）';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
