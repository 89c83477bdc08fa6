import { Decimal, roundHalfEven } from '../domain/decimal.js';
import type { WaterEvaluation } from '../domain/standard.js';
import type { WaterGrade } from '../domain/waterGrade.js';
import { gradeValue, type WaterBody, type WaterRules } from './waterGrade.js';
import { usedValues, type SampleValue } from './waterMonths.js';

/** An item below detection whose limit lies above the class that half of it was given: a person must judge it. */
export interface DetectionDoubt {
  readonly code: string;
  readonly label: string;
  readonly nameZh: string;
  readonly detectionLimit: Decimal;
  /** The value that took part, and its class. */
  readonly used: Decimal;
  readonly grade: WaterGrade;
  /** The class that a value just at the detection limit would have. */
  readonly gradeAtLimit: WaterGrade;
}

/**
 * The grading items of a sample for which "below detection" does not prove the class: counted as half the limit they
 * meet a class limit that lies below the detection limit (Oil 0.12L → 0.06 …). They are graded all the same and named
 * for a person to judge (unconfirmed).
 */
export function findDetectionDoubts(
  rules: WaterRules,
  body: WaterBody,
  values: ReadonlyMap<string, SampleValue>,
): DetectionDoubt[] {
  const counted = usedValues(values, rules.evaluation);
  const doubts: DetectionDoubt[] = [];
  for (const item of rules.limits.items.list) {
    const detectionLimit = values.get(item.code)?.detectionLimit;
    const used = counted.get(item.code);
    if (detectionLimit === undefined || used === undefined) continue;
    if (!rules.evaluation.gradingItems.list.includes(item.code)) continue;
    const grade = gradeValue(item, body, used);
    const gradeAtLimit = gradeValue(item, body, detectionLimit);
    if (grade === undefined || gradeAtLimit === undefined || gradeAtLimit <= grade) continue;
    const { code, label, nameZh } = item;
    doubts.push({ code, label, nameZh, detectionLimit, used, grade, gradeAtLimit });
  }
  return doubts;
}

/**
 * A mean of samples as reports print it: half to even at `decimals`, or the detection limit with L when the mean lies
 * below it (unconfirmed; a setting). With several limits the largest counts.
 *
 * @param detectionLimits those of the samples that were below detection.
 */
export function printWaterMean(
  mean: Decimal,
  detectionLimits: readonly Decimal[],
  decimals: number,
  { detectionPrinting }: WaterEvaluation,
): string {
  const limit = detectionLimits.reduce((best, one) => (one.gt(best) ? one : best), new Decimal(0));
  if (detectionPrinting.enabled && mean.lt(limit)) return `${limit.toFixed()}L`;
  return roundHalfEven(mean, decimals).toFixed(decimals);
}
