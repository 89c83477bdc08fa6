import type { MessageTemplate } from './template.js';

const saveAgainZh = '用 Excel 或 WPS 打开，“另存为”选择“Excel 工作簿（*.xlsx）”，再上传另存的文件';
const saveAgainEn = 'Open it in Excel or WPS, save it as "Excel workbook (*.xlsx)" and upload that file';
const copyOutZh = '在 Excel 里新建一个空白工作簿，只把数据区域复制过去（选择性粘贴“值”），保存后上传';
const copyOutEn = 'Copy only the data (paste values) into a new blank workbook in Excel and upload that';
const again = { mendZh: saveAgainZh, mendEn: saveAgainEn };
const copyOut = { mendZh: copyOutZh, mendEn: copyOutEn };
const splitUp = {
  mendZh: '拆成几个文件分次上传，或另存为 CSV UTF-8 后上传',
  mendEn: 'Split the file, or save it as CSV UTF-8',
};

/** Faults and notices of Excel workbooks, in the words of the clerk who has to mend them. */
export const workbookMessages = {
  'workbook-old-format': {
    zh: '这是旧版 Excel（.xls）或 WPS 表格（.et）文件，只收 .xlsx',
    en: 'This is an old Excel (.xls) or WPS (.et) file; only .xlsx is taken',
    ...again,
  },
  'workbook-password': {
    zh: '工作簿设了打开密码，无法读取',
    en: 'The workbook is protected by a password and cannot be read',
    mendZh: '在 Excel 里打开，“文件→信息→保护工作簿→用密码进行加密”清空密码，另存为 .xlsx 后上传',
    mendEn: 'Open it, remove the password (File, Info, Protect Workbook), save it as .xlsx and upload that',
  },
  'workbook-binary-xlsb': {
    zh: '这是 Excel 二进制工作簿（.xlsb），只收 .xlsx',
    en: 'This is a binary workbook (.xlsb); only .xlsx is taken',
    ...again,
  },
  'workbook-not-xlsx': {
    zh: '这不是 Excel 工作簿（.xlsx）：里面没有工作表（可能是 Word 文档或普通压缩包）',
    en: 'This is not an Excel workbook (.xlsx): it holds no sheets (a Word document or a plain zip archive?)',
    ...again,
  },
  'workbook-damaged': {
    zh: '工作簿已损坏，{part} 无法读取（文件可能没有传完整）',
    en: 'The workbook is damaged: {part} cannot be read (the file may have been cut off)',
    ...again,
  },
  'workbook-xml-malformed': {
    zh: '工作簿已损坏：{part} 的内容不合格式（{detail}）',
    en: 'The workbook is damaged: {part} is not well formed ({detail})',
    ...again,
  },
  'workbook-xml-dtd': {
    zh: '工作簿的 {part} 含有文档类型或实体声明，出于安全考虑拒收',
    en: '{part} of the workbook declares a document type or entities; refused for safety',
    ...copyOut,
  },
  'workbook-xml-too-deep': {
    zh: '工作簿的 {part} 嵌套过深（上限 {limit} 层），拒收',
    en: '{part} of the workbook is nested too deeply (limit {limit}); refused',
    ...copyOut,
  },
  'workbook-xml-attributes': {
    zh: '工作簿的 {part} 里有属性过多或过长的元素（上限 {limit}），拒收',
    en: '{part} of the workbook has an element with too many or too long attributes (limit {limit}); refused',
    ...copyOut,
  },
  'workbook-too-large': {
    zh: '工作簿文件超过上限 {limit} MB',
    en: 'The workbook file is larger than {limit} MB',
    ...splitUp,
  },
  'workbook-inflates-too-much': {
    zh: '工作簿解压后超过上限 {limit} MB，拒收',
    en: 'The workbook inflates to more than {limit} MB; refused',
    ...copyOut,
  },
  'workbook-ratio': {
    zh: '工作簿的 {part} 压缩比异常（超过 {limit} 倍），疑似压缩炸弹，拒收',
    en: '{part} of the workbook inflates more than {limit} times (a zip bomb?); refused',
    ...copyOut,
  },
  'workbook-too-many-parts': {
    zh: '工作簿内的文件超过上限 {limit} 个',
    en: 'The workbook holds more than {limit} parts',
    ...copyOut,
  },
  'workbook-part-name': {
    zh: '工作簿内有不合规的文件名“{part}”，拒收',
    en: 'The workbook holds a part with an unsafe name, "{part}"; refused',
    ...copyOut,
  },
  'workbook-part-duplicate': {
    zh: '工作簿内“{part}”出现不止一次，无法确定用哪一个，拒收',
    en: 'The workbook holds "{part}" more than once; refused',
    ...copyOut,
  },
  'workbook-part-encrypted': {
    zh: '工作簿内的“{part}”是加密的，无法读取',
    en: '"{part}" of the workbook is encrypted and cannot be read',
    ...again,
  },
  'workbook-part-size': {
    zh: '工作簿内“{part}”的实际大小与登记的不符，拒收',
    en: 'The size of "{part}" is not what the workbook states; refused',
    ...again,
  },
  'workbook-too-many-strings': {
    zh: '工作簿里的文字超过上限（{limit}）',
    en: 'The workbook holds more text than the limit ({limit})',
    ...splitUp,
  },
  'workbook-too-many-sheets': {
    zh: '工作表过多，上限 {limit} 张',
    en: 'Too many sheets, the limit is {limit}',
    mendZh: '只保留要上传的工作表，或拆成几个文件',
    mendEn: 'Keep only the sheets to upload, or split the file',
  },
  'workbook-too-many-merges': {
    zh: '工作表“{sheet}”里合并单元格过多（上限 {limit} 处）',
    en: 'Sheet "{sheet}" has too many merged cells (limit {limit})',
    mendZh: '取消合并单元格并逐行填写，再上传',
    mendEn: 'Unmerge the cells and fill every row',
  },
  'workbook-too-many-styles': {
    zh: '工作簿里的单元格格式过多（上限 {limit} 种）',
    en: 'The workbook has too many cell formats (limit {limit})',
    ...copyOut,
  },
  'workbook-row-too-long': {
    zh: '工作表“{sheet}”第 {row} 行内容过长（上限 {limit} 个字符）',
    en: 'Row {row} of sheet "{sheet}" is too long (limit {limit} characters)',
    mendZh: '检查该行是否粘贴了多余内容，删除后再上传',
    mendEn: 'Look for pasted text in that row and delete it',
  },
  'workbook-too-slow': {
    zh: '读取工作簿超过 {limit} 秒，已停止',
    en: 'Reading the workbook took longer than {limit} seconds and was stopped',
    ...splitUp,
  },
  'workbook-too-much-memory': {
    zh: '读取工作簿需要的内存超过上限 {limit} MB，已停止',
    en: 'Reading the workbook needs more than {limit} MB of memory and was stopped',
    ...splitUp,
  },
  'workbook-without-rows': {
    zh: '工作簿里没有可读的数据（共 {count} 张工作表，都是空的、隐藏的或图表）',
    en: 'The workbook holds no data to read ({count} sheets, all empty, hidden or charts)',
    mendZh: '确认数据已保存到工作表里；隐藏的工作表要先取消隐藏，再上传',
    mendEn: 'Check that the data were saved into a sheet; unhide hidden sheets',
  },
  'workbook-sheet-unknown': {
    zh: '工作簿里没有名为“{sheet}”的工作表',
    en: 'The workbook has no sheet named "{sheet}"',
  },
  'formula-not-calculated': {
    zh: '“{column}”（{cell}）是公式，但文件里没有保存计算结果',
    en: '"{column}" ({cell}) is a formula whose result was not saved in the file',
    mendZh: '用 Excel 或 WPS 打开，等计算完成后保存，再上传；或把公式粘贴为数值',
    mendEn: 'Open it in Excel or WPS, let it calculate, save and upload; or paste the formulas as values',
  },
  'notice-merged-filled': {
    zh: '工作表“{sheet}”：合并单元格（如 {example}）的值已填入被合并的 {count} 个空格',
    en: 'Sheet "{sheet}": values of merged cells (such as {example}) were repeated in {count} blank cells',
  },
  'notice-sheet-empty': {
    zh: '工作表“{sheet}”是空的，没有读取',
    en: 'Sheet "{sheet}" is empty and was not read',
  },
  'notice-sheet-hidden': {
    zh: '工作表“{sheet}”是隐藏的，没有读取',
    en: 'Sheet "{sheet}" is hidden and was not read',
    mendZh: '需要上传的，请先取消隐藏',
    mendEn: 'Unhide it if it is to be uploaded',
  },
  'notice-sheet-chart': {
    zh: '“{sheet}”是图表、宏或对话框，没有读取',
    en: '"{sheet}" is a chart, macro or dialog sheet and was not read',
  },
  'notice-rows-hidden': {
    zh: '工作表“{sheet}”有 {count} 行被隐藏或筛选掉，也一并读取了',
    en: 'Sheet "{sheet}" has {count} hidden or filtered rows; they were read as well',
  },
} as const satisfies Record<string, MessageTemplate>;
