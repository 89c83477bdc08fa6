import { normaliseName } from '../domain/indicator.js';
import type { DecodeLookup } from './decode/decodeLookup.js';
import { findStructural } from './decode/headerCell.js';
import { isMissingMark } from './decode/numberCell.js';

const maxLength = 60;
const codePattern = /^\d{3,6}[A-Z]$/i;
const datePattern =
  /^(?:\d{2,4}\s*[-/.年]\s*\d{1,2}\s*(?:[-/.月]\s*\d{1,2}\s*日?|月)?|\d{1,2}月\d{1,2}日|\d{1,2}[:：时]\d{0,2}分?)/;
const quantityPattern =
  /^[-+<>≤≥~≈]?\d+(?:[.,]\d+)*\s*(?:%|‰|L|℃|°C|[μµmn]?g\/.*|年|月|日|时|天|个|次|类|级)?$/i;
const marks =
  /^(?:N\.?D\.?|未检出|未监测|断流|维护|停运|缺测|合计|总计|小计|共计|平均值?|均值|最大值?|最小值?|最高值?|最低值?|中位数|标准值?|备注|说明|注[:：].*|制表.*|填表.*|审核.*|(?:全[县市区]?)?(?:平均|均值|合计))$/;

/**
 * Whether a text may be the name of a site that is yet to be registered: of sensible length, visible characters that
 * begin with a letter or digit, and neither number, date, total nor the name of a column. Codes such as 1001A are.
 */
export function isPlausibleSiteName(
  text: string,
  lookup: Pick<DecodeLookup, 'findIndicator' | 'findStructural'>,
): boolean {
  const name = text.normalize('NFKC').trim();
  if (codePattern.test(name)) return true;
  if (name.length < 2 || name.length > maxLength || /[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return false;
  if (!/^[\p{L}\p{N}]/u.test(name) || !/\p{L}/u.test(name)) return false;
  if (isMissingMark(name) || datePattern.test(name) || quantityPattern.test(name) || marks.test(name))
    return false;
  const bare = normaliseName(name);
  return (
    lookup.findIndicator(bare) === undefined && findStructural(bare, lookup as DecodeLookup) === undefined
  );
}
