import { hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import {
  deleteDustPeriod,
  listDustPeriods,
  undoDustPeriodsOf,
  updateDustPeriod,
} from '../store/dustPeriods.js';
import { keyedTables, type KeyedTableName, type StagedRow } from '../store/keyedTable.js';
import { applyStage, judgeStage } from '../store/mergeValues.js';
import { ensurePartitions } from '../store/partitions.js';
import { inTransaction, type Pool, type PoolClient } from '../store/pool.js';
import { saveQualityRule } from '../store/qualityRules.js';
import { clearReviewFlags, setReviewFlags } from '../store/reviews.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles, type SeedFiles } from '../store/seedFiles.js';
import { insertSiteEvent, lockSiteEvents, siteEvent, withdrawSiteEvent } from '../store/siteEvents.js';
import { saveSiteGroup } from '../store/siteGroups.js';
import { systemRecorder } from '../store/siteHistory.js';
import { insertSite, listSites, updateSite } from '../store/sites.js';
import { Stage, type StagedNote } from '../store/stage.js';
import { insertTargetVersion, listAllVersions } from '../store/targets.js';
import { applyUndo, findUndo, recordUndo } from '../store/undoWrite.js';
import { insertUpload } from '../store/uploads.js';
import { insertExtents, insertWrite } from '../store/writes.js';
import {
  airGroup,
  dayOf,
  firstDay,
  sectionGroup,
  sections,
  stations,
  type Change,
  type ChangeOf,
} from './anyChange.fixture.js';
import { addDust, testActor } from './database.fixture.js';
import { StandardChanges } from './standardChanges.fixture.js';

interface Made {
  readonly writeId: string;
  readonly uploadId: string;
}

/** A database with two stations and two sections, to which changes happen as they do in the service. */
export class ChangingWorld {
  readonly #pool: Pool;
  readonly #files: SeedFiles;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #standards: StandardChanges;
  #uploads: Made[] = [];

  private constructor(
    pool: Pool,
    files: SeedFiles,
    ids: ReadonlyMap<string, number>,
    standards: StandardChanges,
  ) {
    this.#pool = pool;
    this.#files = files;
    this.#ids = ids;
    this.#standards = standards;
  }

  /** Loads the seeds and adds the second station. */
  static async create(pool: Pool): Promise<ChangingWorld> {
    const files = await readSeedFiles();
    await loadSeeds(pool, files);
    await inTransaction(pool, (client) =>
      insertSite(client, { code: 'air-second', name: '第二点位', kind: 'air-station', groups: [airGroup] }),
    );
    const ids = new Map((await listSites(pool)).map(({ code, id }) => [code, id]));
    return new ChangingWorld(pool, files, ids, await StandardChanges.create(pool));
  }

  /** No values, and everything else as it was in the beginning. */
  async clear(): Promise<void> {
    const pool = this.#pool;
    this.#uploads = [];
    await this.#standards.restore();
    await pool.query(
      `update quality_rules r set parameters = v.parameters from quality_rule_versions v
        where v.key = r.key and v.version = 1`,
    );
    await pool.query(`delete from target_versions where recorded_by <> 'seeds'`);
    await loadSeeds(pool, this.#files);
    await this.#setMembers(airGroup, [...stations]);
    await this.#setMembers(sectionGroup, ['sec-shitangou']);
    await inTransaction(pool, async (client) => {
      for (const code of sections) await updateSite(client, code, { kind: 'river-section' });
    });
    await pool.query(
      `truncate air_hour, air_day, water_sample, water_month, published_texts, value_flags, value_origins,
                dust_periods, pending_days, air_site_days, air_group_days, air_group_months, water_site_months, water_item_months, published_differences,
                latest_rows, flag_history, revisions, dust_period_revisions, write_extents, write_undos, site_events`,
    );
  }

  async perform(step: Change): Promise<void> {
    const pool = this.#pool;
    switch (step.do) {
      case 'undo':
        return this.#takeBack(step.which);
      case 'dust': {
        const start = instantOfDay(firstDay) + step.hour * hourMs;
        return addDust(pool, start, start + step.length * hourMs);
      }
      case 'dust-edit':
      case 'dust-delete':
      case 'dust-undo':
        return this.#changeDust(step);
      case 'flag':
      case 'unflag':
      case 'flag-sample':
      case 'unflag-sample':
        return this.#review(step);
      case 'members':
        return inTransaction(pool, (client) => updateSite(client, 'air-second', { groups: step.groups }));
      case 'group':
        return this.#setMembers(airGroup, step.members);
      case 'section-group':
        return this.#setMembers(sectionGroup, step.members);
      case 'kind':
        return inTransaction(pool, (client) => updateSite(client, step.section, { kind: step.kind }));
      case 'target':
        return inTransaction(pool, (client) => this.#amendTarget(client, step.grade));
      case 'rule':
      case 'range':
        return this.#changeRule(step);
      case 'merge':
      case 'unmerge':
        return inTransaction(pool, (client) => this.#merge(client, step.do));
      case 'air-evaluation':
      case 'air-limits':
      case 'aqi':
      case 'water-limits':
      case 'water-evaluation':
      case 'new-version':
      case 'old-version':
        return this.#standards.perform(step);
      default:
        return this.#write(step);
    }
  }

  async #write(
    step: ChangeOf<
      | 'hours'
      | 'daily'
      | 'sample'
      | 'month'
      | 'published-hour'
      | 'published-day'
      | 'published-sample'
      | 'published-month'
    >,
  ): Promise<void> {
    switch (step.do) {
      case 'hours':
        return this.#upload('air_hour', this.#hoursOf(step.station, dayOf(step.day), step.value, step.count));
      case 'daily':
        return this.#upload('air_day', [
          this.#row(step.station, instantOfDay(dayOf(step.day)), [5, 6, 1, 80, step.value, 20, 90]),
        ]);
      case 'sample':
      case 'month':
        return this.#writeWater(step);
      case 'published-hour':
      case 'published-day': {
        const span = step.do === 'published-hour' ? 'hour' : 'day';
        const ts = instantOfDay(dayOf(step.day));
        const texts = { aqi_level: step.level, ...(step.aqi === null ? {} : { aqi: step.aqi }) };
        return this.#upload(
          'published',
          Object.entries(texts).map(([indicator, text]) => ({
            ...this.#row(step.station, ts, [text]),
            keys: [indicator, span],
          })),
        );
      }
      case 'published-sample':
      case 'published-month': {
        const single = step.do === 'published-sample';
        const ts = instantOfDay(single ? dayOf(step.day) : '2024-12-01');
        const row = this.#row(step.section, ts, [step.text]);
        return this.#upload('published', [{ ...row, keys: ['water_class', single ? 'instant' : 'month'] }]);
      }
    }
  }

  async #writeWater(step: ChangeOf<'sample' | 'month'>): Promise<void> {
    const ts = instantOfDay(step.do === 'sample' ? dayOf(step.day) : '2024-12-01');
    const level = step.value === null ? null : step.value / 20;
    const values = waterItems.map((code) =>
      code === 'codmn' ? level : code === 'tp' && level !== null ? level / 50 : null,
    );
    const key = { ts, siteId: this.#id(step.section) };
    const notes: StagedNote[] = [];
    if (level === null) notes.push({ ...key, indicator: '*', flag: 'no-flow', raw: '断流' });
    else if (step.do === 'sample' && step.censored)
      for (const [indicator, limit] of [
        ['codmn', 2 * level],
        ['tp', level / 25],
      ] as const)
        notes.push({ ...key, indicator, flag: 'below-detection', raw: `${limit}L`, detectionLimit: limit });
    const table = step.do === 'sample' ? 'water_sample' : 'water_month';
    return this.#upload(table, [this.#row(step.section, ts, values)], notes);
  }

  #id(code: string): number {
    return this.#ids.get(code)!;
  }

  #row(code: string, ts: number, values: StagedRow['values']): StagedRow {
    return { line: 2, ts, siteId: this.#id(code), values };
  }

  /** Hours of a day with the same PM10 and PM2.5 (half of it, or twice as much), other items fixed. */
  #hoursOf(code: string, on: string, pm10: number | null, count: number): StagedRow[] {
    return Array.from({ length: count }, (_, index) => ({
      ...this.#row(code, instantOfDay(on) + index * hourMs, [
        10,
        20,
        1,
        60,
        pm10,
        pm10 === null ? null : count % 2 === 0 ? pm10 / 2 : pm10 * 2,
      ]),
      line: index + 2,
    }));
  }

  async #upload(
    table: KeyedTableName,
    rows: readonly StagedRow[],
    notes: readonly StagedNote[] = [],
  ): Promise<void> {
    const made = await inTransaction(this.#pool, async (client) => {
      const stage = new Stage(client);
      await stage.add(table, rows);
      await stage.addNotes(table, notes);
      await judgeStage(client, stage);
      await ensurePartitions(this.#pool, client, stage);
      const writeId = await insertWrite(client, testActor, { kind: 'upload' });
      await applyStage(client, stage, writeId);
      await insertExtents(client, stage, writeId);
      const file = { fileName: 'x.csv', sha256: '', bytes: 1, status: 'committed' as const, report: {} };
      const { id } = await insertUpload(client, testActor, file, writeId);
      return { writeId, uploadId: id };
    });
    this.#uploads.push(made);
  }

  async #takeBack(index: number): Promise<void> {
    const [made] = this.#uploads.splice(index % Math.max(1, this.#uploads.length), 1);
    if (made === undefined) return;
    const { writeId, uploadId } = made;
    await inTransaction(this.#pool, async (client) => {
      const findings = await findUndo(client, writeId);
      const undoId = await insertWrite(client, testActor, { kind: 'undo', uploadId });
      await applyUndo(client, findings, writeId, undoId);
      await recordUndo(client, uploadId, writeId, undoId);
    });
  }

  async #changeDust(step: ChangeOf<'dust-edit' | 'dust-delete' | 'dust-undo'>): Promise<void> {
    await inTransaction(this.#pool, async (client) => {
      const writeId = await insertWrite(client, testActor, { kind: 'manual', reason: step.do });
      if (step.do === 'dust-undo') {
        const { rows } = await client.query<{ write_id: string }>(
          'select distinct write_id from dust_period_revisions order by 1',
        );
        const undone = rows[step.which % Math.max(1, rows.length)];
        if (undone !== undefined) await undoDustPeriodsOf(client, undone.write_id, writeId);
        return;
      }
      const periods = await listDustPeriods(client, 0, instantOfDay('2100-01-01'));
      const period = periods[step.which % Math.max(1, periods.length)];
      if (period === undefined) return;
      if (step.do === 'dust-delete') return deleteDustPeriod(client, period.id, writeId);
      const start = instantOfDay(firstDay) + step.hour * hourMs;
      await updateDustPeriod(client, period.id, { start, end: start + step.length * hourMs }, writeId);
    });
  }

  async #review(step: ChangeOf<'flag' | 'unflag' | 'flag-sample' | 'unflag-sample'>): Promise<void> {
    const from = new Date(instantOfDay(dayOf(step.day)));
    const air = 'station' in step;
    const where = {
      table: air ? keyedTables.air_hour : keyedTables.water_sample,
      siteId: this.#id(air ? step.station : step.section),
      indicator: air ? step.item : step.flag === 'maintenance' ? '*' : 'codmn',
      from,
      to: new Date(from.getTime() + (air ? step.hours : 1) * hourMs),
    };
    await inTransaction(this.#pool, async (client) => {
      const writeId = await insertWrite(client, testActor, { kind: 'manual' });
      const change = { flag: step.flag, reason: '试', writeId };
      await (step.do.startsWith('flag') ? setReviewFlags : clearReviewFlags)(client, where, change);
    });
  }

  #setMembers(code: string, members: readonly string[]): Promise<void> {
    return inTransaction(this.#pool, (client) =>
      saveSiteGroup(client, { code, nameZh: code, members: [...members] }),
    );
  }

  async #amendTarget(client: PoolClient, grade: number): Promise<void> {
    const versions = (await listAllVersions(client)).filter(
      ({ target }) => target.kind === 'section-grade' && target.siteGroup === sectionGroup,
    );
    const { id, ...definition } = versions.at(-1)!.target;
    await insertTargetVersion(client, {
      id,
      effective: '2024-01-01',
      document: `Ⅰ–Ⅴ ${grade}`,
      definition: { ...definition, limit: String(grade) },
      by: testActor.name,
    });
  }

  async #changeRule(step: ChangeOf<'rule' | 'range'>): Promise<void> {
    if (step.do === 'rule') {
      const [rule, indicator, parameters] = step.rule;
      await inTransaction(this.#pool, (client) =>
        saveQualityRule(client, testActor, { rule, indicator, parameters, reason: '试' }),
      );
      return;
    }
    const { seeds } = this.#files;
    const indicators = seeds.indicators.map((one) =>
      one.code === 'pm10' ? { ...one, plausibleMax: step.most } : one,
    );
    await loadSeeds(this.#pool, { ...this.#files, seeds: { ...seeds, indicators } });
  }

  async #merge(client: PoolClient, what: 'merge' | 'unmerge'): Promise<void> {
    await lockSiteEvents(client);
    const { rows } = await client.query<{ id: string }>(
      'select id from site_events where withdrawn_at is null limit 1',
    );
    const siteId = this.#id('air-second');
    if (what === 'unmerge' && rows[0] !== undefined)
      await withdrawSiteEvent(client, siteId, rows[0].id, systemRecorder);
    if (what === 'merge' && rows[0] === undefined)
      await insertSiteEvent(
        client,
        siteId,
        siteEvent({ kind: 'merge', from: dayOf(1), mergedInto: this.#id('air-town') }),
        systemRecorder,
      );
  }
}
