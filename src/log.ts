import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * Creates the service's logger: one JSON object a line on standard error, so that standard output stays free
 * for tables and figures. Tokens and passwords are never handed to it; `authorization` headers are redacted as
 * a second line of defence.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['req.headers.authorization', 'authorization', 'token', 'password'],
    },
    pino.destination(2),
  );
}
