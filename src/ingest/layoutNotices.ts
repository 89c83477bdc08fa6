import type { DecodeOptions } from './decode/decodeLookup.js';
import type { LayoutPlan } from './decode/layoutPlan.js';
import type { NoticeList } from './noticeList.js';
import { readerColumns } from './templateSheets.js';

/**
 * Says that figures without a column of townships were read as the county's, unless the mapping says that they are: a
 * table of townships that lost its column looks the same, and its rates would decide targets.
 */
export function noteAssumedCounty(
  { layout, ignored }: LayoutPlan,
  sheet: string,
  { mapping }: DecodeOptions,
  notices: NoticeList,
): void {
  if (layout !== 'county-figures' || mapping?.layout === layout) return;
  // Our own template has the column wherever an office reports by township.
  if (readerColumns.every((name) => ignored.some(({ header }) => header === name))) return;
  const [place, placeEn] = sheet === '' ? ['', ''] : [`工作表“${sheet}”`, `Sheet "${sheet}": `];
  notices.add({ code: 'notice-read-as-county', params: { place, placeEn } });
}
