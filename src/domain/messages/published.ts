import type { MessageTemplate } from './template.js';

/** Figures that are marked as published. */
export const publishedMessages = {
  'period-not-judged': {
    zh: '目标 {target} 考核 {from} 至 {to}，与 {period} 没有关系，没有标记',
    en: 'The target {target} judges {from} to {to}, no day of {period}; nothing was marked',
    mendZh:
      '改为考核期内的年或月；{period} 的数值请标在本期的目标上，或用 kind=group-mean、section-class 标记',
    mendEn:
      'Name a year or month of its period; mark a figure of {period} under the target of that time, or with kind=group-mean or section-class',
  },
} as const satisfies Record<string, MessageTemplate>;
