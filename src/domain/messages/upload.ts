import type { MessageTemplate } from './template.js';

/** Faults of uploaded files, in the words of the clerk who has to mend them. */
export const uploadMessages = {
  'file-empty': {
    zh: '文件是空的',
    en: 'The file is empty',
    mendZh: '确认选对了文件，再上传一次',
    mendEn: 'Check that the right file was chosen and upload again',
  },
  'file-without-rows': {
    zh: '文件只有表头，没有数据行',
    en: 'The file has a header and no data rows',
    mendZh: '确认数据已保存到文件里，再上传一次',
    mendEn: 'Check that the data were saved into the file and upload again',
  },
  'file-xlsx': {
    zh: '这是 Excel 工作簿（.xlsx）或压缩包，本版本只收 CSV',
    en: 'This is an Excel workbook (.xlsx) or a zip archive; this version takes CSV only',
    mendZh: '用 Excel 或 WPS 打开，“另存为”选择“CSV UTF-8（逗号分隔）”，再上传另存的文件',
    mendEn: 'Open it in Excel or WPS, save it as "CSV UTF-8 (comma delimited)" and upload that file',
  },
  'file-xls': {
    zh: '这是旧版 Excel（.xls）或 WPS（.et）文件，本版本只收 CSV',
    en: 'This is an old Excel (.xls) or WPS (.et) file; this version takes CSV only',
    mendZh: '用 Excel 或 WPS 打开，“另存为”选择“CSV UTF-8（逗号分隔）”，再上传另存的文件',
    mendEn: 'Open it in Excel or WPS, save it as "CSV UTF-8 (comma delimited)" and upload that file',
  },
  'file-html': {
    zh: '这是网页（HTML/XML），不是 CSV；有些系统导出的“.xls”其实是网页',
    en: 'This is a web page (HTML/XML), not CSV; the ".xls" of some systems is really a page',
    mendZh: '用 Excel 或 WPS 打开，“另存为”选择“CSV UTF-8（逗号分隔）”，再上传另存的文件',
    mendEn: 'Open it in Excel or WPS, save it as "CSV UTF-8 (comma delimited)" and upload that file',
  },
  'file-json': {
    zh: '这是 JSON 数据，不是 CSV',
    en: 'This is JSON, not CSV',
    mendZh: '把数据整理成有表头的表格，保存为 CSV 后上传；程序对接请用接口写入数据',
    mendEn: 'Make it a table with a header and upload it as CSV; programs write through the API',
  },
  'file-binary': {
    zh: '文件不是文本表格（第 {badLine} 行含有二进制内容）',
    en: 'The file is not a text table (binary content on line {badLine})',
    mendZh: '用 Excel 或 WPS 打开原表，“另存为”选择“CSV UTF-8（逗号分隔）”，再上传',
    mendEn: 'Open the original table in Excel or WPS and save it as "CSV UTF-8 (comma delimited)"',
  },
  'encoding-unknown': {
    zh: '文件的文字编码无法识别：从第 {badLine} 行起既不是 UTF-8 也不是 GB18030/GBK',
    en: 'The text encoding is not known: from line {badLine} it is neither UTF-8 nor GB18030/GBK',
    mendZh: '用 Excel 或 WPS 打开，检查第 {badLine} 行有无乱码，“另存为”选择“CSV UTF-8（逗号分隔）”后上传',
    mendEn: 'Open it in Excel or WPS, look for damaged text on line {badLine} and save it as "CSV UTF-8"',
  },
  'quote-broken': {
    zh: '第 {badLine} 行开始的记录里双引号不成对，后面的内容无法读取',
    en: 'The record that starts on line {badLine} has an unpaired double quote; the rest cannot be read',
    mendZh: '删除该行多余的双引号（"），或用 Excel 重新另存为 CSV UTF-8，再上传',
    mendEn: 'Delete the stray double quote (") or save the table again as CSV UTF-8 from Excel',
  },
  'record-too-long': {
    zh: '第 {badLine} 行过长（上限 {limit} 个字符），可能是双引号不成对或换行丢失',
    en: 'Line {badLine} is too long (limit {limit} characters); a quote or the line breaks may be missing',
    mendZh: '检查该行有无多余的双引号，或用 Excel 重新另存为 CSV UTF-8，再上传',
    mendEn: 'Look for a stray double quote, or save the table again as CSV UTF-8 from Excel',
  },
  'too-many-columns': {
    zh: '列数过多：{count} 列，上限 {limit} 列',
    en: 'Too many columns: {count}, the limit is {limit}',
    mendZh: '删除用不到的列，或拆成几个文件分次上传',
    mendEn: 'Delete the columns that are not needed or split the file',
  },
  'cell-too-long': {
    zh: '“{column}”的单元格过长（上限 {limit} 个字符）',
    en: 'The cell of "{column}" is too long (limit {limit} characters)',
    mendZh: '检查是否粘贴了多余内容，缩短后再上传',
    mendEn: 'Check for pasted text and shorten the cell',
  },
  'cell-count': {
    zh: '这一行有 {actual} 个单元格，表头有 {expected} 列',
    en: 'This row has {actual} cells, the header has {expected} columns',
    mendZh: '检查是否多了或少了逗号；内容里含逗号时，整格要用英文双引号括起来',
    mendEn: 'Look for a missing or extra delimiter; a cell that holds a comma needs double quotes around it',
  },
  'no-header': {
    zh: '文件没有表头：第一行就是数据（{seen}）',
    en: 'The file has no header: its first row is data ({seen})',
    mendZh: '在第一行前面插入一行表头，写明每一列是什么，例如：站点,日期,PM2.5,PM10,SO2,CO,NO2,O3_8h',
    mendEn: 'Insert a header row that names each column, such as: site,date,PM2.5,PM10,SO2,CO,NO2,O3_8h',
  },
  'layout-unknown': {
    zh: '认不出这张表：缺少 {needed}；看到的表头是：{seen}',
    en: 'The table was not recognised: {neededEn} missing; the header reads: {seen}',
    mendZh: '把表头改成常用名称（如 站点、监测时间、PM2.5；乡镇、年度、指标、数值），再上传',
    mendEn: 'Use ordinary column names (such as site, time, PM2.5; township, year, indicator, value)',
  },
  'no-time-column': {
    zh: '找不到时间列；看到的表头是：{seen}',
    en: 'There is no time column; the header reads: {seen}',
    mendZh:
      '增加“日期”或“监测时间”列；整份文件是同一时间的，也可以在上传时填写日期（参数 date，如 2025-01-01）',
    mendEn:
      'Add a date or time column; if the whole file is of one time, give the parameter date (2025-01-01)',
  },
  'no-site-column': {
    zh: '找不到站点列；看到的表头是：{seen}',
    en: 'There is no site column; the header reads: {seen}',
    mendZh: '增加“站点”“断面名称”或“乡镇”列；整份文件是同一站点的，也可以在上传时填写站点（参数 site）',
    mendEn: 'Add a column with the site; if the whole file is of one site, give the parameter site',
  },
  'column-ambiguous': {
    zh: '这几列含义相同，无法确定用哪一列：{columns}',
    en: 'These columns mean the same, which one to use is not clear: {columns}',
    mendZh: '只保留一列，其余的删除或改名（例如在前面加“备注”）',
    mendEn: 'Keep one of them and delete or rename the others',
  },
  'interval-ambiguous': {
    zh: '“{column}”里全是零点，无法确定是日值还是小时值',
    en: 'All times of "{column}" are midnight: daily or hourly values is not clear',
    mendZh: '日值请把时间列改成只有日期；或在上传时说明（参数 interval：hour 或 day）',
    mendEn: 'Write dates without a time for daily values, or give the parameter interval (hour or day)',
  },
  'option-invalid': {
    zh: '上传参数 {option} 的值“{value}”不对，应为：{expected}',
    en: 'The parameter {option} has the value "{value}"; expected: {expected}',
    mendZh: '改正参数 {option} 后重新上传',
    mendEn: 'Correct the parameter {option} and upload again',
  },
  'unit-unknown': {
    zh: '“{column}”的单位“{unit}”不能换算成 {expected}',
    en: 'The unit "{unit}" of "{column}" cannot be converted to {expected}',
    mendZh: '换算成 {expected} 后再上传，并在表头或“单位”列写明单位',
    mendEn: 'Convert the values to {expected} and name that unit in the header or unit column',
  },
  'column-implausible': {
    zh: '“{column}”这一列有 {share}% 的数值（{outside}/{count}）不在合理范围 {min}～{max} {unit} 内，例如第 {exampleLine} 行的 {example}',
    en: 'In column "{column}" {share}% of the values ({outside}/{count}) lie outside {min} to {max} {unit}, such as {example} on line {exampleLine}',
    mendZh:
      '多半是表头与数据错位（整列左右移动了），或单位不是 {unit}；核对表头，单位不同时在表头写明（如 CO(μg/m³)）再上传',
    mendEn:
      'The header is probably shifted against the data, or the unit is not {unit}; mend the header, or name the unit in it (such as CO(μg/m³))',
  },
  'columns-inverted': {
    zh: '有 {share}% 的行（{outside}/{count}）PM2.5 大于 PM10，例如第 {exampleLine} 行：{example}',
    en: 'In {share}% of the rows ({outside}/{count}) PM2.5 is above PM10, such as line {exampleLine}: {example}',
    mendZh: '多半是表头与数据错位，或两列写反了；核对表头后再上传',
    mendEn: 'The header is probably shifted, or the two columns are swapped; mend the header',
  },
  'site-missing': {
    zh: '“{column}”是空的，不知道是哪个站点',
    en: '"{column}" is empty: which site is not known',
    mendZh: '填写站点名称；合并过的单元格要先取消合并并逐行填写',
    mendEn: 'Fill in the site; unmerge merged cells and fill every row',
  },
  'site-unknown': {
    zh: '没有登记过的点位“{value}”{near}',
    en: 'No such site: "{value}"{near}',
    mendZh: '改成已登记的名称，或请管理员登记此点位（或别名）',
    mendEn: 'Use a registered name, or have the administrator register the site or alias',
  },
  'time-missing': {
    zh: '“{column}”是空的，缺少时间',
    en: '"{column}" is empty: the time is missing',
    mendZh: '填写时间；合并过的单元格要先取消合并并逐行填写',
    mendEn: 'Fill in the time; unmerge merged cells and fill every row',
  },
  'time-unreadable': {
    zh: '“{column}”里的“{value}”不是认得的时间',
    en: '"{value}" in "{column}" is not a time that can be read',
    mendZh: '写成 2025-01-01 或 2025-01-01 08:00 的样子',
    mendEn: 'Write it as 2025-01-01 or 2025-01-01 08:00',
  },
  'time-impossible': {
    zh: '“{column}”里的“{value}”不是存在的日期或时刻',
    en: '"{value}" in "{column}" is a date or time that does not exist',
    mendZh: '核对月、日和小时（小时 1～24 或 0～23），改正后再上传',
    mendEn: 'Check month, day and hour (hours 1 to 24 or 0 to 23)',
  },
  'date-ambiguous': {
    zh: '“{column}”里的“{value}”分不清年、月、日',
    en: 'Year, month and day cannot be told apart in "{value}" of "{column}"',
    mendZh:
      '写成年在前的样子，如 2025-01-09（月报写 2025-01）；在 Excel 里选中该列，设置单元格格式为“yyyy-mm-dd”',
    mendEn:
      'Put the year first, as in 2025-01-09 (2025-01 for months); in Excel format the column as yyyy-mm-dd',
  },
  'year-missing': {
    zh: '“{column}”里的“{value}”没有年份',
    en: '"{value}" in "{column}" has no year',
    mendZh: '上传时填写年份（参数 year，如 2021），或在时间里写上年份',
    mendEn: 'Give the year when uploading (parameter year, such as 2021) or write it in the cells',
  },
  'year-out-of-range': {
    zh: '“{column}”里的“{value}”年份不在 1990～2100 之间',
    en: 'The year of "{value}" in "{column}" is not between 1990 and 2100',
    mendZh: '核对年份，改正后再上传',
    mendEn: 'Check the year',
  },
  'date-excel-serial': {
    zh: '“{column}”里的“{value}”是 Excel 的日期序号，不是日期',
    en: '"{value}" in "{column}" is an Excel serial number, not a date',
    mendZh: '在 Excel 里选中该列，设置单元格格式为日期“yyyy-mm-dd”，重新另存为 CSV UTF-8',
    mendEn: 'Format the column as a date (yyyy-mm-dd) in Excel and save it as CSV UTF-8 again',
  },
  'time-not-on-hour': {
    zh: '“{column}”里的“{value}”不是整点，小时值的时间要写整点',
    en: '"{value}" in "{column}" is not a full hour, as hourly values need',
    mendZh: '改成整点（如 08:00）；不是小时值的，上传时说明（参数 interval）',
    mendEn: 'Write full hours (08:00); if the values are not hourly, give the parameter interval',
  },
  'time-of-other-interval': {
    zh: '“{column}”里的“{value}”与这张表的时间粒度不一致（这张表按{intervalZh}读取）',
    en: '"{value}" in "{column}" does not fit this table, which is read as {interval} values',
    mendZh: '把不同粒度的数据拆成不同文件；或上传时说明（参数 interval：hour、day 或 month）',
    mendEn:
      'Put values of different intervals into different files, or give the parameter interval (hour, day, month)',
  },
  'number-unreadable': {
    zh: '“{column}”里的“{value}”不是数字',
    en: '"{value}" in "{column}" is not a number',
    mendZh: '只写数字；没有数据就留空或写“--”，低于检出限写成“0.025L”的样子',
    mendEn: 'Write a number only; leave it empty or write "--" for no data, "0.025L" for below detection',
  },
  'number-comma': {
    zh: '“{column}”里的“{value}”含逗号，分不清是千分位还是小数点',
    en: '"{value}" in "{column}" holds a comma: thousands or decimals is not clear',
    mendZh: '去掉千分位逗号，小数点用“.”；在 Excel 里把单元格格式设为“数值”，不勾选“使用千位分隔符”',
    mendEn: 'Remove thousands separators and use "." for decimals',
  },
  'number-too-precise': {
    zh: '“{column}”里的“{value}”超过 15 位有效数字，不能原样保存',
    en: '"{value}" in "{column}" has more than 15 significant digits and cannot be kept exactly',
    mendZh: '按报告要求的小数位数修约后再上传（Excel 用 ROUND 函数）',
    mendEn: 'Round it to the decimals that are reported (ROUND in Excel)',
  },
  'detection-limit-missing': {
    zh: '“{column}”写的是“{value}”，缺少检出限',
    en: '"{column}" says "{value}" without the detection limit',
    mendZh: '写出检出限，如检出限 0.025 写成“0.025L”或“<0.025”',
    mendEn: 'Give the limit: 0.025L or <0.025 for a detection limit of 0.025',
  },
  'value-impossible': {
    zh: '“{column}”里的 {value} 不可能：应在 {min}～{max} {unit} 之间',
    en: '{value} in "{column}" is not possible: it must lie between {min} and {max} {unit}',
    mendZh: '核对小数点和单位（应为 {unit}）；确实没有数据就留空',
    mendEn: 'Check the decimal point and the unit ({unit}); leave it empty when there is no value',
  },
  'no-flow-with-values': {
    zh: '这一行写了“{value}”，又填了监测值',
    en: 'This row says "{value}" and still has measured values',
    mendZh: '断流时各项留空；有监测值时删除“{value}”',
    mendEn: 'Leave the items empty when there was no flow, or delete "{value}"',
  },
  'indicator-missing': {
    zh: '“{column}”是空的，不知道是哪项指标',
    en: '"{column}" is empty: which indicator is not known',
    mendZh: '填写指标名称；合并过的单元格要先取消合并并逐行填写',
    mendEn: 'Fill in the indicator; unmerge merged cells and fill every row',
  },
  'indicator-unknown': {
    zh: '没有登记过的指标“{value}”',
    en: 'No such indicator: "{value}"',
    mendZh: '改成已登记的指标名称（见指标清单），或请管理员登记此名称',
    mendEn: 'Use a registered name (see the list of indicators) or have the administrator register it',
  },
  'indicator-needs-period': {
    zh: '“{value}”是按期间报送的指标，不能和监测数据放在一张表里',
    en: '"{value}" is reported by period and cannot stand in a table of measurements',
    mendZh: '单独做一张表：乡镇（或不写）、年度、指标、数值',
    mendEn: 'Make a table of its own: township (if any), year, indicator, value',
  },
  'indicator-not-reported': {
    zh: '“{value}”是监测指标，不能按期间填报',
    en: '"{value}" is measured and cannot be reported by period',
    mendZh: '单独做一张表：站点、监测时间、指标、数值',
    mendEn: 'Make a table of its own: site, time, indicator, value',
  },
  'period-unreadable': {
    zh: '“{column}”里的“{value}”不是认得的期间',
    en: '"{value}" in "{column}" is not a period that can be read',
    mendZh: '写成 2024、2024上半年、2024Q3、2024-03 或 截至2024-09-30 的样子',
    mendEn: 'Write it as 2024, 2024-H1, 2024Q3, 2024-03 or 截至2024-09-30',
  },
  'milestone-unreadable': {
    zh: '“{column}”里的“{value}”看不出完成没有',
    en: '"{value}" in "{column}" does not say whether it is done',
    mendZh: '完成写“是”，未完成写“否”',
    mendEn: 'Write 是 (done) or 否 (not done)',
  },
  'assumed-daily-o3': {
    zh: '“{column}”按臭氧日最大 8 小时平均（O3_8h）读取',
    en: '"{column}" is read as the daily maximum 8-hour ozone mean (O3_8h)',
    mendZh: '如是日最大 1 小时平均，把表头改成 O3_1h',
    mendEn: 'Rename it O3_1h if it is the daily maximum 1-hour mean',
  },
  'assumed-area-as-site': {
    zh: '没有站点列，“{column}”当作站点读取',
    en: 'There is no site column; "{column}" is read as the site',
  },
  'assumed-title-rows': {
    zh: '第 {headerLine} 行当作表头，它上面的行没有读取',
    en: 'Line {headerLine} is read as the header; the lines above it were not read',
  },
  'assumed-midnight-is-day': {
    zh: '“{column}”里全是零点，按日值读取',
    en: 'All times of "{column}" are midnight; they are read as daily values',
    mendZh: '如是小时值，上传时说明（参数 interval=hour）',
    mendEn: 'Give the parameter interval=hour if they are hourly',
  },
} as const satisfies Record<string, MessageTemplate>;
