import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { floatArray, integerArray } from './arrayBytes.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function read(type: string, bytes: Buffer): Promise<{ values: unknown[] | null; length: number }> {
  const { rows } = await database.pool.query<{ values: unknown[] | null; length: number }>(
    `select array_agg(v order by place) as values, cardinality($1::${type}[]) as length
       from unnest($1::${type}[]) with ordinality as u (v, place)`,
    [bytes],
  );
  return rows[0]!;
}

test('integers arrive as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })), async (numbers) => {
      const { values, length } = await read('integer', integerArray(numbers));
      expect(values ?? []).toEqual(numbers);
      expect(length).toBe(numbers.length);
    }),
  );
});

test('numbers arrive to the last bit, and what is not given as null', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double()), async (numbers) => {
      const { values, length } = await read('double precision', floatArray(numbers));
      expect(values ?? []).toEqual(numbers.map((number) => (Number.isNaN(number) ? null : number)));
      expect(length).toBe(numbers.length);
    }),
  );
});
