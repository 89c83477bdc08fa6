import type { MessageTemplate } from './template.js';

/** Reviews, suspicions, and what others published. */
export const qualityMessages = {
  'flags-too-many': {
    zh: '一次最多标记 {limit} 个值，这次要标记 {count} 个，没有写入任何标记',
    en: 'At most {limit} values can be flagged at a time; these are {count}, and none was flagged',
    mendZh: '缩小时间范围，分几次标记',
    mendEn: 'Narrow the range and flag them in several steps',
  },
  'quality-rule-invalid': {
    zh: '规则 {rule} 的参数不对：{problem}',
    en: 'The parameters of the rule {rule} are wrong: {problem}',
    mendZh: '参照该规则现有的参数改正',
    mendEn: 'Correct them after the present parameters of the rule',
  },
  'notice-suspects-stored': {
    zh: '计算后，这个文件里有 {count} 个值存疑待核（GET /api/v1/suspects?upload={upload}）',
    en: 'After computation {count} values of this file are suspect and await review (GET /api/v1/suspects?upload={upload})',
  },
  'notice-published-differences': {
    zh: '文件里公布的 AQI、级别、首要污染物或水质类别有 {count} 处与计算结果不同，以计算结果为准（GET /api/v1/published-differences?upload={upload}）',
    en: '{count} published indexes, levels, pollutants or classes of this file differ from the computed ones, which stand (GET /api/v1/published-differences?upload={upload})',
  },
  'difference-rounding': {
    zh: '在修约误差之内',
    en: 'within rounding',
  },
  'difference-previous-reading': {
    zh: '与上一次（4 小时前）监测值的类别相同，公布的类别可能还没有更新',
    en: 'the class of the previous reading: the published one may not have been updated yet',
  },
  'difference-other-water-body': {
    zh: '按另一类水体（河流或湖库）的总磷限值得出',
    en: 'follows from the phosphorus limits of the other kind of water body',
  },
  'difference-follows-published-aqi': {
    zh: '与公布的 AQI 一致，随 AQI 的差异而不同',
    en: 'follows from the published AQI, which differs',
  },
  'difference-unlike-published-aqi': {
    zh: '与公布的 AQI 本身不一致',
    en: 'does not follow from the published AQI itself',
  },
  'difference-unreadable': {
    zh: '公布的内容读不懂',
    en: 'the published text cannot be read',
  },
} as const satisfies Record<string, MessageTemplate>;
