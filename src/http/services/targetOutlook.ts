import type { Allowed, Projection, YearOnYear } from '../../evaluation/outlook.js';
import type { Localised } from '../../evaluation/words.js';

/** What a target's view says beyond its verdict, in the words of one language. */
export interface TargetOutlook {
  yearOnYear: Localised<YearOnYear> | null;
  certainSince: string | null;
  allowed: Localised<Allowed> | null;
  projection: Localised<Projection> | null;
}
