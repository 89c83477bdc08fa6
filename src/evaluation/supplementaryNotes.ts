import { Decimal } from '../domain/decimal.js';
import type { WaterRules } from '../statistics/waterGrade.js';
import { shown } from './judgement.js';
import { hasClass, type JudgedWater } from './sectionsInput.js';
import type { Words } from './words.js';

/**
 * Sources of drinking water whose mean of an item of GB 3838 table 2 is over its limit. These items have no classes and
 * do not change the class that the plan asks for; but a source over one of them does not comply (达标).
 */
export function supplementaryNotes(judged: readonly JudgedWater[], rules: WaterRules): Words[] {
  const found = judged.flatMap((one) => {
    if (one.section.isSource !== true || !hasClass(one)) return [];
    const over = rules.limits.supplementary.list.flatMap(({ code, nameZh, limit }) => {
      const value = one.water.values.get(code);
      return value?.gt(new Decimal(limit)) === true ? [{ code, nameZh, value: shown(value, 4), limit }] : [];
    });
    return over.length === 0 ? [] : [{ name: one.section.name, over }];
  });
  if (found.length === 0) return [];
  const list = (describe: (item: (typeof found)[number]['over'][number]) => string, between: string) =>
    found.map(({ name, over }) => `${name}（${over.map(describe).join(between)}）`).join('；');
  return [
    {
      zh: `水源补充项目（GB 3838 表 2）均值超过限值，不参与定类，但按水源评价不达标：${list(
        ({ nameZh, value, limit }) => `${nameZh} ${value}＞${limit}`,
        '、',
      )}`,
      en: `Supplementary items (GB 3838 table 2) over their limits; they have no class, but the source does not comply: ${list(
        ({ code, value, limit }) => `${code} ${value} > ${limit}`,
        ', ',
      )}`,
    },
  ];
}
