import { dayOfInstant } from '../../domain/calendar.js';
import type { MessageCode } from '../../domain/messages.js';
import type { LineScanner } from '../lineProtocol/lineScanner.js';
import type { DeviceLookup, OpenSource } from './deviceLookup.js';
import type { FieldMeaning } from './fieldReader.js';

const mostSeries = 50_000;

/** Why lines of a series are not taken. */
export interface SeriesProblem {
  readonly code: MessageCode;
  /** The measurement or site that is not known. */
  readonly subject: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** What measurement and tags of a line say. */
export interface SeriesPlan {
  readonly source: OpenSource | undefined;
  /** The site, where its name means one and the same always. */
  readonly siteId: number | undefined;
  /** The name, where it depends on the day whom it means. */
  readonly datedName: string | undefined;
  readonly problem: SeriesProblem | undefined;
  /** The item, where a tag names it. */
  readonly item:
    { readonly field: string; readonly meaning: FieldMeaning; readonly name: string } | undefined;
}

/** Remembers what measurements and tags say, by their bytes: devices send the same again and again. */
export class SeriesPlans {
  readonly #plans = new Map<string, SeriesPlan>();

  constructor(private readonly lookup: DeviceLookup) {}

  /** What the line that the scanner stands on says by its measurement and tags. */
  planOf(scanner: LineScanner): SeriesPlan {
    const key = scanner.bytes.toString('latin1', scanner.measurementStart, scanner.seriesEnd);
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan = this.#make(scanner);
    if (this.#plans.size >= mostSeries) this.#plans.clear();
    this.#plans.set(key, plan);
    return plan;
  }

  /** The site that a dated name means at an instant. */
  siteAt(name: string, epochMs: number): number | undefined {
    return this.lookup.sites.findSite(name, dayOfInstant(epochMs))?.id;
  }

  #make(scanner: LineScanner): SeriesPlan {
    const measurement = scanner.measurement();
    const tags = new Map<string, string>();
    for (let tag = 0; tag < scanner.tagCount; tag += 1) tags.set(scanner.tagKey(tag), scanner.tagValue(tag));
    const source = this.lookup.findSource(measurement, (tag) => tags.get(tag));
    const none = { source, siteId: undefined, datedName: undefined, problem: undefined, item: undefined };
    const fail = (code: MessageCode, subject: string, params: SeriesProblem['params'] = {}): SeriesPlan => ({
      ...none,
      problem: {
        code,
        subject: subject.slice(0, 200),
        params: { ...params, subject: subject.slice(0, 200) },
      },
    });
    if (source === undefined) return fail('device-unknown-measurement', measurement);
    const { definition } = source;
    const tag = definition.siteTags.find((each) => tags.has(each));
    if (tag === undefined)
      return fail('device-no-site', measurement, { tags: definition.siteTags.join('、') });
    const sent = tags.get(tag)!;
    const name = Object.hasOwn(definition.sites, sent) ? definition.sites[sent]! : sent;
    const item = itemOf(source, tags);
    if ((this.lookup.sites.sitePeriods?.(name) ?? []).length > 0) return { ...none, datedName: name, item };
    const site = this.lookup.sites.findSite(name);
    if (site !== undefined) return { ...none, siteId: site.id, item };
    const near = this.lookup.sites.nearSites(name);
    return fail('device-unknown-site', sent, {
      near: near.length === 0 ? '' : `；相近的有：${near.join('、')}`,
      nearEn: near.length === 0 ? '' : `; similar: ${near.join(', ')}`,
    });
  }
}

function itemOf({ definition, fields }: OpenSource, tags: ReadonlyMap<string, string>): SeriesPlan['item'] {
  const { item } = definition;
  const name = item === undefined ? undefined : tags.get(item.tag);
  if (item === undefined || name === undefined) return undefined;
  return { field: item.field, meaning: fields.meaningOf(name), name };
}
