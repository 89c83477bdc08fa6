import { MappingType, SpecialValueMatch, type ValueMapping } from '@grafana/schema';
import { verdictZh, type VerdictName } from '../domain/verdict.js';
import { formatGrade, type WaterGrade } from '../domain/waterGrade.js';

export const noData = '无数据';

/** Without it a missing value takes the colour of the first threshold, which is green. */
export const noDataMappings: readonly ValueMapping[] = [
  {
    type: MappingType.SpecialValue,
    options: { match: SpecialValueMatch.NullAndNan, result: { text: noData, color: 'gray', index: 100 } },
  },
  {
    type: MappingType.SpecialValue,
    options: { match: SpecialValueMatch.Empty, result: { text: noData, color: 'gray', index: 101 } },
  },
];

/**
 * Where nothing may well be. An override's mappings come before the default ones and do not take their place: an empty
 * list would leave what is missing as it is elsewhere.
 */
export function missingAs(text: string): { readonly noValue: string; readonly mappings: ValueMapping[] } {
  const missing = (match: SpecialValueMatch, index: number): ValueMapping => ({
    type: MappingType.SpecialValue,
    options: { match, result: { text, color: 'text', index } },
  });
  return {
    noValue: text,
    mappings: [missing(SpecialValueMatch.NullAndNan, 102), missing(SpecialValueMatch.Empty, 103)],
  };
}

/** What the service has not worked out for this day yet; the views write it. */
export const notComputed = '尚未计算';

/** Colours of texts, each beside its text. Anything else that is missing is grey. */
export function colourTexts(colours: Readonly<Record<string, string>>): ValueMapping[] {
  return [
    {
      type: MappingType.ValueToText,
      options: Object.fromEntries(
        Object.entries(colours).map(([text, color], index) => [text, { text, color, index }]),
      ),
    },
    ...noDataMappings,
  ];
}

const verdictColours: Readonly<Record<VerdictName, string>> = {
  met: 'green',
  secured: 'green',
  'on-track': 'blue',
  'at-risk': 'orange',
  missed: 'red',
  lost: 'dark-red',
  'insufficient-data': 'gray',
  'not-reported': 'gray',
};

/** Colours of the verdicts by their Chinese names; the colour follows the stored verdict, never a comparison. */
export const verdictMappings: readonly ValueMapping[] = colourTexts(
  Object.fromEntries(
    Object.entries(verdictColours).map(([name, colour]) => [verdictZh[name as VerdictName], colour]),
  ),
);

/** How the views group the verdicts, with their colours. */
export const verdictGroups: Readonly<Record<string, string>> = {
  达标: 'green',
  进度正常: 'blue',
  存在风险: 'orange',
  未达标: 'red',
  无结论: 'gray',
};

/** Severities of alerts by their Chinese names. */
export const severityMappings: readonly ValueMapping[] = colourTexts({
  提示: 'blue',
  警告: 'orange',
  严重: 'red',
});

/** How alerts, and single times of firing, stand. */
export const alertStateMappings: readonly ValueMapping[] = colourTexts({
  报警中: 'red',
  没有数据: 'gray',
  无法判断: 'gray',
  未结束: 'red',
  已结束: 'green',
  有效: 'text',
  数据更正后撤回: 'gray',
});

/** What became of a message or of an attempt to send it. */
export const outcomeMappings: readonly ValueMapping[] = colourTexts({
  待发: 'blue',
  发送中: 'blue',
  已送达: 'green',
  静默时段暂存: 'gray',
  '未成，将重试': 'orange',
  '中断，不知结果': 'orange',
  被拒绝: 'red',
  未能送达: 'red',
});

/** Categories of the AQI in the colours of HJ 633, table 2. */
export const categoryColours: Readonly<Record<string, string>> = {
  优: '#00E400',
  良: '#FFFF00',
  轻度污染: '#FF7E00',
  中度污染: '#FF0000',
  重度污染: '#99004C',
  严重污染: '#7E0023',
};

/** Levels 1 to 6 of the AQI as numbers, printed as their categories. */
export const levelMappings: readonly ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(categoryColours).map(([text, color], index) => [
        String(index + 1),
        { text, color, index },
      ]),
    ),
  },
  ...noDataMappings,
];

/** Colours of the water classes as 环办〔2011〕22 号 has them: blue, green, yellow, orange, red. */
const gradeColours: Readonly<Record<WaterGrade, string>> = {
  1: '#00CCFF',
  2: '#0066FF',
  3: '#00CC00',
  4: '#FFD500',
  5: '#FF9900',
  6: '#FF0000',
};

export const noFlowCode = 0;
/** Groundwater has no class: it keeps the limits of class Ⅲ, or not. */
export const keptCode = 7;
export const overCode = 8;

/** Whether the mean of a month may stand. */
export const monthStateMappings: readonly ValueMapping[] = colourTexts({
  有效: 'green',
  有效天数不足: 'orange',
  未满月: 'blue',
});

/** An item, or a section, beside what it is to keep. */
export const limitStateMappings: readonly ValueMapping[] = colourTexts({
  符合: 'green',
  超过: 'red',
  单独评价: 'blue',
  不评价: 'gray',
});

/** Colours of the classes by their names. */
export const gradeNameColours: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(gradeColours).map(([grade, color]) => [formatGrade(Number(grade) as WaterGrade), color]),
);

/** Classes by number, with `noFlowCode` for a month without flow. */
export const gradeMappings: readonly ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: {
      [String(noFlowCode)]: { text: '断流', color: 'light-purple', index: 0 },
      ...Object.fromEntries(
        Object.entries(gradeColours).map(([grade, color], index) => [
          grade,
          { text: formatGrade(Number(grade) as WaterGrade), color, index: index + 1 },
        ]),
      ),
      [String(keptCode)]: { text: '符合Ⅲ类限值', color: 'green', index: 7 },
      [String(overCode)]: { text: '超Ⅲ类限值', color: 'red', index: 8 },
    },
  },
  ...noDataMappings,
];

/** Classes by their texts. */
export const gradeTextMappings: readonly ValueMapping[] = colourTexts({
  断流: 'light-purple',
  无法评价: 'gray',
  不分类别: 'gray',
  符合Ⅲ类限值: 'green',
  超Ⅲ类限值: 'red',
  ...gradeNameColours,
});
