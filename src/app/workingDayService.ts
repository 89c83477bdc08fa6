import { isKnownYear, loadCalendar } from '../alerting/notifyContext.js';
import { kindOfDay } from '../alerts/workingDays.js';
import { addDays, isDay } from '../domain/calendar.js';
import { DomainError } from '../domain/domainError.js';
import type { WorkingDayService, WorkingYearInfo } from '../http/services/alerting.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction, type Pool } from '../store/pool.js';
import { listWorkingDayOverrides, replaceWorkingDays } from '../store/workingDays.js';

const basisZh: Readonly<Record<WorkingYearInfo['basis'], string>> = {
  calendar: '按国务院办公厅放假通知（chinese-days 数据），局里录入的以录入为准',
  entered: '按局里录入的放假安排',
  assumed: '没有这一年的放假安排，只按周六、周日休息推算，请录入',
};

/** Working days by API. */
export function createWorkingDayService(pool: Pool): WorkingDayService {
  const find = async (year: string): Promise<WorkingYearInfo> => {
    const entered = await listWorkingDayOverrides(pool, year);
    const calendar = await loadCalendar(pool);
    const basis = isKnownYear(year) ? 'calendar' : entered.length > 0 ? 'entered' : 'assumed';
    const own = new Set(entered.map(({ day }) => day));
    const days = [];
    for (let day = `${year}-01-01`; day.startsWith(year); day = addDays(day, 1)) {
      const { working, nameZh } = kindOfDay(calendar, day);
      const weekday = ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
      if (working !== weekday || own.has(day))
        days.push({ day, working, nameZh: nameZh ?? '', entered: own.has(day) });
    }
    return { year, basis, basisZh: basisZh[basis], days };
  };
  return {
    find,
    async put(actor, year, { complete, days, reason }) {
      refuseFaults(year, complete, days);
      await inTransaction(pool, async (client) => {
        const before = await replaceWorkingDays(client, actor, year, days);
        await insertAudit(client, actor, 'working-days', year, { before, after: days, complete, reason });
      });
      return find(year);
    },
  };
}

function refuseFaults(year: string, complete: boolean, days: readonly { day: string }[]): void {
  const refuse = (problem: string, problemEn: string): never => {
    throw new DomainError('working-days-invalid', { year, problem, problemEn });
  };
  for (const { day } of days) {
    if (!isDay(day)) refuse(`没有 ${day} 这一天`, `there is no day ${day}`);
    if (!day.startsWith(`${year}-`)) refuse(`${day} 不在这一年`, `${day} is not of the year`);
  }
  const twice = days.find(({ day }, index) => days.findIndex((one) => one.day === day) !== index);
  if (twice !== undefined) refuse(`${twice.day} 写了两次`, `${twice.day} occurs twice`);
  if (days.length > 0 && !complete && !isKnownYear(year))
    refuse(
      '本系统没有这一年的放假安排，须一次录入全年（complete 为 true）',
      'nothing is known of the year: enter it in full, with complete true',
    );
}
