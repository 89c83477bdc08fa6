import type { SectionBody } from '../domain/waterBody.js';
import type { WaterBody, WaterRules } from '../statistics/waterGrade.js';
import type { WaterPeriod, WaterSample } from '../statistics/waterMonths.js';
import type { ProjectionSettings } from './projectionSettings.js';

/** One section with its months: one sample a month, the month's item means. */
export interface JudgedSection {
  readonly name: string;
  readonly body: SectionBody;
  readonly placeholder: boolean;
  /** A source of drinking water, for which GB 3838 table 2 holds as well. */
  readonly isSource?: boolean;
  /** Months of the judged period and of all earlier years to draw on. */
  readonly months: readonly WaterSample[];
  readonly inputs: readonly string[];
}

export interface SectionsInput {
  readonly sections: readonly JudgedSection[];
  readonly rules: WaterRules;
  readonly standards: readonly string[];
  /**
   * Whether the figure of a month that is not over takes part. Default `false`: a month's figure speaks for the month
   * and is no figure of its first days; `true` for targets judged on running data.
   */
  readonly countRunningMonth?: boolean;
  /** How the months to come are projected; default: `projectionDefaults`. */
  readonly projection?: ProjectionSettings;
}

/** A section with its period. */
export interface JudgedWater {
  readonly section: JudgedSection;
  readonly water: WaterPeriod;
}

/** A section that has a class: one of surface water, by GB 3838. */
export interface ClassedWater extends JudgedWater {
  readonly section: JudgedSection & { readonly body: WaterBody };
}

/** Groundwater is compared with the limits of one class and never gets a class of its own. */
export function hasClass(one: JudgedWater): one is ClassedWater {
  return one.section.body !== 'groundwater';
}
