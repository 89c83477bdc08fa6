import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../domain/domainError.js';
import type { Actor, Role } from '../domain/role.js';
import { insertAudit } from './audit.js';
import { inTransaction, type Pool, type PoolClient, type Queryable } from './pool.js';

/** A token as lists show it: never its text, never its hash. */
export interface TokenRecord {
  id: number;
  name: string;
  office: string;
  role: Role;
  createSites: boolean;
  /** RFC 3339, as all times here. */
  createdAt: string;
  createdBy: string;
  expiresAt: string;
  revokedAt: string | null;
}

export interface NewToken {
  name: string;
  office: string;
  role: Role;
  expiresAt: string;
  /** Lines of devices with this token may bring new sites. Default: no. */
  createSites?: boolean | undefined;
}

/** Access tokens over a pool. */
export interface TokenStore {
  /** The actor behind a token text, or `undefined` when it is unknown, expired or revoked. */
  authenticate(tokenText: string): Promise<Actor | undefined>;
  list(): Promise<TokenRecord[]>;
  create(actor: Actor, input: NewToken): Promise<TokenRecord & { token: string }>;
  /** Revoking twice changes nothing. Throws `not-found`, and `last-admin` rather than lock everybody out. */
  revoke(actor: Actor, id: number): Promise<TokenRecord>;
  /** All tokens ever made, revoked and expired ones too. */
  countTokens(): Promise<number>;
  /**
   * Makes the first administrator token of a new installation.
   *
   * @returns its text, or `undefined` when any token exists already, of two callers at once for one of them.
   */
  createFirstAdminToken(input: Omit<NewToken, 'role'>): Promise<string | undefined>;
}

const tokenPattern = /^cei_[\w-]{43}$/;
const service: Actor = { tokenId: null, name: 'service', office: '', role: 'admin' };

const recordColumns = `tokens.id, tokens.name, tokens.office, tokens.role,
  tokens.create_sites as "createSites", tokens.created_at as "createdAt",
  tokens.created_by as "createdBy", tokens.expires_at as "expiresAt", tokens.revoked_at as "revokedAt"`;

type TokenRow = Omit<TokenRecord, 'createdAt' | 'expiresAt' | 'revokedAt'> & {
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
};

/** Opens the token store over a pool. */
export function createTokenStore(pool: Pool): TokenStore {
  return {
    authenticate: (tokenText) => authenticate(pool, tokenText),
    list: () => listTokens(pool),
    create: (actor, input) => inTransaction(pool, (client) => insertToken(client, actor, input)),
    revoke: (actor, id) => inTransaction(pool, (client) => revokeToken(client, actor, id)),
    countTokens: () => countTokens(pool),
    createFirstAdminToken: (input) => inTransaction(pool, (client) => insertFirstAdmin(client, input)),
  };
}

async function authenticate(pool: Pool, tokenText: string): Promise<Actor | undefined> {
  if (!tokenPattern.test(tokenText)) return undefined;
  const hash = hashToken(tokenText);
  const { rows } = await pool.query<{ id: number; hash: Buffer; name: string; office: string; role: Role }>(
    `select id, hash, name, office, role from tokens
     where hash = $1 and revoked_at is null and expires_at > clock_timestamp()`,
    [hash],
  );
  const row = rows[0];
  if (!row || !timingSafeEqual(row.hash, hash)) return undefined;
  return { tokenId: row.id, name: row.name, office: row.office, role: row.role };
}

/** Whether lines sent by the actor's token may bring sites that nobody has registered. */
export async function mayCreateSites(db: Queryable, { tokenId }: Actor): Promise<boolean> {
  if (tokenId === null) return false;
  const { rows } = await db.query<{ may: boolean }>('select create_sites as may from tokens where id = $1', [
    tokenId,
  ]);
  return rows[0]?.may === true;
}

async function listTokens(pool: Pool): Promise<TokenRecord[]> {
  const { rows } = await pool.query<TokenRow>(`select ${recordColumns} from tokens order by tokens.id`);
  return rows.map(toRecord);
}

async function countTokens(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ count: string }>('select count(*) as count from tokens');
  return Number(rows[0]?.count);
}

async function insertToken(
  client: PoolClient,
  actor: Actor,
  input: NewToken,
): Promise<TokenRecord & { token: string }> {
  const token = `cei_${randomBytes(32).toString('base64url')}`;
  const { rows } = await client.query<TokenRow & { expired: boolean }>(
    `insert into tokens (hash, name, office, role, expires_at, created_by, create_sites)
     values ($1, $2, $3, $4, $5::timestamptz, $6, $7)
     returning ${recordColumns}, expires_at <= clock_timestamp() as expired`,
    [
      hashToken(token),
      input.name,
      input.office,
      input.role,
      input.expiresAt,
      actor.name,
      input.createSites ?? false,
    ],
  );
  const { expired, ...row } = onlyRow(rows);
  // The database's clock decides, here as in authenticate; the transaction takes the row back.
  if (expired) throw new DomainError('token-expiry-past', { value: input.expiresAt });
  const record = toRecord(row);
  await insertAudit(client, actor, 'token.create', `token ${record.id}`, {
    name: record.name,
    office: record.office,
    role: record.role,
    expiresAt: record.expiresAt,
    createSites: record.createSites,
  });
  return { ...record, token };
}

async function revokeToken(client: PoolClient, actor: Actor, id: number): Promise<TokenRecord> {
  // Two administrators who revoke each other at once would otherwise both see the other as still valid.
  await client.query('lock table tokens in share row exclusive mode');
  const { rows } = await client.query<TokenRow>(`select ${recordColumns} from tokens where tokens.id = $1`, [
    id,
  ]);
  const present = rows[0];
  if (!present) throw new DomainError('not-found', { what: `token ${id}` });
  if (present.revokedAt) return toRecord(present);
  const others = await client.query(
    `select 1 from tokens
     where role = 'admin' and revoked_at is null and expires_at > clock_timestamp() and id <> $1 limit 1`,
    [id],
  );
  if (present.role === 'admin' && others.rows.length === 0) throw new DomainError('last-admin');
  const revoked = await client.query<TokenRow>(
    `update tokens set revoked_at = clock_timestamp(), revoked_by = $2 where id = $1 returning ${recordColumns}`,
    [id, actor.name],
  );
  await insertAudit(client, actor, 'token.revoke', `token ${id}`, {
    name: present.name,
    office: present.office,
    role: present.role,
  });
  return toRecord(onlyRow(revoked.rows));
}

async function insertFirstAdmin(
  client: PoolClient,
  input: Omit<NewToken, 'role'>,
): Promise<string | undefined> {
  // Two starting processes would otherwise both count none. Readers are not held up.
  await client.query('lock table tokens in share row exclusive mode');
  if ((await countTokens(client)) > 0) return undefined;
  const { token } = await insertToken(client, service, { ...input, role: 'admin' });
  return token;
}

function hashToken(tokenText: string): Buffer {
  return createHash('sha256').update(tokenText).digest();
}

function toRecord(row: TokenRow): TokenRecord {
  return {
    id: row.id,
    name: row.name,
    office: row.office,
    role: row.role,
    createSites: row.createSites,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

function onlyRow<T>(rows: readonly T[]): T {
  const row = rows[0];
  if (!row) throw new Error('the statement returned no row');
  return row;
}
