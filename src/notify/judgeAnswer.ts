import type { DeliveryResult } from '../domain/notification.js';
import type { PostAnswer } from './post.js';
import { redact } from './redact.js';
import type { CodeRule } from './robotCodes.js';

/** Longest wait that a receiver can ask for. */
const mostSeconds = 86_400;

/** Seconds that a `Retry-After` (seconds or an HTTP date) asks for; undefined without one that can be read. */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), mostSeconds) : undefined;
}

/** A redirect, which is never followed: permanent ones wait for a person, passing ones (a login page) do not. */
export function judgeRedirect({ status }: PostAnswer): DeliveryResult | undefined {
  if (status < 300 || status > 399) return undefined;
  const permanent = status === 301 || status === 308;
  return {
    outcome: permanent ? 'refused' : 'retry',
    code: `http ${status}`,
    message: permanent
      ? '对方把地址永久转到别处；不跟随转址，请填写最终地址'
      : '对方要求转址；不跟随转址，检查中间是否有上网认证页面',
  };
}

/** Code and text of a provider's body; undefined where the body has no code. */
export interface ProviderCode {
  /** Name of the field, shown to people: `errcode`. */
  readonly field: string;
  readonly code: number;
  readonly message: string;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

/** Reads the first of the named code fields; 飞书 answers in two ways. */
export function readCode(
  body: string,
  fields: readonly (readonly [code: string, message: string])[],
): ProviderCode | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const values = parsed as Record<string, unknown>;
  for (const [field, messageField] of fields) {
    if (!(field in values)) continue;
    const code = numberOf(values[field]);
    const message = values[messageField];
    return code === undefined
      ? undefined
      : { field, code, message: typeof message === 'string' ? message : '' };
  }
  return undefined;
}

function ruleFor(rules: readonly CodeRule[], { code, message }: ProviderCode): CodeRule | undefined {
  return (
    rules.find((rule) => rule.codes.includes(code) && (rule.message?.test(message) ?? true)) ??
    rules.find((rule) => rule.orMessage?.test(message) === true)
  );
}

/** How a provider's answers are read. */
export interface RobotContract {
  readonly fields: readonly (readonly [code: string, message: string])[];
  readonly rules: readonly CodeRule[];
}

function judgeWithoutCode(answer: PostAnswer, after: number | undefined): DeliveryResult {
  const { status, complete } = answer;
  const missing = status === 404 || status === 405 || status === 410;
  return {
    outcome: missing ? 'refused' : 'retry',
    code: status >= 200 && status <= 299 ? 'answer-unreadable' : `http ${status}`,
    message: missing
      ? '地址不存在：重新复制机器人的 Webhook 地址'
      : complete
        ? '答复里没有返回码，不能认为已送达；检查中间是否有代理或上网认证页面'
        : '答复不完整，不能认为已送达',
    ...(after === undefined ? {} : { afterSeconds: after }),
    ...(status === 429 ? { pauseChannel: true, afterSeconds: after ?? 60 } : {}),
  };
}

/**
 * Judges a robot's answer by its body: delivered only with status 2xx and code 0. A code that no rule knows is tried
 * again, because a message sent twice is better than one lost.
 */
export function judgeRobot(
  answer: PostAnswer,
  { fields, rules }: RobotContract,
  { now, secrets }: { readonly now: number; readonly secrets: readonly string[] },
): DeliveryResult {
  const redirect = judgeRedirect(answer);
  if (redirect !== undefined) return redirect;
  const header = answer.headers['retry-after'];
  const after = retryAfterSeconds(header, now);
  const told = answer.complete ? readCode(answer.body, fields) : undefined;
  if (told === undefined) return judgeWithoutCode(answer, after);
  if (told.code === 0) {
    if (answer.status >= 200 && answer.status <= 299) return { outcome: 'delivered' };
    return judgeWithoutCode(answer, after);
  }
  const rule = ruleFor(rules, told);
  const wait = after ?? rule?.pauseSeconds;
  const shown = redact(told.message, secrets);
  const hint = rule?.hintZh ?? '未知的返回码，稍后重试';
  return {
    outcome: rule?.outcome ?? 'retry',
    code: `${told.field} ${told.code}`,
    message: shown === '' ? hint : `${hint}（${shown}）`,
    ...(wait === undefined || rule?.outcome === 'refused' ? {} : { afterSeconds: wait }),
    ...(rule?.pauseSeconds === undefined ? {} : { pauseChannel: true }),
  };
}
