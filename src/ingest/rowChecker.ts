import type { PoolClient } from 'pg';
import { dayOfInstant } from '../domain/calendar.js';
import { families } from '../domain/family.js';
import { activateRules, joinRules, type ActiveRules } from '../domain/qualityRule.js';
import type { CellNote, Reading } from '../domain/reading.js';
import type { Standards } from '../domain/standard.js';
import { findSuspectsOfRow, upperLimitsOf } from '../domain/suspectRow.js';
import { waterBodyOf, type SectionBody } from '../domain/waterBody.js';
import { listQualityRules } from '../store/qualityRules.js';
import { listStandards } from '../store/reference.js';
import { listSectionGrades } from '../store/sectionGrades.js';
import { listSites } from '../store/sites.js';

interface SectionClasses {
  readonly standards: Standards;
  readonly grades: ReadonlyMap<number, number>;
  readonly bodies: ReadonlyMap<number, SectionBody>;
}

/**
 * Notes what is suspicious about decoded rows by themselves, beyond the ranges that decoding compares. What needs the
 * neighbouring hours is found by the recomputation, which also sees rows that arrived in parts.
 */
export interface RowChecker {
  /** Adds notes to the readings of a batch, in place. */
  check(readings: Reading[]): void;
}

/** Reads rules, limits and sections once, so that checking rows asks only memory. */
export async function loadRowChecker(client: PoolClient): Promise<RowChecker> {
  const rules = activateRules(await listQualityRules(client));
  const classes = await loadClasses(client);
  return {
    check(readings) {
      for (let index = 0; index < readings.length; index += 1) {
        const reading = readings[index]!;
        const detectionLimits = detectionLimitsOf(reading.notes);
        const classLimits = detectionLimits.size === 0 ? undefined : classLimitsFor(rules, classes, reading);
        const { columns } = families[reading.family];
        const found = findSuspectsOfRow(columns, reading.values, detectionLimits, { rules, classLimits });
        if (found.length > 0) readings[index] = { ...reading, notes: withSuspects(reading.notes, found) };
      }
    },
  };
}

function classLimitsFor(
  { detectionLimit }: ActiveRules,
  { standards, grades, bodies }: SectionClasses,
  { siteId, ts }: Reading,
): ReadonlyMap<string, number> | undefined {
  if (detectionLimit === undefined) return undefined;
  const grade = grades.get(siteId) ?? detectionLimit.gradeWithoutTarget;
  if (grade === null) return undefined;
  return upperLimitsOf(standards, dayOfInstant(ts), bodies.get(siteId) ?? 'river', grade);
}

async function loadClasses(client: PoolClient): Promise<SectionClasses> {
  const standards = await listStandards(client);
  const grades = await listSectionGrades(client);
  const sites = await listSites(client);
  const bodies = new Map(sites.map(({ id, kind }) => [id, waterBodyOf(kind)]));
  return { standards, grades, bodies };
}

const none: ReadonlyMap<string, number> = new Map();

function detectionLimitsOf(notes: readonly CellNote[]): ReadonlyMap<string, number> {
  if (notes.length === 0) return none;
  return new Map(
    notes.flatMap(({ indicator, detectionLimit }) =>
      detectionLimit === undefined ? [] : [[indicator, detectionLimit]],
    ),
  );
}

/** One note per value: what decoding found about its range keeps the text of its cell. */
function withSuspects(
  notes: readonly CellNote[],
  found: readonly (readonly [indicator: string, rule: string])[],
): CellNote[] {
  const result = [...notes];
  for (const indicator of new Set(found.map(([one]) => one))) {
    const at = result.findIndex((note) => note.indicator === indicator && note.flag === 'suspect');
    const before = result[at];
    const rules = found.filter(([one]) => one === indicator).map(([, rule]) => rule);
    const rule = joinRules(before === undefined ? rules : ['range', ...rules]);
    if (before === undefined) result.push({ indicator, flag: 'suspect', raw: '', rule });
    else result[at] = { ...before, rule };
  }
  return result;
}
