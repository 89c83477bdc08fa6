import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { loadCalendar } from '../alerting/notifyContext.js';
import type { Actor } from '../domain/role.js';
import { createWorkingDayService } from './workingDayService.js';

const admin: Actor = { tokenId: null, name: '李', office: '分局', role: 'admin' };
let database: TestDatabase;
let service: ReturnType<typeof createWorkingDayService>;

beforeAll(async () => {
  database = await createTestDatabase();
  service = createWorkingDayService(database.pool);
});
afterAll(() => database.drop());

test('a year that nobody knows is assumed until it is entered in full; a known one keeps its calendar', async () => {
  expect(await service.find('2090')).toMatchObject({ basis: 'assumed', days: [] });
  const days = [
    { day: '2090-05-01', working: false, nameZh: '劳动节' },
    { day: '2090-05-06', working: true, nameZh: '劳动节' },
  ];
  await expect(service.put(admin, '2090', { complete: false, days, reason: '通知' })).rejects.toMatchObject({
    code: 'working-days-invalid',
  });
  const entered = await service.put(admin, '2090', { complete: true, days, reason: '通知' });
  expect(entered).toMatchObject({ basis: 'entered', days: days.map((day) => ({ ...day, entered: true })) });
  expect([...(await loadCalendar(database.pool)).completeYears]).toEqual(['2090']);
  const known = await service.put(admin, '2025', {
    complete: false,
    days: [{ day: '2025-03-03', working: false, nameZh: '停电' }],
    reason: '停电',
  });
  expect(known.basis).toBe('calendar');
  expect(known.days).toContainEqual({ day: '2025-03-03', working: false, nameZh: '停电', entered: true });
  expect(known.days).toContainEqual(
    expect.objectContaining({ day: '2025-10-01', working: false, entered: false }),
  );
  await expect(
    service.put(admin, '2025', {
      complete: false,
      days: [{ day: '2025-02-30', working: false, nameZh: '' }],
      reason: '误',
    }),
  ).rejects.toMatchObject({ code: 'working-days-invalid' });
  await service.put(admin, '2090', { complete: false, days: [], reason: '撤回' });
  expect((await service.find('2090')).basis).toBe('assumed');
});
