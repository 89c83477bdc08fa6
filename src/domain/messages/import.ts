import type { MessageTemplate } from './template.js';

/** What is said about a file as a whole once its rows are judged: faults between rows, and notices. */
export const importMessages = {
  'too-many-rows': {
    zh: '数据行超过上限 {limit} 行',
    en: 'More data rows than the limit of {limit}',
    mendZh: '拆成几个文件分次上传',
    mendEn: 'Split the file and upload the parts',
  },
  'duplicate-different': {
    zh: '同一点位、同一时间在文件里出现多次（第 {lines} 行），数值不一致：{site} {time}',
    en: 'The same site and time occur more than once (lines {lines}) with different values: {site} {time}',
    mendZh: '核对哪一行正确，只保留一行',
    mendEn: 'Find out which line is right and keep only that one',
  },
  'report-duplicate-different': {
    zh: '同一指标、同一单位、同一期间出现多次（第 {lines} 行），数值不一致',
    en: 'The same indicator, unit and period occur more than once (lines {lines}) with different values',
    mendZh: '核对哪一行正确，只保留一行',
    mendEn: 'Find out which line is right and keep only that one',
  },
  'workbook-several-sheets': {
    zh: '工作簿里有多个有数据的工作表，不知道该读哪一个：{sheets}',
    en: 'Several sheets of the workbook hold data, and which one to read is not said: {sheets}',
    mendZh: '用选项 sheet 写明工作表名称，或把其他工作表删去后上传',
    mendEn: 'Name the sheet with the option sheet, or remove the other sheets',
  },
  'notice-ignored-columns': { zh: '未使用的列：{columns}', en: 'Columns not used: {columns}' },
  'notice-unknown-sites': {
    zh: '{count} 个点位没有登记：{sites}',
    en: '{count} sites are not registered: {sites}',
  },
  'notice-empty-rows': {
    zh: '{count} 行没有任何数值，没有可写入的内容',
    en: '{count} rows hold no value at all; there was nothing to store for them',
  },
  'notice-suspect': {
    zh: '{count} 个值存疑（超出合理范围、PM2.5 与 PM10 倒挂等），按原值保存并标记“存疑”，请在存疑清单（/api/v1/suspects）里核实',
    en: '{count} values are suspect (outside the plausible range, PM2.5 above PM10 …); stored as given, flagged and listed at /api/v1/suspects, please check',
  },
  'notice-duplicates': {
    zh: '{count} 行与前面的行完全相同，只保存一次',
    en: '{count} rows repeat earlier rows; stored once',
  },
  'notice-already-stored': {
    zh: '文件内容与已入库数据完全一致，没有任何改动',
    en: 'All of the file is stored already; nothing was changed',
  },
} as const satisfies Record<string, MessageTemplate>;
