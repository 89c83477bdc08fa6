import { DomainError } from '../domain/domainError.js';
import type { Indicator } from '../domain/indicator.js';
import { parseStandards, type Standards } from '../domain/standard.js';
import type { Queryable } from './pool.js';

/** Reads all versions of all standards; throws when a stored document is not of the right shape. */
export async function listStandards(db: Queryable): Promise<Standards> {
  const { rows } = await db.query<{ id: string; document: unknown }>(
    'select id, document from standards order by id',
  );
  return parseStandards(Object.fromEntries(rows.map((row) => [row.id, row.document])));
}

interface IndicatorRow {
  code: string;
  name_zh: string;
  name_en: string;
  unit: string;
  decimals: number;
  medium: Indicator['medium'];
  plausible_min: number | null;
  plausible_max: number | null;
  possible_min: number | null;
  possible_max: number | null;
  synonyms: string[];
}

/** Lists every indicator, by medium and code. */
export async function listIndicators(db: Queryable): Promise<Indicator[]> {
  const { rows } = await db.query<IndicatorRow>(
    `select code, name_zh, name_en, unit, decimals, medium, plausible_min, plausible_max, possible_min, possible_max,
            synonyms
       from indicators order by medium, code`,
  );
  return rows.map((row) => ({
    code: row.code,
    nameZh: row.name_zh,
    nameEn: row.name_en,
    unit: row.unit,
    decimals: row.decimals,
    medium: row.medium,
    plausibleMin: row.plausible_min,
    plausibleMax: row.plausible_max,
    possibleMin: row.possible_min,
    possibleMax: row.possible_max,
    synonyms: row.synonyms,
  }));
}

/** The offices' Chinese names by code. */
export async function listOffices(db: Queryable): Promise<Map<string, string>> {
  const { rows } = await db.query<{ code: string; name_zh: string }>(
    'select code, name_zh from offices order by code',
  );
  return new Map(rows.map((row) => [row.code, row.name_zh]));
}

/** Adds an indicator. Throws DomainError `conflict` when the code is taken. */
export async function insertIndicator(db: Queryable, indicator: Indicator): Promise<void> {
  const { rowCount } = await db.query(
    `insert into indicators (code, name_zh, name_en, unit, decimals, medium, plausible_min, plausible_max,
                             possible_min, possible_max, synonyms, edited_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now()) on conflict (code) do nothing`,
    [
      indicator.code,
      indicator.nameZh,
      indicator.nameEn,
      indicator.unit,
      indicator.decimals,
      indicator.medium,
      indicator.plausibleMin,
      indicator.plausibleMax,
      indicator.possibleMin,
      indicator.possibleMax,
      indicator.synonyms,
    ],
  );
  if (rowCount === 0) throw new DomainError('conflict', { detail: `indicator ${indicator.code}` });
}
