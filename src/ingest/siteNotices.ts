import type { NoticeList } from './noticeList.js';
import type { SiteLookup } from './siteLookup.js';
import type { CreatedSite, ImportReport } from './uploadReport.js';

const maxNamed = 20;

/** Says which names led to the successor of a merged site. */
export function noteSuccessors(notices: NoticeList, { successors }: SiteLookup): void {
  for (const [name, { site, from }] of successors) {
    const params = { name, from: from ?? '', site: site.name, code: site.code };
    notices.add({ code: 'notice-merged-site', params });
  }
}

/** The report with the sites that are registered for the file; a refused file registers none. */
export function reportCreatedSites(report: ImportReport, created: readonly CreatedSite[]): ImportReport {
  if (created.length === 0 || report.status === 'rejected') return report;
  const named = created.slice(0, maxNamed).map(({ name, code }) => `${name}（${code}）`);
  const sites = named.join('、') + (created.length > maxNamed ? '…' : '');
  const notice = { code: 'notice-created-sites', params: { count: created.length, sites } } as const;
  return { ...report, createdSites: created, notices: [...report.notices, notice] };
}
