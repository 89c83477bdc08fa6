import type { DeviceSource } from '../../domain/deviceSource.js';
import { families, type FamilyName } from '../../domain/family.js';
import { normaliseName, type Indicator } from '../../domain/indicator.js';
import { convertUnit } from '../decode/unit.js';

/** Where the values of a field go. */
export interface FieldPlan {
  readonly indicator: Indicator;
  /** Column of the family. */
  readonly column: number;
  /** 1 when the sender's unit is that of storage. */
  readonly factor: number;
  readonly possibleMin: number;
  readonly possibleMax: number;
  readonly plausibleMin: number;
  readonly plausibleMax: number;
}

/** `ignored`: no reading, and not to be spoken of. */
export type FieldMeaning = FieldPlan | 'ignored' | 'unknown';

/** The family that a source's values belong to. */
export function familyOf({ medium, interval }: DeviceSource): FamilyName | undefined {
  if (medium === 'water') return interval === 'instant' ? 'water_sample' : undefined;
  return interval === 'instant' ? undefined : `air_${interval}`;
}

/** What the fields of one source mean, found once for each name. */
export class FieldReader {
  readonly #meanings = new Map<string, FieldMeaning>();
  readonly #columns: readonly string[];

  constructor(
    private readonly source: DeviceSource,
    private readonly indicators: readonly Indicator[],
    family: FamilyName,
  ) {
    this.#columns = families[family].columns;
  }

  /** What a field (or the item that a tag names) means. */
  meaningOf(name: string): FieldMeaning {
    const known = this.#meanings.get(name);
    if (known !== undefined) return known;
    const meaning = this.#find(name);
    // Senders have few fields; somebody who makes up names is not to fill the memory.
    if (this.#meanings.size < 10_000) this.#meanings.set(name, meaning);
    return meaning;
  }

  #find(name: string): FieldMeaning {
    const { fields, ignoredFields, medium } = this.source;
    const given = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (given === undefined && ignoredFields.includes(name)) return 'ignored';
    const folded = normaliseName(name);
    const indicator = this.indicators.find((each) =>
      given === undefined
        ? each.medium === medium && each.synonyms.includes(folded)
        : each.code === given.indicator,
    );
    const column = indicator === undefined ? -1 : this.#columns.indexOf(indicator.code);
    if (indicator === undefined || column < 0) return 'unknown';
    const conversion =
      given?.unit === undefined ? { factor: undefined } : convertUnit(given.unit, indicator.unit);
    if (conversion === undefined) return 'unknown';
    return {
      indicator,
      column,
      factor: conversion.factor === undefined ? 1 : conversion.factor.toNumber(),
      possibleMin: indicator.possibleMin ?? -Infinity,
      possibleMax: indicator.possibleMax ?? Infinity,
      plausibleMin: indicator.plausibleMin ?? -Infinity,
      plausibleMax: indicator.plausibleMax ?? Infinity,
    };
  }
}
