import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase } from '../../test/database.js';
import type { Actor } from '../domain/role.js';
import type { AuditService, TokenService } from '../http/services.js';
import { insertAudit, listAudit } from './audit.js';
import { createTokenStore, type TokenStore } from './tokens.js';

const admin: Actor = { tokenId: null, name: '马管理', office: '生态环境分局', role: 'admin' };
const nextYear = new Date(Date.now() + 365 * 86_400_000).toISOString();
const clerk = { name: '王文员', office: '农业农村局', role: 'uploader', expiresAt: nextYear } as const;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: TokenStore;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createTokenStore(database.pool);
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('truncate tokens, audit_log restart identity cascade'));

describe('tokens', () => {
  test('fit what the routes ask for', () => {
    const tokens: TokenService = store;
    const audit: AuditService = { list: (filter) => listAudit(database.pool, filter) };
    expect([tokens, audit]).toHaveLength(2);
  });

  test('are found again by their text, of which only the SHA-256 is stored', async () => {
    const { token, ...record } = await store.create(admin, clerk);
    expect(token).toMatch(/^cei_[\w-]{43}$/);
    expect(record).toMatchObject({ name: '王文员', role: 'uploader', createdBy: '马管理', revokedAt: null });
    expect(Date.parse(record.expiresAt)).toBe(Date.parse(nextYear));
    expect(await store.authenticate(token)).toEqual({
      tokenId: record.id,
      name: '王文员',
      office: '农业农村局',
      role: 'uploader',
    });
    const { rows } = await database.pool.query<{ hash: Buffer; whole: string }>(
      'select hash, tokens::text as whole from tokens',
    );
    expect(rows[0]?.hash).toEqual(createHash('sha256').update(token).digest());
    expect(rows[0]?.whole).not.toContain(token);
    expect(await store.list()).toEqual([record]);
  });

  test.each(['', 'cei_', 'cei_short', `cei_${'A'.repeat(43)}`, "cei_' or true --", 'x'.repeat(1000)])(
    'unknown text %j is nobody',
    async (text) => {
      await store.create(admin, clerk);
      expect(await store.authenticate(text)).toBeUndefined();
    },
  );

  test('expire', async () => {
    const { token, id } = await store.create(admin, clerk);
    await database.pool.query(`update tokens set expires_at = now() - interval '1 second' where id = $1`, [
      id,
    ]);
    expect(await store.authenticate(token)).toBeUndefined();
  });

  test('cannot be made already expired; nothing is left of the attempt', async () => {
    const past = { ...clerk, expiresAt: '2020-01-01T00:00:00+08:00' };
    await expect(store.create(admin, past)).rejects.toMatchObject({ code: 'token-expiry-past' });
    expect(await store.countTokens()).toBe(0);
    expect(await listAudit(database.pool, { limit: 10 })).toEqual([]);
  });

  test('are revoked once and for all', async () => {
    const { token, id } = await store.create(admin, clerk);
    const revoked = await store.revoke(admin, id);
    expect(revoked.revokedAt).not.toBeNull();
    expect(await store.authenticate(token)).toBeUndefined();
    expect(await store.revoke(admin, id)).toEqual(revoked);
    const entries = await listAudit(database.pool, { limit: 10 });
    expect(entries.map((entry) => entry.action)).toEqual(['token.revoke', 'token.create']);
    expect(JSON.stringify(entries)).not.toContain(token);
    await expect(store.revoke(admin, 4711)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('leave at least one administrator, even when two revoke each other at once', async () => {
    const one = await store.create(admin, { ...clerk, role: 'admin' });
    const two = await store.create(admin, { ...clerk, role: 'admin' });
    const outcomes = await Promise.allSettled([store.revoke(admin, one.id), store.revoke(admin, two.id)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    const left = (await store.list()).filter((record) => record.revokedAt === null);
    expect(left).toHaveLength(1);
    await expect(store.revoke(admin, left[0]?.id ?? 0)).rejects.toMatchObject({ code: 'last-admin' });
  });

  test('the first administrator token is made once, by one of many starters', async () => {
    const input = { name: '管理员', office: '生态环境分局', expiresAt: nextYear };
    const made = await Promise.all(Array.from({ length: 8 }, () => store.createFirstAdminToken(input)));
    const texts = made.filter((text) => text !== undefined);
    expect(texts).toHaveLength(1);
    expect(await store.countTokens()).toBe(1);
    expect(await store.authenticate(texts[0] ?? '')).toMatchObject({ role: 'admin', name: '管理员' });
    const [record] = await store.list();
    await database.pool.query('update tokens set revoked_at = now() where id = $1', [record?.id]);
    expect(await store.createFirstAdminToken(input)).toBeUndefined();
  });
});

describe('the audit log', () => {
  test('pages from new to old and filters by action', async () => {
    const client = await database.pool.connect();
    try {
      for (let i = 1; i <= 5; i++) {
        await insertAudit(client, admin, i % 2 ? 'site.create' : 'site.update', `site ${i}`, { i });
      }
    } finally {
      client.release();
    }
    const first = await listAudit(database.pool, { limit: 2 });
    expect(first.map((entry) => entry.subject)).toEqual(['site 5', 'site 4']);
    expect(first[0]).toMatchObject({ actorName: '马管理', actorOffice: '生态环境分局', details: { i: 5 } });
    const second = await listAudit(database.pool, { limit: 2, before: first[1]?.id });
    expect(second.map((entry) => entry.subject)).toEqual(['site 3', 'site 2']);
    const updates = await listAudit(database.pool, { limit: 9, action: 'site.update' });
    expect(updates.map((entry) => entry.subject)).toEqual(['site 4', 'site 2']);
  });
});
