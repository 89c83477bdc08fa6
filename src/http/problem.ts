import type { Request, Response } from 'express';
import { z } from 'zod';
import { DomainError } from '../domain/domainError.js';
import type { problemMessages } from '../domain/messages/problem.js';
import { formatMend, formatMessage, type Language, type MessageCode } from '../domain/messages.js';

/** Codes that concern requests, as opposed to the contents of files. */
export type ProblemCode = keyof typeof problemMessages;

interface ProblemKind {
  readonly status: number;
  readonly titleZh: string;
  readonly titleEn: string;
}

/** The one table from codes to HTTP statuses; a code added to the catalogue does not compile until it is here. */
export const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = {
  'not-found': { status: 404, titleZh: '没有找到', titleEn: 'Not found' },
  'method-not-allowed': { status: 405, titleZh: '不支持的方法', titleEn: 'Method not allowed' },
  'invalid-request': { status: 400, titleZh: '请求不符合要求', titleEn: 'Invalid request' },
  'malformed-json': { status: 400, titleZh: 'JSON 格式错误', titleEn: 'Malformed JSON' },
  'malformed-multipart': { status: 400, titleZh: '上传格式错误', titleEn: 'Malformed upload' },
  'file-missing': { status: 400, titleZh: '没有文件', titleEn: 'File missing' },
  'file-field-unexpected': { status: 400, titleZh: '文件字段名不对', titleEn: 'Unexpected file field' },
  'one-file-only': { status: 400, titleZh: '文件过多', titleEn: 'More than one file' },
  'option-after-file': { status: 400, titleZh: '选项位置不对', titleEn: 'Option after the file' },
  'upload-interrupted': { status: 400, titleZh: '上传中断', titleEn: 'Upload interrupted' },
  'request-timeout': { status: 408, titleZh: '接收超时', titleEn: 'Request timeout' },
  'upload-rejected': { status: 422, titleZh: '文件未通过检查', titleEn: 'File rejected' },
  'stale-trial': { status: 409, titleZh: '试读已过时', titleEn: 'Trial run out of date' },
  'undo-conflict': { status: 409, titleZh: '后来有改动', titleEn: 'Changed later' },
  'already-undone': { status: 409, titleZh: '已经撤销', titleEn: 'Undone already' },
  'nothing-to-undo': { status: 409, titleZh: '没有可撤销的', titleEn: 'Nothing to undo' },
  'undo-not-yours': { status: 403, titleZh: '权限不足', titleEn: 'Forbidden' },
  'needs-overwrite': { status: 409, titleZh: '需要确认覆盖', titleEn: 'Overwrite to be confirmed' },
  'token-missing': { status: 401, titleZh: '缺少令牌', titleEn: 'Token missing' },
  'token-invalid': { status: 401, titleZh: '令牌无效', titleEn: 'Token invalid' },
  'token-expiry-past': { status: 400, titleZh: '到期时间已过', titleEn: 'Expiry in the past' },
  'period-not-judged': {
    status: 422,
    titleZh: '目标不考核这一时期',
    titleEn: 'Period not judged by the target',
  },
  'last-admin': { status: 409, titleZh: '最后一个管理员令牌', titleEn: 'Last administrator token' },
  forbidden: { status: 403, titleZh: '权限不足', titleEn: 'Forbidden' },
  'list-forbidden': { status: 403, titleZh: '权限不足', titleEn: 'Forbidden' },
  conflict: { status: 409, titleZh: '数据冲突', titleEn: 'Conflict' },
  'payload-too-large': { status: 413, titleZh: '内容过大', titleEn: 'Content too large' },
  'too-many-requests': { status: 429, titleZh: '请求过于频繁', titleEn: 'Too many requests' },
  'unsupported-media-type': { status: 415, titleZh: '不支持的内容类型', titleEn: 'Unsupported media type' },
  'outcome-unknown': { status: 503, titleZh: '结果未知', titleEn: 'Outcome unknown' },
  unavailable: { status: 503, titleZh: '服务暂时不可用', titleEn: 'Service unavailable' },
  'timed-out': { status: 503, titleZh: '处理超时', titleEn: 'Timed out' },
  internal: { status: 500, titleZh: '服务内部错误', titleEn: 'Internal error' },
};

const contentKind: ProblemKind = { status: 422, titleZh: '内容有误', titleEn: 'Unprocessable content' };

/** Status and titles of any code; codes about the contents of files are 422. */
export function problemKindOf(code: MessageCode): ProblemKind {
  return code in problemKinds ? problemKinds[code as ProblemCode] : contentKind;
}

/** A refusal by the HTTP side itself: adds response headers and extension members to a domain error. */
export class RequestProblem extends DomainError {
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    code: ProblemCode,
    params: Readonly<Record<string, string | number>> = {},
    more: {
      headers?: Readonly<Record<string, string>>;
      extensions?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    } = {},
  ) {
    super(code, params, { cause: more.cause });
    this.name = 'RequestProblem';
    this.headers = more.headers ?? {};
    this.extensions = more.extensions ?? {};
  }
}

const fieldError = z
  .strictObject({
    in: z.enum(['path', 'query', 'body', 'form']),
    path: z.string().meta({ description: 'Field, e.g. `definition.limit`' }),
    value: z.string().meta({ description: 'The value as received, cut to 200 characters' }),
    message: z.string().meta({ description: 'What was expected, in the language asked for' }),
    messageZh: z.string(),
    messageEn: z.string(),
  })
  .meta({ id: 'FieldError' });
export type FieldError = z.infer<typeof fieldError>;

/** RFC 9457 problem details as every refusal sends them. */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: '`/problems/<code>`, a page that explains the code' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: 'Stable; programs should go by this' }),
    messageZh: z.string(),
    messageEn: z.string(),
    mend: z.string().meta({ description: 'What to do about it; may be empty' }),
    instance: z.string(),
    requestId: z.string(),
    errors: z.array(fieldError).optional(),
  })
  .meta({ id: 'Problem' });

/** Builds the problem details of a domain error, in a language. */
export function problemOf(
  error: DomainError,
  context: { language: Language; instance: string; requestId: string },
): z.infer<typeof problemSchema> {
  const kind = problemKindOf(error.code);
  const { language } = context;
  return {
    type: `/problems/${error.code}`,
    title: language === 'zh' ? kind.titleZh : kind.titleEn,
    status: kind.status,
    detail: formatMessage(error.code, language, error.params),
    code: error.code,
    messageZh: formatMessage(error.code, 'zh', error.params),
    messageEn: formatMessage(error.code, 'en', error.params),
    mend: formatMend(error.code, language, error.params),
    instance: context.instance,
    requestId: context.requestId,
    ...(error instanceof RequestProblem ? error.extensions : {}),
  };
}

/** Sends a domain error as `application/problem+json`. */
export function sendProblem(
  request: Request,
  response: Response,
  error: DomainError,
  context: { language: Language; requestId: string },
): void {
  const problem = problemOf(error, { ...context, instance: request.path });
  if (error instanceof RequestProblem) response.set({ ...error.headers });
  response
    .status(problem.status)
    .set('Content-Type', 'application/problem+json; charset=utf-8')
    .set('Content-Language', context.language === 'zh' ? 'zh-CN' : 'en')
    .set('Cache-Control', 'no-store')
    .send(JSON.stringify(problem));
}

/** What body-parser and Express throw: an error with the status to send and a stable `type`. */
interface ParserError extends Error {
  readonly status: number;
  readonly type?: string;
  readonly limit?: number;
}

function isParserError(error: unknown): error is ParserError {
  return error instanceof Error && typeof (error as Partial<ParserError>).status === 'number';
}

// Classes 08 (connection), 53 (resources), 57P (shutdown) and the socket's own codes: the database is away, and the
// same request may succeed later.
const unreachablePattern = /^(08|53|57P)|^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|CONNECTION_ENDED)$/;

function isDatabaseUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (code === 'ENOENT') return syscall === 'connect';
  if (typeof code === 'string') return unreachablePattern.test(code);
  return /timeout exceeded when trying to connect|Connection terminated/.test(error.message);
}

/** Turns anything thrown into a domain error; what nobody foresaw becomes `internal` with the original as cause. */
export function toDomainError(error: unknown, requestId: string): DomainError {
  if (error instanceof DomainError) return error;
  if (isParserError(error)) {
    if (error.type === 'entity.parse.failed')
      return new RequestProblem('malformed-json', {}, { cause: error });
    if (error.type === 'entity.too.large') {
      return new RequestProblem(
        'payload-too-large',
        { limit: formatBytes(error.limit ?? 0) },
        { cause: error },
      );
    }
    if (error.status === 415) {
      return new RequestProblem(
        'unsupported-media-type',
        { type: error.message, expected: 'application/json; charset=utf-8' },
        { cause: error },
      );
    }
    if (error.status >= 400 && error.status < 500) {
      return new RequestProblem('invalid-request', { detail: error.message }, { cause: error });
    }
  }
  if (isDatabaseUnreachable(error)) {
    return new RequestProblem(
      'unavailable',
      { detail: '数据库没有响应 / no answer from the database' },
      { headers: { 'Retry-After': '5' }, cause: error },
    );
  }
  return new RequestProblem('internal', { requestId }, { cause: error });
}

/** A size in words: whole MiB or KiB where it is one, bytes otherwise. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1_048_576 && bytes % 1_048_576 === 0) return `${bytes / 1_048_576} MiB`;
  if (bytes >= 1024 && bytes % 1024 === 0) return `${bytes / 1024} KiB`;
  return `${bytes} B`;
}
