import { addDays, addMonths, monthOfDay } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { chooseStandard, type AqiStandard } from '../domain/standard.js';
import type { Target } from '../domain/target.js';
import { isDrinkingSource, waterBodyOf } from '../domain/waterBody.js';
import { yearsBefore } from '../evaluation/bootstrap.js';
import { judgeAnnualMean, type JudgedDay } from '../evaluation/judgeAnnualMean.js';
import { judgeDayCount, judgeDayShare, type DaysInput } from '../evaluation/judgeDays.js';
import { findJudgedPeriod, type JudgedPeriod, type Judgement } from '../evaluation/judgement.js';
import { judgeAmount, judgeMilestone, judgeRate } from '../evaluation/judgeReported.js';
import { judgeSections, monthsOf, type JudgedSection } from '../evaluation/judgeSections.js';
import type { ReportedFigure } from '../evaluation/reportedFigure.js';
import { computeDailyAqi } from '../statistics/aqi.js';
import type { DayIndex } from '../statistics/goodDays.js';
import type { WaterSample } from '../statistics/waterMonths.js';
import { airDayColumns, type AirGroupDayRow } from '../store/airDays.js';
import type { StoredReport } from '../store/periodReports.js';
import type { Queryable } from '../store/pool.js';
import type { TargetVersion } from '../store/targets.js';
import { waterRulesOf } from './deriveWater.js';
import { loadStoredFacts, type Facts } from './facts.js';
import type { Reference } from './reference.js';
import {
  assumptionsOf,
  indexAssumptions,
  projectionAssumptions,
  projectionOn,
  waterAssumptions,
} from './ruleAssumptions.js';
import { waterStandardsOf } from './waterStandard.js';

/** A target in the version in force, with what was found about it and the unconfirmed rules that stand behind it. */
export interface JudgedTarget extends TargetVersion {
  readonly judgement: Judgement;
  readonly ruleAssumptions: readonly { readonly zh: string; readonly en: string }[];
}

/** Data shared by the targets and as-of days of one round, loaded once. */
export interface SharedRound {
  readonly facts: Facts;
  readonly reference: Reference;
  readonly reports: readonly StoredReport[];
  readonly airDays: Map<string, Promise<AirDays>>;
  /** Days of whole periods, also those after an as-of day. */
  readonly dayInputs: Map<string, Promise<DaysInput>>;
  readonly meanDays: Map<string, Promise<readonly JudgedDay[]>>;
  readonly sections: Map<string, Promise<readonly JudgedSection[]>>;
  /** Sections are judged by whole months: as-of days that know the same months are judged once. */
  readonly waterJudgements: Map<string, Judgement>;
}

interface Round extends SharedRound {
  readonly asOf: string;
}

/** Earlier years that 同比 and projections draw on. */
export const earlierYears = 5;

interface AirDays {
  readonly rows: readonly AirGroupDayRow[];
  /** Day and item → what the members' values rest on. */
  readonly bases: ReadonlyMap<string, JudgedDay['basis']>;
}

/** Judges every target that is in force on a day, from the derived figures as they are stored. */
export async function judgeTargets(db: Queryable, asOf: string, only?: number): Promise<JudgedTarget[]> {
  return judgeTargetsOver(await loadStoredFacts(db), asOf, only);
}

/** Judges every target that is in force on a day, from the given facts; the same facts give the same verdicts. */
export async function judgeTargetsOver(facts: Facts, asOf: string, only?: number): Promise<JudgedTarget[]> {
  const versions = (await facts.listTargets(asOf)).filter(
    ({ target }) => only === undefined || target.id === only,
  );
  return judgeVersions(await openRound(facts, versions, asOf), versions, asOf);
}

/** Loads what targets rest on as far as it is shared, for as-of days up to `asOf`. */
export async function openRound(
  facts: Facts,
  versions: readonly TargetVersion[],
  asOf: string,
): Promise<SharedRound> {
  const indicators = [...new Set(versions.map(({ target }) => target.indicator))];
  return {
    facts,
    reference: facts.reference,
    reports: await facts.listReports(indicators, addDays(asOf, 1)),
    airDays: new Map(),
    dayInputs: new Map(),
    meanDays: new Map(),
    sections: new Map(),
    waterJudgements: new Map(),
  };
}

/** Judges targets as of one of the days of a round. */
export async function judgeVersions(
  shared: SharedRound,
  versions: readonly TargetVersion[],
  asOf: string,
): Promise<JudgedTarget[]> {
  const reports = shared.reports.filter(({ periodEnd }) => periodEnd <= addDays(asOf, 1));
  const round: Round = { ...shared, reports, asOf };
  const judged: JudgedTarget[] = [];
  for (const version of versions) judged.push({ ...version, ...(await judgeTarget(round, version)) });
  return judged;
}

async function judgeTarget(
  round: Round,
  version: TargetVersion,
): Promise<Pick<JudgedTarget, 'judgement' | 'ruleAssumptions'>> {
  const { target } = version;
  switch (target.kind) {
    case 'annual-mean':
      return judgeMean(round, target);
    case 'day-share':
    case 'day-count':
      return judgeByDays(round, target);
    case 'section-grade':
      return judgeWater(round, version);
    case 'rate':
    case 'change-from-base':
      return plain(judgeRate(target, reportedInput(round, target), round.asOf));
    case 'count':
    case 'area':
      return plain(judgeAmount(target, reportedInput(round, target), round.asOf));
    case 'milestone':
      return plain(judgeMilestone(target, reportedInput(round, target), round.asOf));
  }
}

function plain(judgement: Judgement) {
  return { judgement, ruleAssumptions: [] };
}

async function judgeMean(round: Round, target: Target) {
  const { standards } = round.reference;
  const period = findJudgedPeriod(target, round.asOf);
  const item = target.indicator;
  if (item !== 'pm25' && item !== 'pm10') throw new Error(`target ${target.id}: no annual mean of ${item}`);
  const days = await once(
    round.meanDays,
    `${target.siteGroup} ${period.from} ${period.to} ${item} ${target.ledger}`,
    () => loadMeanDays(round, target, item, period),
  );
  const limits = chooseStandard(standards.airLimits, period.from);
  const evaluation = chooseStandard(standards.airEvaluation, period.from);
  const { dailyRounding } = evaluation;
  const judgement = judgeAnnualMean(
    target,
    {
      days,
      limits,
      dailyDecimals: dailyRounding.enabled ? dailyRounding.decimals[item] : null,
      standards: [limits.id, evaluation.id],
      projection: projectionOn(standards, period.from),
    },
    round.asOf,
  );
  const dust = chooseStandard(standards.dust, period.from);
  return {
    judgement,
    ruleAssumptions: [
      ...assumptionsOf([evaluation, dust], ['dailyRounding', 'stations', 'exclusion', 'hourLabels']),
      ...projectionAssumptions(standards, period.from, judgement),
    ],
  };
}

async function loadMeanDays(
  round: Round,
  target: Target,
  item: 'pm25' | 'pm10',
  period: JudgedPeriod,
): Promise<JudgedDay[]> {
  const { rows, bases } = await airDays(round, target.siteGroup, period);
  const judgedOf = (row: AirGroupDayRow, ledger: Target['ledger']) =>
    toDecimal(ledger === 'with-dust' ? row[item] : row[`${item}_no_dust`]);
  return rows.map((row) => ({
    day: row.day,
    judged: judgedOf(row, target.ledger),
    other: judgedOf(row, target.ledger === 'with-dust' ? 'without-dust' : 'with-dust'),
    basis: bases.get(`${row.day} ${item}`) ?? null,
  }));
}

async function judgeByDays(round: Round, target: Target) {
  const { standards } = round.reference;
  const period = findJudgedPeriod(target, round.asOf);
  const whole = await once(round.dayInputs, `${target.siteGroup} ${period.from} ${period.to}`, () =>
    loadDays(round, target.siteGroup, period),
  );
  const days = whole.days.filter(({ day }) => day < period.until);
  const versions = versionsOf(days, standards.aqi);
  const input = {
    ...whole,
    days,
    standards: [...versions.map(({ id }) => id), ...whole.standards],
    projection: projectionOn(standards, period.from),
  };
  const judge = target.kind === 'day-share' ? judgeDayShare : judgeDayCount;
  const dust = chooseStandard(standards.dust, period.from);
  const evaluation = chooseStandard(standards.airEvaluation, period.from);
  const judgement = judge(target, input, round.asOf);
  return {
    judgement,
    ruleAssumptions: [
      ...assumptionsOf([dust, evaluation], ['exclusion', 'stations', 'ozoneAcrossStations', 'hourLabels']),
      ...indexAssumptions(versions, evaluation),
      ...projectionAssumptions(standards, period.from, judgement),
    ],
  };
}

/** The index versions of days, in the order in which they came into force. */
function versionsOf(days: readonly { readonly day: string }[], all: readonly AqiStandard[]): AqiStandard[] {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const ends = new Set([chooseStandard(all, first.day), chooseStandard(all, last.day)]);
  if (ends.size === 1) return [...ends];
  return [...new Set(days.map(({ day }) => chooseStandard(all, day)))];
}

async function loadDays(round: Round, group: string, period: JudgedPeriod): Promise<DaysInput> {
  const { standards } = round.reference;
  const { rows: all, bases } = await airDays(round, group, period);
  const rows = all.filter(({ day }) => day >= period.from);
  const { goodUpTo, heavyAbove } = chooseStandard(standards.aqi, period.from).days;
  return {
    days: rows.map((row) => {
      const indexed = indexDay(row, chooseStandard(standards.aqi, row.day));
      const basis =
        (indexed.report?.aqi ?? null) === null
          ? null
          : mixBases(airDayColumns.map((item) => bases.get(`${row.day} ${item}`)));
      return { ...indexed, basis };
    }),
    earlier: {
      days: all
        .filter(({ day }) => day < period.from)
        .map((row) => indexDay(row, chooseStandard(standards.aqi, sameDayIn(period, row.day)))),
      goodUpTo,
      heavyAbove,
    },
    limits: chooseStandard(standards.airLimits, period.from),
    dust: chooseStandard(standards.dust, period.from),
    standards: [chooseStandard(standards.airEvaluation, period.from).id],
  };
}

/** The same calendar day of the judged period, so that earlier years are indexed by the rules that judge it. */
function sameDayIn(period: JudgedPeriod, day: string): string {
  const year = Number(period.from.slice(0, 4));
  const same = `${year}${day.slice(4)}`;
  return same < period.from ? `${year + 1}${day.slice(4)}` : same;
}

function indexDay(row: AirGroupDayRow, standard: AqiStandard): DayIndex {
  const report = computeDailyAqi(standard, {
    so2: toDecimal(row.so2),
    no2: toDecimal(row.no2),
    co: toDecimal(row.co),
    o3_8h: toDecimal(row.o3_8h),
    o3_1h: toDecimal(row.o3_1h),
    pm10: toDecimal(row.pm10),
    pm25: toDecimal(row.pm25),
  });
  return { day: row.day, report: report.calculated === null ? null : report, dust: row.dustHours > 0 };
}

async function judgeWater(round: Round, { target, version }: TargetVersion) {
  const { standards } = round.reference;
  const period = findJudgedPeriod(target, round.asOf);
  const rules = waterRulesOf(round.reference, period.from);
  const span = `${period.from} ${period.to}`;
  const sections = await once(round.sections, `${target.siteGroup} ${span}`, () =>
    loadSections(round, target.siteGroup, period),
  );
  const key = `${target.id} ${version} ${span} ${period.state} ${monthOfDay(period.until)}`;
  const used = waterStandardsOf(
    rules,
    sections.map(({ body }) => body),
  );
  const judgement =
    round.waterJudgements.get(key) ??
    judgeSections(
      target,
      {
        sections,
        rules,
        standards: used.map(({ id }) => id),
        projection: projectionOn(standards, period.from),
      },
      round.asOf,
    );
  round.waterJudgements.set(key, judgement);
  return {
    judgement,
    ruleAssumptions: [
      ...waterAssumptions(rules, used),
      ...projectionAssumptions(standards, period.from, judgement),
    ],
  };
}

async function loadSections(round: Round, group: string, period: JudgedPeriod): Promise<JudgedSection[]> {
  const siteIds = round.reference.groups.get(group) ?? [];
  const { from, to } = monthsOf(period);
  const earliest = addMonths(from, -12 * earlierYears);
  const months = await round.facts.listWaterMonths(siteIds, `${earliest}-01`, `${to}-01`);
  return siteIds.map((siteId): JudgedSection => {
    const site = round.reference.sites.get(siteId)!;
    const own = months.filter((row) => row.siteId === siteId);
    return {
      name: site.name,
      placeholder: site.placeholder,
      body: waterBodyOf(site.kind),
      isSource: isDrinkingSource(site.kind),
      inputs: own
        .filter(({ month, input }) => input !== 'none' && month >= `${from}-01`)
        .map(({ input }) => input),
      months: own.map((row): WaterSample => ({
        month: row.month.slice(0, 7),
        values: new Map(
          Object.entries(row.items).map(([item, value]) => [item, { value: new Decimal(value) }]),
        ),
        noFlow: row.noFlow,
      })),
    };
  });
}

function reportedInput(round: Round, target: Target) {
  const figures = round.reports.filter(({ indicator }) => indicator === target.indicator);
  const { groups, sites } = round.reference;
  const townships = groups.get('townships') ?? [];
  const own = new Set(groups.get(target.siteGroup) ?? []);
  const toFigure = (report: StoredReport): ReportedFigure => ({
    siteName: sites.get(report.siteId)?.name ?? String(report.siteId),
    periodKind: report.periodKind,
    periodStart: report.periodStart,
    periodEnd: report.periodEnd,
    value: new Decimal(report.value),
    numerator: toDecimal(report.numerator),
    denominator: toDecimal(report.denominator),
  });
  return {
    county: figures.filter(({ siteId }) => own.has(siteId)).map(toFigure),
    townships: figures.filter(({ siteId }) => townships.includes(siteId)).map(toFigure),
    townshipCount: townships.length,
  };
}

/** Days of a period and of the years before it. */
function airDays(round: Round, group: string, period: JudgedPeriod): Promise<AirDays> {
  return once(round.airDays, `${group} ${period.from} ${period.to}`, () => loadAirDays(round, group, period));
}

/** What stands under a key, loaded by whoever asks first. */
function once<T>(known: Map<string, Promise<T>>, key: string, load: () => Promise<T>): Promise<T> {
  const loading = known.get(key) ?? load();
  known.set(key, loading);
  return loading;
}

async function loadAirDays(round: Round, group: string, period: JudgedPeriod): Promise<AirDays> {
  const rows = await round.facts.listGroupDays(group, yearsBefore(period.from, earlierYears), period.to);
  const members = round.reference.groups.get(group) ?? [];
  const siteDays = await round.facts.listSiteDays(
    members,
    rows.map(({ day }) => day).filter((day) => day >= period.from),
  );
  const bases = new Map<string, JudgedDay['basis']>();
  for (const row of siteDays)
    for (const item of airDayColumns) {
      const basis = row[item] === null ? undefined : row.inputs[item]?.basis;
      const key = `${row.day} ${item}`;
      if (basis !== undefined) bases.set(key, mixBases([bases.get(key), basis]));
    }
  return { rows, bases };
}

function mixBases(bases: readonly (JudgedDay['basis'] | undefined)[]): JudgedDay['basis'] {
  const known = new Set(bases.filter((basis) => basis !== undefined && basis !== null));
  if (known.size > 1) return 'mixed';
  return [...known][0] ?? null;
}

function toDecimal(text: string | null): Decimal | null {
  return text === null ? null : new Decimal(text);
}
