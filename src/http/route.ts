import type { Request, Response } from 'express';
import { z } from 'zod';
import type { MessageCode } from '../domain/messages.js';
import type { Actor, Role } from '../domain/role.js';
import type { Logger } from '../log.js';
import type { HttpMetrics } from './metrics.js';
import type { RateLimiter } from './rateLimiter.js';
import type { Services } from './services.js';

export { booleanText, dayText, momentText } from '../domain/textSchema.js';

/** What every handler gets besides its own parsed parameters. */
export interface RouteDependencies {
  readonly services: Services;
  readonly metrics: HttpMetrics;
  readonly logger: Logger;
  readonly maxUploadBytes: number;
  readonly uploadIdleMs: number;
  readonly uploadLimiter: RateLimiter;
}

export interface RouteContext<P, Q, B> extends RouteDependencies {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly actor: Actor;
  readonly language: 'zh' | 'en';
  readonly request: Request;
  readonly response: Response;
}

/** A JSON answer; `streamed` when the handler has written the response itself. */
export type Reply<R> =
  | { readonly status?: number; readonly body: R; readonly headers?: Readonly<Record<string, string>> }
  | 'streamed';

interface RouteWords {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express pattern, e.g. `/api/v1/targets/:id`. */
  readonly path: string;
  /** The least role that may call it; `public` needs no token. */
  readonly role: Role | 'public';
  readonly tag: string;
  readonly summaryZh: string;
  readonly summaryEn: string;
  readonly description?: string;
  /** What the file of a multipart body (field `file`) holds; the handler reads the body itself. */
  readonly file?: string;
  /** Success statuses, the usual one first. */
  readonly statuses: readonly [number, ...number[]];
  /** Problems of this route beyond those that follow from its role and inputs. */
  readonly problems?: readonly MessageCode[];
  /** Success answers in other media types, each with a description. */
  readonly otherContent?: Readonly<Record<string, string>>;
  /** Whether refusals of its body leave out the values, since they may be secrets. */
  readonly hidesValues?: boolean;
  /** Milliseconds until the caller is told `timed-out`; `null` where the handler watches the connection itself. */
  readonly timeoutMs?: number | null;
}

/** One line of the route table. Its schemas both check requests and make up the OpenAPI document. */
export interface RouteSpec<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
> extends RouteWords {
  readonly params?: P;
  readonly query?: Q;
  /** JSON body. */
  readonly body?: B;
  readonly response?: R;
  handle(
    context: RouteContext<z.output<P>, z.output<Q>, z.output<B>>,
  ): Promise<Reply<z.input<R>>> | Reply<z.input<R>>;
}

/** A route whose own types are no longer visible. */
export interface Route extends RouteWords {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response?: z.ZodType;
  handle(context: RouteContext<unknown, unknown, unknown>): Promise<Reply<unknown>> | Reply<unknown>;
}

/** Ties a handler's types to its schemas. */
export function defineRoute<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  R extends z.ZodType = z.ZodNever,
>(spec: RouteSpec<P, Q, B, R>): Route {
  return spec;
}

/** Query text of a page size. */
export function limitText(usual: number, most: number) {
  return z.coerce.number().int().min(1).max(most).default(usual);
}

/** Decimal text of a record number that the database keeps as bigint. */
export const recordNumber = z
  .string()
  .regex(/^[1-9]\d{0,17}$/)
  .meta({ description: 'Record number', examples: ['12'] });

/** An instant in answers. */
export const instant = z.string().meta({ format: 'date-time' });
