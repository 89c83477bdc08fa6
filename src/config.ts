import { resolve } from 'node:path';
import { z } from 'zod';

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `a whole number from ${min} to ${max}`);

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day as YYYY-MM-DD')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'a day as YYYY-MM-DD');

const base64Of32 = /^[A-Za-z0-9+/]{43}=$/;
const keyWords = 'base64 of 32 bytes, as `openssl rand -base64 32` prints';

const schema = z.object({
  HOST: z.string().min(1, 'an address to listen on, e.g. 127.0.0.1').default('127.0.0.1'),
  PORT: integer(0, 65535).default(8080),
  DATA_DIR: z.string().min(1, 'a directory').default('./var'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'postgresql://user:password@host:port/database')
    .optional(),
  DATABASE_POOL_SIZE: integer(2, 100).default(10),
  EMBEDDED_PORT: integer(0, 65535).default(0),
  EMBEDDED_HOME: z.string().min(1, 'a directory').optional(),
  JUDGE_DATE: day.optional(),
  PUBLIC_URL: z
    .string()
    .refine((text) => /^https?:\/\/[^/]/.test(text) && URL.canParse(text), 'https://host or http://host:8080')
    .optional(),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .pipe(
      z.array(
        z.union(
          [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
          'addresses or networks, e.g. 127.0.0.1,10.1.0.0/16',
        ),
      ),
    )
    .optional(),
  MAX_UPLOAD_MB: integer(1, 4096).default(200),
  MAX_UPLOAD_ROWS: integer(1, 50_000_000).default(5_000_000),
  CEI_SECRET_KEY: z.string().regex(base64Of32, keyWords).optional(),
  CEI_FORMER_SECRET_KEYS: z
    .string()
    .transform((text) => text.split(',').map((key) => key.trim()))
    .pipe(z.array(z.string().regex(base64Of32, `${keyWords}; several with commas between`)))
    .optional(),
  TIMESCALE_COMPRESS_AFTER_DAYS: integer(0, 36_500).default(400),
  TIMESCALE_KEEP_MINUTES_DAYS: integer(0, 36_500).default(0),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
  MIRROR_URL: z
    .string()
    .refine((text) => /^https?:\/\/[^/]/.test(text) && URL.canParse(text), 'http://host:8086')
    .optional(),
  MIRROR_TOKEN: z.string().optional(),
  MIRROR_ORG: z.string().default('cei'),
  MIRROR_BUCKET: z.string().default('cei'),
  FAULT_POINT: z
    .string()
    .regex(
      /^(parsed|staged|(?:undo-)?(?:before|after)-commit):(service|database)(:\d+)?$/,
      'for tests: point:service|database[:n]',
    )
    .optional(),
});

const secret: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'MIRROR_URL',
  'MIRROR_TOKEN',
  'CEI_SECRET_KEY',
  'CEI_FORMER_SECRET_KEYS',
]);

/** The service's settings, parsed once from the environment. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly databasePoolSize: number;
  readonly embeddedPort: number;
  readonly embeddedHome: string | undefined;
  /** Beijing day as of which targets are judged when none is asked for; `undefined` means yesterday. */
  readonly judgeDate: string | undefined;
  /** Where people reach the service, for links in messages; without it messages have none. */
  readonly publicUrl: string | undefined;
  /** Addresses and networks of the reverse proxies that may say where a request came from. */
  readonly trustedProxies: readonly string[];
  readonly maxUploadBytes: number;
  readonly maxUploadRows: number;
  /** Keys for the secrets of channels, base64: the one in force and former ones. */
  readonly secretKey: string | undefined;
  readonly formerSecretKeys: readonly string[];
  readonly logLevel: string;
  /** On TimescaleDB: days after which readings are compressed, and minute values removed; 0 for never. */
  readonly timescale: { readonly compressAfterDays: number; readonly keepMinutesDays: number };
  /** The InfluxDB to which readings are mirrored; `undefined`: none. */
  readonly mirror:
    | { readonly url: string; readonly token: string; readonly org: string; readonly bucket: string }
    | undefined;
  /** Test aid: kill the service or its database at a named point of an import. */
  readonly faultPoint: string | undefined;
}

/** A setting with a wrong value: names the variable, the value and what was expected. */
export class ConfigError extends Error {}

/**
 * Parses the environment; blank variables count as unset.
 *
 * @throws ConfigError naming every wrong variable, its value and what was expected
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.keys(schema.shape)
      .map((name) => [name, environment[name]?.trim()] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      // Addresses may carry a password.
      const shown = secret.has(name) ? '(not shown)' : JSON.stringify(given[name]);
      return `环境变量 ${name}=${shown} 不正确，应为 / is wrong, expected: ${issue.message}`;
    });
    throw new ConfigError(lines.join('\n'));
  }
  const env = parsed.data;
  if (env.MIRROR_URL !== undefined && env.MIRROR_TOKEN === undefined)
    throw new ConfigError(
      '设了 MIRROR_URL，还需要 MIRROR_TOKEN / MIRROR_URL is set: MIRROR_TOKEN is needed too',
    );
  return {
    host: env.HOST,
    port: env.PORT,
    dataDir: resolve(env.DATA_DIR),
    databaseUrl: env.DATABASE_URL,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    embeddedPort: env.EMBEDDED_PORT,
    embeddedHome: env.EMBEDDED_HOME === undefined ? undefined : resolve(env.EMBEDDED_HOME),
    judgeDate: env.JUDGE_DATE,
    publicUrl: env.PUBLIC_URL,
    trustedProxies: env.TRUSTED_PROXIES ?? [],
    maxUploadBytes: env.MAX_UPLOAD_MB * 1024 * 1024,
    maxUploadRows: env.MAX_UPLOAD_ROWS,
    secretKey: env.CEI_SECRET_KEY,
    formerSecretKeys: env.CEI_FORMER_SECRET_KEYS ?? [],
    logLevel: env.LOG_LEVEL,
    timescale: {
      compressAfterDays: env.TIMESCALE_COMPRESS_AFTER_DAYS,
      keepMinutesDays: env.TIMESCALE_KEEP_MINUTES_DAYS,
    },
    mirror:
      env.MIRROR_URL === undefined
        ? undefined
        : { url: env.MIRROR_URL, token: env.MIRROR_TOKEN!, org: env.MIRROR_ORG, bucket: env.MIRROR_BUCKET },
    faultPoint: env.FAULT_POINT,
  };
}
