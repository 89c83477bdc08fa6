import { z } from 'zod';

const name = z.string().min(1).max(200);

/**
 * How lines of one kind of sender are read: which lines are its own, where they name their site, what their fields are,
 * and what time their timestamps mean. Data, so that the bureau adds senders without a release.
 */
export const deviceSourceSchema = z.strictObject({
  code: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  nameZh: z.string().min(1).max(100),
  description: z.string().max(1000).default(''),
  /** Of the sources that know a line's measurement and tags, the one with the lowest number reads it. */
  order: z.int().min(0).max(10_000).default(100),
  /** Measurements; a `*` at the end stands for any rest. */
  measurements: z.array(name).min(1).max(100),
  /** Tags that a line must carry with just these values. */
  tags: z.record(name, z.string().max(200)).default({}),
  /** Tags that may name the site by code, name or alias; the first that a line carries counts. */
  siteTags: z.array(name).min(1).max(20),
  /** Codes of sites by the text that the sender uses for them, where no registered name is it. */
  sites: z.record(name, z.string().min(1).max(100)).default({}),
  medium: z.enum(['air', 'water']),
  /** Fields by the sender's names. Names that indicators are known by need not be listed. */
  fields: z
    .record(name, z.strictObject({ indicator: z.string().min(1), unit: z.string().max(30).optional() }))
    .default({}),
  /** Fields that are no readings: battery, position. Left out without a word. */
  ignoredFields: z.array(name).max(200).default([]),
  /** For senders of one item a line: the tag that names the item, and the field with its value. */
  item: z.strictObject({ tag: name, field: name }).optional(),
  /** What a value speaks for; `minute5`: five minutes. */
  interval: z.enum(['hour', 'minute', 'minute5', 'instant']),
  /** Which end of its interval a timestamp names; of no meaning for `instant`. */
  label: z.enum(['end', 'start']),
});

/** A checked definition of a source. */
export type DeviceSource = z.output<typeof deviceSourceSchema>;

/** Whether a definition's list of measurements has one. */
export function knowsMeasurement(
  { measurements }: Pick<DeviceSource, 'measurements'>,
  measurement: string,
): boolean {
  return measurements.some((known) =>
    known.endsWith('*') ? measurement.startsWith(known.slice(0, -1)) : known === measurement,
  );
}
