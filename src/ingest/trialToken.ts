import { createHash } from 'node:crypto';
import { DomainError } from '../domain/domainError.js';
import type { StageDigest } from '../store/stageDigest.js';
import type { ImportOptions } from './importOptions.js';

/** What a trial run's token binds: the file, the options, how both were read, and what was stored under its keys. */
interface TrialState {
  readonly file: string;
  readonly options: string;
  readonly reading: string;
  readonly stored: string;
}

const parts = ['file', 'options', 'reading', 'stored'] as const;
const prefix = 't1';
// 20 hexadecimal digits of SHA-256 a part: 80 bits are out of reach of accidents, which is all this guards against.
const digits = 20;

/** What a token looks like. */
export const trialTokenPattern = new RegExp(`^${prefix}[0-9a-f]{${digits * parts.length}}$`);

/** The token of a trial run of a file. */
export function formatTrialToken(sha256: string, options: ImportOptions, digest: StageDigest): string {
  const state = stateOf(sha256, options, digest);
  return prefix + parts.map((part) => state[part]).join('');
}

/**
 * Refuses a commit whose file or options are not those of the trial run; with a digest, also one whose sites, names or
 * settings lead to other rows than then, or whose keys hold other values now.
 *
 * @throws DomainError `stale-trial`, or `invalid-request` for what is no token
 */
export function checkTrialToken(
  token: string,
  sha256: string,
  options: ImportOptions,
  digest: StageDigest | undefined,
): void {
  if (!trialTokenPattern.test(token)) throw new DomainError('invalid-request', { detail: 'token' });
  const state = stateOf(sha256, options, digest ?? { staged: '', stored: '' });
  for (const [index, part] of parts.entries()) {
    if (digest === undefined && (part === 'reading' || part === 'stored')) continue;
    const then = token.slice(prefix.length + index * digits, prefix.length + (index + 1) * digits);
    if (then !== state[part]) throw new DomainError('stale-trial', reasons[part]);
  }
}

const reasons: Record<(typeof parts)[number], { reason: string; reasonEn: string; part: string }> = {
  file: {
    part: 'file',
    reason: '文件不是试读时的那个文件',
    reasonEn: 'the file is not the one of the trial run',
  },
  options: {
    part: 'options',
    reason: '上传选项与试读时不同',
    reasonEn: 'the options are not those of the trial run',
  },
  reading: {
    part: 'reading',
    reason: '点位、别名或读取设置在试读之后变了，同一文件会写入不同的内容',
    reasonEn: 'sites, names or settings have changed since, and the same file would store something else',
  },
  stored: {
    part: 'stored',
    reason: '文件涉及的已入库数值在试读之后变了',
    reasonEn: 'stored values of the keys that the file touches have changed since',
  },
};

function stateOf(sha256: string, options: ImportOptions, digest: StageDigest): TrialState {
  return {
    file: digestOf(sha256),
    options: digestOf(canonical(storedOptions(options))),
    reading: digestOf(digest.staged),
    stored: digestOf(digest.stored),
  };
}

/** The options that decide what is stored, as opposed to whether, and with which words. */
function storedOptions(options: ImportOptions): object {
  const { dryRun, overwrite, reason, token, ...rest } = options;
  void [dryRun, overwrite, reason, token];
  return rest;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

/** JSON with the members of every object in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Map) return [...(inner as Map<unknown, unknown>)];
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
