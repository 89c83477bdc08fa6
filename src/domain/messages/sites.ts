import type { MessageTemplate } from './template.js';

/** What is said about sites over time, and about lists of sites and dust periods. */
export const siteMessages = {
  'site-ambiguous': {
    zh: '“{value}”在 {day} 同时是几个点位的名称，无法确定是哪一个：{candidates}',
    en: 'On {day} "{value}" is the name of several sites, which one is not clear: {candidatesEn}',
    mendZh: '改写成点位编码，或请管理员为名称登记起止日期',
    mendEn: 'Write the code of the site, or have the administrator give the names their dates',
  },
  'site-not-then': {
    zh: '“{value}”在 {day} 不是任何点位的名称；登记的起止日期是：{candidates}',
    en: 'On {day} "{value}" was no site\'s name; it is registered as: {candidatesEn}',
    mendZh: '核对日期和名称；名称当时就在用的，请管理员更正起止日期',
    mendEn: 'Check date and name; if the name was in use then, have the administrator correct its dates',
  },
  'site-name-implausible': {
    zh: '“{value}”没有登记，也不像点位名称，不能自动登记{near}',
    en: '"{value}" is not registered and does not look like the name of a site, so none was created{nearEn}',
    mendZh: '删去合计、说明等不是点位的行，或改正名称',
    mendEn: 'Delete rows that are no site (totals, remarks), or correct the name',
  },
  'too-many-new-sites': {
    zh: '文件里没有登记过的点位超过 {limit} 个，不能自动登记',
    en: 'The file names more than {limit} sites that are not registered; they are not created',
    mendZh: '请管理员先上传点位清单',
    mendEn: 'Have the administrator upload a list of sites first',
  },
  'site-name-taken': {
    zh: '“{column}”里的“{value}”已经是另一个点位的名称或编码：{other}',
    en: '"{value}" in "{column}" is the name or code of another site already: {other}',
    mendZh: '改正编码或名称；同一点位请填写已登记的编码',
    mendEn: 'Correct the code or name; for the same site give its registered code',
  },
  'list-duplicate-different': {
    zh: '同一时段、同一文号出现多次（第 {lines} 行），说明不一致',
    en: 'The same period and document occur more than once (lines {lines}) with different notes',
    mendZh: '只保留一行',
    mendEn: 'Keep only one of the lines',
  },
  'dust-period-too-long': {
    zh: '这个沙尘时段有 {days} 天，超过 {limit} 天，多半是日期写错',
    en: 'This dust period lasts {days} days, more than {limit}: a date is probably wrong',
    mendZh: '核对开始和结束时间；确实更长的，分成几段填写',
    mendEn: 'Check start and end; a longer one can be given in parts',
  },
  'notice-dust-overlap': {
    zh: '第 {line} 行的沙尘时段与已有的重叠：{other}；重叠的小时只算一次',
    en: 'The dust period of line {line} overlaps a stored one: {other}; hours in both count once',
  },
  'notice-merged-site': {
    zh: '“{name}”自 {from} 起并入{site}（编码 {code}），此后的数据记在后者名下',
    en: '"{name}" was merged into {site} (code {code}) on {from}; data from then on are stored under the latter',
  },
  'notice-created-sites': {
    zh: '新登记 {count} 个点位，类型按数据推定，请管理员核对：{sites}',
    en: '{count} sites are registered, their kinds inferred from the data; to be checked by an administrator: {sites}',
  },
} as const satisfies Record<string, MessageTemplate>;
