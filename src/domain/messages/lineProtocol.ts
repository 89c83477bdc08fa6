import type { MessageTemplate } from './template.js';

const mendEscape = {
  mendZh: '名称里的逗号、空格、等号前要加反斜杠（\\）',
  mendEn: 'Put a backslash before commas, blanks and equals signs inside of names',
};
const mendFields = {
  mendZh: '一行的写法是：表名,标签=值 字段=数值,字段=数值 时间戳',
  mendEn: 'A line reads: measurement,tag=value field=number,field=number timestamp',
};
const mendNumber = {
  mendZh: '改为数字，例如 35.2、35i；没有数据就不要写这个字段',
  mendEn: 'Give a number such as 35.2 or 35i; leave the field out when there is no value',
};
const mendTime = {
  mendZh: '时间戳是整数（1970 年起的纳秒、微秒、毫秒或秒，与请求的 precision 一致），后面不能再有内容',
  mendEn: 'A timestamp is a whole number (since 1970, in the precision of the request) and ends the line',
};

/** Faults of line protocol, where `{found}` is what stands in the place. */
export const lineProtocolMessages = {
  'line-measurement-start': {
    zh: '表名（measurement）开头不能是{found}',
    en: 'A measurement cannot begin with {foundEn}',
    ...mendFields,
  },
  'line-comment-character': {
    zh: '注释行里有不可见的控制字符',
    en: 'A comment line holds a control character',
    mendZh: '删除注释行，或去掉其中的控制字符',
    mendEn: 'Delete the comment, or the control characters in it',
  },
  'line-tag-after-comma': {
    zh: '逗号后面应该是标签名，这里是{found}',
    en: 'A tag key should follow the comma; found {foundEn}',
    mendZh: '去掉多余的逗号或逗号后的空格',
    mendEn: 'Delete the stray comma, or the blank after it',
  },
  'line-tag-or-field': {
    zh: '这里应该是标签或字段，却是{found}',
    en: 'A tag or a field should stand here; found {foundEn}',
    ...mendFields,
  },
  'line-tag-equals': {
    zh: '标签“{name}”后面应该是等号，却是{found}',
    en: 'An equals sign should follow the tag key "{name}"; found {foundEn}',
    ...mendEscape,
  },
  'line-tag-key-empty': {
    zh: '等号前面没有标签名',
    en: 'No tag key before the equals sign',
    ...mendEscape,
  },
  'line-tag-value-missing': {
    zh: '标签“{name}”没有值',
    en: 'The tag "{name}" has no value',
    mendZh: '给出标签的值；没有值就不要写这个标签',
    mendEn: 'Give its value, or leave the tag out',
  },
  'line-field-missing': {
    zh: '没有字段',
    en: 'The line has no field',
    ...mendFields,
  },
  'line-field-start': {
    zh: '字段名开头不能是{found}',
    en: 'A field key cannot begin with {foundEn}',
    ...mendFields,
  },
  'line-field-equals': {
    zh: '字段“{name}”后面应该是等号，却是{found}',
    en: 'An equals sign should follow the field key "{name}"; found {foundEn}',
    ...mendEscape,
  },
  'line-value-missing': {
    zh: '字段“{name}”没有值',
    en: 'The field "{name}" has no value',
    ...mendNumber,
  },
  'line-string-open': {
    zh: '字段“{name}”的文字值缺少右双引号，后面的内容都无法读取',
    en: 'The string of the field "{name}" has no closing quote; nothing after it can be read',
    mendZh: '补上右双引号（"）；文字里的双引号写成 \\"',
    mendEn: 'Add the closing quote; a quote inside of the string is written \\"',
  },
  'line-value-type': {
    zh: '字段“{name}”的值“{text}”既不是数字、真假值，也不是带双引号的文字',
    en: 'The value "{text}" of the field "{name}" is no number, no boolean and no quoted string',
    ...mendNumber,
  },
  'line-after-value': {
    zh: '字段“{name}”的值后面不能是{found}',
    en: 'The value of the field "{name}" cannot be followed by {foundEn}',
    mendZh: '字段之间用逗号分隔，时间戳前用空格',
    mendEn: 'Fields are separated by commas; a blank precedes the timestamp',
  },
  'line-value-integer': {
    zh: '字段“{name}”的值“{text}”不是整数',
    en: 'The value "{text}" of the field "{name}" is no integer',
    ...mendNumber,
  },
  'line-value-unsigned': {
    zh: '字段“{name}”的值“{text}”不是无符号整数',
    en: 'The value "{text}" of the field "{name}" is no unsigned integer',
    ...mendNumber,
  },
  'line-value-float': {
    zh: '字段“{name}”的值“{text}”不是数字',
    en: 'The value "{text}" of the field "{name}" is no number',
    ...mendNumber,
  },
  'line-value-boolean': {
    zh: '字段“{name}”的值“{text}”不是真假值',
    en: 'The value "{text}" of the field "{name}" is no boolean',
    mendZh: '真假值写成 true 或 false，数字直接写数字',
    mendEn: 'Booleans are true or false; numbers are written as they are',
  },
  'line-value-range': {
    zh: '字段“{name}”的值“{text}”太大，无法存储',
    en: 'The value "{text}" of the field "{name}" is too large to be stored',
    ...mendNumber,
  },
  'line-value-not-finite': {
    zh: '字段“{name}”的值“{text}”不是有限的数',
    en: 'The value "{text}" of the field "{name}" is not finite',
    ...mendNumber,
  },
  'line-time': {
    zh: '时间戳“{text}”不是整数',
    en: 'The timestamp "{text}" is no whole number',
    ...mendTime,
  },
  'line-time-syntax': {
    zh: '时间戳“{text}”的写法不对',
    en: 'The timestamp "{text}" is malformed',
    ...mendTime,
  },
  'line-time-range': {
    zh: '时间戳“{text}”超出可表示的范围',
    en: 'The timestamp "{text}" is out of range',
    mendZh: '检查时间戳的单位是否与请求的 precision 一致',
    mendEn: 'Check that its unit is the precision of the request',
  },
  'line-after-time': {
    zh: '时间戳后面多出“{text}”',
    en: 'Unexpected text "{text}" after the timestamp',
    ...mendTime,
  },
  'line-utf8': {
    zh: '“{text}”不是 UTF-8 编码',
    en: '"{text}" is not UTF-8',
    mendZh: '把发送端的编码设为 UTF-8',
    mendEn: 'Set the encoding of the sender to UTF-8',
  },
} as const satisfies Record<string, MessageTemplate>;
