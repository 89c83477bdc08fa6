import { z } from 'zod';
import { formatMessage } from '../domain/messages.js';
import type { DecodeLookup } from './decode/decodeLookup.js';
import { delimiters } from './decode/delimiter.js';
import { checkMapping } from './decode/mappedHeader.js';
import { mappingSchema } from './decode/mapping.js';

const name = z.string().trim().min(1).max(200);

export const unitsSchema = z.record(z.string().max(200), z.string().max(50));
export const detectionLimitsSchema = z.record(
  z.string().max(200),
  z.union([z.number().positive(), z.string().trim().min(1).max(50)]),
);
export const ignoreColumnsSchema = z.array(name).max(5_000);

/** Code of a source. */
export const sourceCode = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,63}$/u)
  .meta({ description: 'Stable code, unique' });

/** Options of an upload that hold for all files of a source. Never a year or a date: the next file has others. */
export const sourceOptionsSchema = z.strictObject({
  site: name.optional().meta({ description: 'Site of files without a site column' }),
  interval: z.enum(['hour', 'day', 'month', 'instant']).optional(),
  units: unitsSchema.optional().meta({ description: 'Column header → unit of the file' }),
  detectionLimits: detectionLimitsSchema
    .optional()
    .meta({ description: 'Header or indicator → detection limit that bare ND and 未检出 stand below' }),
  ignoreColumns: ignoreColumnsSchema.optional().meta({ description: 'Headers of columns not to be read' }),
  unknownSiteColumns: z.enum(['reject', 'ignore']).optional(),
  delimiter: z.enum(delimiters).optional(),
  sheet: z.string().min(1).max(100).optional().meta({ description: 'Sheet of a workbook' }),
});
export type SourceOptions = z.output<typeof sourceOptionsSchema>;

/** What a person says about a source. */
export const sourceInputSchema = z
  .strictObject({
    nameZh: z.string().trim().min(1).max(100),
    description: z.string().trim().max(1_000).default(''),
    hourLabel: z
      .enum(['end', 'start'])
      .default('end')
      .meta({ description: 'Which end of its hour a time names in the files of this source' }),
    mapping: mappingSchema
      .nullable()
      .default(null)
      .meta({ description: 'What the columns are; null where the header says it' }),
    options: sourceOptionsSchema.default({}),
    reason: z.string().trim().max(500).default(''),
  })
  .superRefine(({ mapping, hourLabel, options }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['mapping', field], message });
    if (mapping === null) return;
    if (mapping.year !== undefined) {
      refuse(
        'year',
        '来源不保存年份：下一个文件是另一年的 / a source keeps no year: the next file is of another',
      );
    }
    if (mapping.hourLabel !== undefined && mapping.hourLabel !== hourLabel) {
      refuse('hourLabel', '与来源的 hourLabel 不同 / differs from the hourLabel of the source');
    }
    for (const field of ['interval', 'delimiter'] as const) {
      const said = options[field];
      if (said !== undefined && mapping[field] !== undefined && mapping[field] !== said) {
        refuse(field, `与 options.${field} 不同 / differs from options.${field}`);
      }
    }
  });
export type SourceInput = z.output<typeof sourceInputSchema>;

/** What settings say of sites and indicators that are not registered, and of columns that contradict each other. */
export function checkSourceSettings(
  { mapping, options }: Pick<SourceInput, 'mapping' | 'options'>,
  lookup: DecodeLookup,
): string[] {
  const faults = mapping === null ? [] : checkMapping(mapping, lookup).map(wordsOf);
  const sites = [
    ...(options.site === undefined ? [] : [{ place: 'options.site', site: options.site }]),
    ...(mapping?.columns ?? []).flatMap(({ site, position }) =>
      site === undefined ? [] : [{ place: `mapping.columns[position=${position}].site`, site }],
    ),
  ];
  for (const { place, site } of sites) {
    if (lookup.findSite(site) !== undefined) continue;
    const near = lookup.nearSites(site);
    const like = near.length === 0 ? '' : `（相近的有 / near: ${near.join('、')}）`;
    faults.push(`${place}: 没有登记过的点位 / no such site: ${site}${like}`);
  }
  return faults;
}

function wordsOf({ column, value, code, params }: ReturnType<typeof checkMapping>[number]): string {
  const all = { column, value, ...params };
  return `mapping: ${column} ${formatMessage(code, 'zh', all)} / ${formatMessage(code, 'en', all)}`;
}
