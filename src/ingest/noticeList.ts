import type { Notice } from './uploadReport.js';

const maxNotices = 50;

/** Notices about one input, each said once. */
export class NoticeList {
  readonly #notices = new Map<string, Notice>();

  add(notice: Notice): void {
    if (this.#notices.size < maxNotices)
      this.#notices.set(`${notice.code} ${JSON.stringify(notice.params)}`, notice);
  }

  get all(): readonly Notice[] {
    return [...this.#notices.values()];
  }
}
