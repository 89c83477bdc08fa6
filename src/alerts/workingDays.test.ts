import { describe, expect, test } from '@jest/globals';
import { addDays, instantOfDay } from '../domain/calendar.js';
import {
  addWorkingDays,
  createCalendar,
  isAssumedBetween,
  isWorkingDay,
  kindOfDay,
  minuteOfDay,
  workingDaysBetween,
  workingHoursBetween,
} from './workingDays.js';

// Typed from the notices of the State Council's office, not read from the package.
const workingWeekends: Readonly<Record<string, string>> = {
  2021: '02-07 02-20 04-25 05-08 09-18 09-26 10-09',
  2022: '01-29 01-30 04-02 04-24 05-07 10-08 10-09',
  2023: '01-28 01-29 04-23 05-06 06-25 10-07 10-08',
  2024: '02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12',
  2025: '01-26 02-08 04-27 09-28 10-11',
  2026: '01-04 02-14 02-28 05-09 09-20 10-10',
};
const calendar = createCalendar();
const at = (day: string, clock: string) => Date.parse(`${day}T${clock}:00+08:00`);

describe('working days', () => {
  test('the working weekends of 2021 to 2026 are these and no others', () => {
    for (const [year, list] of Object.entries(workingWeekends)) {
      const found: string[] = [];
      for (let day = `${year}-01-01`; day.startsWith(year); day = addDays(day, 1)) {
        const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
        if ((weekday === 0 || weekday === 6) && isWorkingDay(calendar, day)) found.push(day.slice(5));
      }
      expect([year, found.join(' ')]).toEqual([year, list]);
    }
  });

  test('holidays are free, the eve of the year 2024 is not, and names are given', () => {
    expect(kindOfDay(calendar, '2026-10-01')).toEqual({
      working: false,
      basis: 'calendar',
      nameZh: '国庆节',
    });
    expect(isWorkingDay(calendar, '2024-02-09')).toBe(true);
    expect(isWorkingDay(calendar, '2023-01-03')).toBe(true);
    expect(kindOfDay(calendar, '2026-02-14')).toEqual({ working: true, basis: 'calendar', nameZh: '春节' });
  });

  test('a year without data counts weekends alone and says so', () => {
    expect(kindOfDay(calendar, '2027-01-01')).toEqual({ working: true, basis: 'assumed' });
    expect(kindOfDay(calendar, '2027-01-02')).toEqual({ working: false, basis: 'assumed' });
    expect(isAssumedBetween(calendar, '2026-12-30', '2026-12-31')).toBe(false);
    expect(isAssumedBetween(calendar, '2026-12-30', '2027-01-01')).toBe(true);
  });

  test('entries win over calendar and assumption; a year entered in full is no longer assumed', () => {
    const own = createCalendar([
      { day: '2027-01-01', working: false, nameZh: '元旦' },
      { day: '2026-10-01', working: true },
    ]);
    expect(kindOfDay(own, '2027-01-01')).toEqual({ working: false, basis: 'override', nameZh: '元旦' });
    expect(kindOfDay(own, '2026-10-01')).toEqual({ working: true, basis: 'override' });
    expect(kindOfDay(own, '2027-01-04').basis).toBe('assumed');
    expect(kindOfDay(createCalendar([], ['2027']), '2027-01-04')).toEqual({
      working: true,
      basis: 'override',
    });
  });

  test.each(['2026-02-29', '2027-13-01', '', '2026-1-1', 'yesterday'])('%j is refused', (text) => {
    expect(() => kindOfDay(calendar, text)).toThrow(RangeError);
    expect(() => createCalendar([{ day: text, working: true }])).toThrow(RangeError);
  });

  test('counting goes over the Spring Festival of 2026', () => {
    expect(addWorkingDays(calendar, '2026-02-13', 0)).toBe('2026-02-13');
    expect(addWorkingDays(calendar, '2026-02-13', 1)).toBe('2026-02-14');
    expect(addWorkingDays(calendar, '2026-02-13', 5)).toBe('2026-02-27');
    expect(addWorkingDays(calendar, '2026-02-27', -5)).toBe('2026-02-13');
    expect(addWorkingDays(calendar, '2026-02-15', 0)).toBe('2026-02-24');
    expect(workingDaysBetween(calendar, '2026-02-13', '2026-02-27')).toBe(5);
    expect(workingDaysBetween(calendar, '2026-02-27', '2026-02-13')).toBe(0);
    expect(workingDaysBetween(calendar, '2026-02-27', '2026-02-27')).toBe(0);
  });

  test('counting ends where every day was entered as free', () => {
    const free = Array.from({ length: 2_000 }, (_, index) => ({
      day: addDays('2026-01-01', index),
      working: false,
    }));
    expect(() => addWorkingDays(createCalendar(free), '2026-01-01', 1)).toThrow(RangeError);
  });

  test('hours of work leave out noon, nights, weekends and holidays', () => {
    const hours = (from: [string, string], to: [string, string]) =>
      workingHoursBetween(calendar, at(...from), at(...to));
    expect(hours(['2026-11-23', '08:30'], ['2026-11-23', '18:30'])).toBe(7.5);
    expect(hours(['2026-11-23', '11:00'], ['2026-11-23', '15:00'])).toBe(1.5);
    expect(hours(['2026-11-20', '18:00'], ['2026-11-23', '09:00'])).toBe(1);
    expect(hours(['2026-09-30', '17:30'], ['2026-10-08', '09:30'])).toBe(2);
    expect(hours(['2026-11-23', '10:00'], ['2026-11-23', '10:00'])).toBe(0);
    expect(hours(['2026-11-23', '10:00'], ['2026-11-23', '09:00'])).toBe(0);
  });

  test('the minute of the Beijing day', () => {
    expect(minuteOfDay(at('2026-11-22', '00:00'))).toBe(0);
    expect(minuteOfDay(at('2026-11-22', '23:59'))).toBe(1_439);
    expect(minuteOfDay(instantOfDay('1960-01-01') + 61 * 60_000)).toBe(61);
  });
});
