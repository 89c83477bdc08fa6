import type { MessageTemplate } from './template.js';

/** What is said about the source of a file and about the bureau's own column names. */
export const sourceMessages = {
  'source-unknown': {
    zh: '没有登记过的数据来源“{value}”{near}',
    en: 'No such source: "{value}"{nearEn}',
    mendZh:
      '改成已登记的来源代码（见 /api/v1/sources），或请审核人员登记此来源；不用来源的设置时去掉参数 source',
    mendEn:
      'Use the code of a registered source (/api/v1/sources), have it registered, or leave the option out',
  },
  'save-mapping-without-source': {
    zh: '要保存列对应关系（saveMapping），但没有写明是哪个来源',
    en: 'The mapping is to be saved (saveMapping), but the source is not named',
    mendZh: '同时填写来源代码（参数 source），或去掉 saveMapping',
    mendEn: 'Give the option source as well, or leave saveMapping out',
  },
  'notice-source-settings': {
    zh: '按来源“{name}”（{code}，第 {version} 版）的设置读取：{taken}',
    en: 'Read by the settings of the source "{name}" ({code}, version {version}): {taken}',
  },
  'notice-own-column-name': {
    zh: '“{column}”按本局登记的列名读作 {meaning}，不是通常的 {builtIn}',
    en: '"{column}" is read as {meaning}, as the bureau has registered the name, not as {builtIn}, its usual meaning',
    mendZh: '如不应如此，请审核人员在列名表（/api/v1/column-names）里改回',
    mendEn: 'Take the name back in the table of column names (/api/v1/column-names) if that is not meant',
  },
  'notice-ignored-column-absent': {
    zh: '参数 ignoreColumns 里的“{column}”不在表头里',
    en: 'No header reads "{column}", which ignoreColumns names',
  },
} as const satisfies Record<string, MessageTemplate>;
