import type { DecodeLookup, DecodeOptions } from './decode/decodeLookup.js';
import { isIgnoredHeader, namesOfHeader } from './decode/headerCell.js';
import type { LayoutPlan } from './decode/layoutPlan.js';
import type { NoticeList } from './noticeList.js';

/**
 * Says of which columns the bureau's own names replaced the usual meaning (a mapping goes before any name), and which
 * columns that were not to be read are not there.
 */
export function noteColumnNames(
  plan: LayoutPlan,
  lookup: DecodeLookup,
  { mapping, ignoreColumns = [] }: DecodeOptions,
  notices: NoticeList,
): void {
  const columns = [...plan.columns, ...plan.ignored];
  if (mapping === undefined) {
    for (const { header } of columns) {
      if (isIgnoredHeader(header, ignoreColumns)) continue;
      const replaced = namesOfHeader(header)
        .map((name) => lookup.findReplaced?.(name))
        .find((found) => found !== undefined);
      if (replaced !== undefined) addReplaced(notices, header, replaced);
    }
  }
  for (const column of ignoreColumns) {
    if (columns.some(({ header }) => isIgnoredHeader(header, [column]))) continue;
    notices.add({ code: 'notice-ignored-column-absent', params: { column } });
  }
}

/** The lookup for reading rows: it says which names of items in cells the bureau has given another meaning. */
export function watchNames(lookup: DecodeLookup, notices: NoticeList): DecodeLookup {
  if (lookup.findReplaced === undefined) return lookup;
  return {
    ...lookup,
    findIndicator(name) {
      const replaced = lookup.findReplaced?.(name);
      if (replaced !== undefined) addReplaced(notices, replaced.name, replaced);
      return lookup.findIndicator(name);
    },
  };
}

function addReplaced(
  notices: NoticeList,
  column: string,
  { meaning, builtIn }: { readonly meaning: string; readonly builtIn: string },
): void {
  notices.add({ code: 'notice-own-column-name', params: { column, meaning, builtIn } });
}
