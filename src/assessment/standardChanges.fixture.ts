import type { Pool } from '../store/pool.js';
import { dayOf, type ChangeOf } from './anyChange.fixture.js';

/** Edits of standards and their versions, as somebody makes them who corrects a document in the database. */
export class StandardChanges {
  readonly #pool: Pool;
  readonly #documents: ReadonlyMap<string, unknown>;

  private constructor(pool: Pool, documents: ReadonlyMap<string, unknown>) {
    this.#pool = pool;
    this.#documents = documents;
  }

  /** Remembers the documents as they stand. */
  static async create(pool: Pool): Promise<StandardChanges> {
    const { rows } = await pool.query<{ id: string; document: unknown }>(
      'select id, document from standards',
    );
    return new StandardChanges(pool, new Map(rows.map((row) => [row.id, row.document])));
  }

  /** Puts all documents back. */
  async restore(): Promise<void> {
    const ids = [...this.#documents.keys()];
    await this.#pool.query('delete from standards where not (id = any ($1::text[]))', [ids]);
    for (const [id, document] of this.#documents)
      await this.#pool.query('update standards set document = $2 where id = $1 and document <> $2', [
        id,
        JSON.stringify(document),
      ]);
  }

  async perform(
    step: ChangeOf<
      | 'air-evaluation'
      | 'air-limits'
      | 'aqi'
      | 'water-limits'
      | 'water-evaluation'
      | 'new-version'
      | 'old-version'
    >,
  ): Promise<void> {
    switch (step.do) {
      case 'air-evaluation':
        return this.#edit('HJ663-2013', '{stations,minimumShare}', step.share);
      case 'air-limits':
        return this.#edit('GB3095-2012', '{validity,dayHours}', step.hours);
      case 'aqi':
        return this.#edit('HJ633-2012', this.#pathOfPm10(), step.point);
      case 'water-limits':
        return this.#edit('GB3838-2002', this.#pathOfCodmn(), step.limit);
      case 'water-evaluation':
        return this.#edit('HB2011-22', '{gradingItems,list}', step.codmn ? ['codmn', 'tp'] : ['tp']);
      case 'new-version':
        await this.#split('HJ663-2013', 'HJ663-split', step.day, ['{stations,minimumShare}', step.share]);
        await this.#split('HJ633-2012', 'HJ633-split', step.day, [this.#pathOfPm10(), '40']);
        return this.#split('GB3838-2002', 'GB3838-split', step.day, [this.#pathOfCodmn(), step.limit]);
      case 'old-version':
        await this.#pool.query(`delete from standards where id like '%-split'`);
    }
  }

  async #edit(id: string, path: string, to: unknown): Promise<void> {
    const { rowCount } = await this.#pool.query(
      'update standards set document = jsonb_set(document, $2, $3, false) where id = $1 and document #> $2 is not null',
      [id, path, JSON.stringify(to)],
    );
    if (rowCount !== 1) throw new Error(`${id} has no ${path}`);
  }

  /** A new version that holds from a day on; the old one ends there. */
  async #split(id: string, newId: string, from: number, [path, to]: [string, unknown]): Promise<void> {
    const own = { ...(this.#documents.get(id) as object), id: newId, validFrom: dayOf(from) };
    await this.#pool.query(
      `insert into standards (id, document) values ($1, jsonb_set($2::jsonb, $3, $4, false))
       on conflict (id) do update set document = excluded.document`,
      [newId, JSON.stringify(own), path, JSON.stringify(to)],
    );
    await this.#edit(id, '{validTo}', dayOf(from));
  }

  /** The concentration of PM10 at IAQI 50. */
  #pathOfPm10(): string {
    const { series } = this.#documents.get('HJ633-2012') as {
      series: { list: { pollutant: string; averaging: string }[] };
    };
    const index = series.list.findIndex((one) => one.pollutant === 'pm10' && one.averaging === '24h');
    return `{series,list,${index},points,1}`;
  }

  /** The limit of class Ⅱ of rivers. */
  #pathOfCodmn(): string {
    const { items } = this.#documents.get('GB3838-2002') as { items: { list: { code: string }[] } };
    return `{items,list,${items.list.findIndex(({ code }) => code === 'codmn')},limits,river,1}`;
  }
}
