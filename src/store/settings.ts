import type { Queryable } from './pool.js';

/** The value of a setting in force now, or `undefined` when it was never set. */
export async function findSetting(db: Queryable, name: string): Promise<unknown> {
  const { rows } = await db.query<{ value: unknown }>(
    'select value from settings where name = $1 order by recorded_at desc limit 1',
    [name],
  );
  return rows[0]?.value;
}

/** Sets a setting; earlier values stay with who set them, when and why. */
export async function insertSetting(
  db: Queryable,
  name: string,
  value: unknown,
  by: string,
  reason: string,
): Promise<void> {
  await db.query('insert into settings (name, value, recorded_by, reason) values ($1, $2, $3, $4)', [
    name,
    JSON.stringify(value),
    by,
    reason,
  ]);
}
