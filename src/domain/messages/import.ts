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
  'sheet-not-recognised': {
    zh: '工作表“{name}”里有内容，但认不出是什么表，因此整个文件没有入库',
    en: 'Sheet "{name}" holds something that is not recognised as a table, so nothing of the file was stored',
    mendZh: '改好表头；或删去这张工作表；或用选项 sheet 只读一张（可读的有：{others}）',
    mendEn: 'Mend its header, remove the sheet, or name one sheet with the option sheet (readable: {others})',
  },
  'sheet-list-alone': {
    zh: '工作表“{name}”是一份清单，与别的表放在同一个文件里，因此整个文件没有入库',
    en: 'Sheet "{name}" is a list and stands in one file with other tables, so nothing of the file was stored',
    mendZh: '把这张清单单独存成一个文件；或用选项 sheet 只读其中一张',
    mendEn: 'Save the list as a file of its own, or name one sheet with the option sheet',
  },
  'mapping-of-several-sheets': {
    zh: '要保存列对应关系（saveMapping），但文件里有几张数据表，各有各的列',
    en: 'The mapping is to be saved (saveMapping), but the file holds several tables, each with its own columns',
    mendZh: '用选项 sheet 写明是哪一张，或去掉 saveMapping',
    mendEn: 'Name the sheet with the option sheet, or leave saveMapping out',
  },
  'sheet-place': { zh: '工作表“{sheet}”：', en: 'Sheet "{sheet}": ' },
  'notice-sheet-without-table': {
    zh: '工作表“{sheet}”只有标题或说明，没有表格，没有读取',
    en: 'Sheet "{sheet}" holds only a title or remarks and was not read',
  },
  'notice-sheet-without-rows': {
    zh: '工作表“{sheet}”只有表头，没有数据行',
    en: 'Sheet "{sheet}" has a header and no data rows',
  },
  'notice-figure-without-value': {
    zh: '第 {line} 行填了分子、分母或佐证材料，但没有填数值，没有入库',
    en: 'Line {line} gives a numerator, denominator or evidence but no value; nothing was stored for it',
  },
  'notice-read-as-county': {
    zh: '{place}没有乡镇（点位）列，数字都当作全县的读取；如果是各乡镇的，请补上“乡镇”列再传',
    en: '{placeEn}There is no township (site) column: all figures were read as those of the whole county; if they are of townships, add the column 乡镇 and upload again',
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
