import { z } from 'zod';
import { booleanText, dayText, jsonText } from '../domain/textSchema.js';
import { delimiters } from './decode/delimiter.js';
import { mappingSchema } from './decode/mapping.js';
import { detectionLimitsSchema, ignoreColumnsSchema, sourceCode, unitsSchema } from './sourceSettings.js';
import { trialTokenPattern } from './trialToken.js';

/** The options of an upload as texts: fields of a form, query parameters, words of a command line. */
export const uploadOptionsSchema = z.strictObject({
  source: sourceCode.optional().meta({
    description: 'Source of the file: its saved settings apply; what the request says goes before them',
  }),
  saveMapping: booleanText.optional().meta({
    description: 'With source: keep how this file is read as the mapping of the source (role reviewer)',
  }),
  year: z
    .string()
    .regex(/^(19|20)\d{2}$/)
    .transform(Number)
    .optional()
    .meta({ description: 'Year of times that have none' }),
  date: dayText.optional().meta({ description: 'Day of a file without a time column' }),
  hourLabel: z.enum(['end', 'start']).optional().meta({ description: 'Which end of the hour a time names' }),
  interval: z.enum(['hour', 'day', 'month', 'instant']).optional(),
  site: z.string().max(100).optional().meta({ description: 'Site of a file without a site column' }),
  units: jsonText(unitsSchema, '{"PM2.5":"mg/m³"}')
    .optional()
    .meta({ description: 'JSON object: column header → unit of the file' }),
  mapping: jsonText(mappingSchema, '{"header":false,"columns":[…]}').optional().meta({
    description:
      'JSON: {header, columns: [{position, role, indicator?, unit?}]}; for files whose header is missing or wrong',
  }),
  detectionLimits: jsonText(detectionLimitsSchema, '{"氨氮":0.025}')
    .optional()
    .meta({
      description:
        'JSON object: header or indicator → detection limit that bare ND and 未检出 stand below, such as ' +
        '{"氨氮":0.025,"汞":"0.04μg/L"}',
    }),
  ignoreColumns: jsonText(ignoreColumnsSchema, '["备用站"]')
    .optional()
    .meta({ description: 'JSON array: headers of columns not to be read' }),
  unknownSiteColumns: z.enum(['reject', 'ignore']).optional().meta({
    description: 'In tables with a column per site: columns whose site is not registered; reject unless said',
  }),
  delimiter: z
    .enum(delimiters)
    .optional()
    .meta({ description: 'Of a text table, where it is not found from the first lines' }),
  sheet: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'The only sheet of a workbook to read; without it, all that hold a table' }),
  createSites: booleanText
    .optional()
    .meta({ description: 'Register names of sites that are not known, instead of refusing their rows' }),
  dryRun: booleanText.optional().meta({ description: 'Only try; store nothing' }),
  overwrite: booleanText
    .optional()
    .meta({ description: 'Let the file prevail over stored values that differ' }),
  onError: z.enum(['reject-file', 'skip-rows']).optional(),
  reason: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'Why stored values are changed; kept in the revisions' }),
  token: z.string().regex(trialTokenPattern).optional().meta({
    description:
      'Of a commit: `token` of its trial run; 409 when file, options or the stored values it touches differ from then',
  }),
});
export type GivenUploadOptions = z.output<typeof uploadOptionsSchema>;
