import { beijingTime } from '../domain/beijingTime.js';
import { DomainError } from '../domain/domainError.js';
import type { SourceInput, SourceService, SourceView } from '../http/services/sources.js';
import { mappingSchema } from '../ingest/decode/mapping.js';
import { loadLookup } from '../ingest/siteLookup.js';
import { checkSourceSettings, sourceOptionsSchema } from '../ingest/sourceSettings.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction, type Pool } from '../store/pool.js';
import {
  findSource,
  insertSourceVersion,
  listSources,
  listSourceVersions,
  lockSource,
  type SourceVersion,
} from '../store/sources.js';

/** Where files come from and how theirs are read; every change is a new version and is audited. */
export function createSourceService(pool: Pool): SourceService {
  return {
    async list() {
      return (await listSources(pool)).map(toView);
    },
    async find(code) {
      const versions = (await listSourceVersions(pool, code)).map(toView);
      const [latest] = versions;
      return latest && { ...latest, versions };
    },
    async put(actor, code, input) {
      const { reason, ...settings } = withoutRepetition(input);
      const faults = checkSourceSettings(settings, await loadLookup(pool));
      if (faults.length > 0) throw new DomainError('invalid-request', { detail: faults.join('; ') });
      return inTransaction(pool, async (client) => {
        await lockSource(client, code);
        const before = await findSource(client, code);
        const version = await insertSourceVersion(client, actor, code, settings, reason);
        await insertAudit(client, actor, 'source-set', `source ${code}`, {
          version,
          before: before === undefined ? null : settingsOf(before),
          change: settings,
          reason,
        });
        const stored = await findSource(client, code);
        if (stored === undefined) throw new Error('the source was not stored');
        return toView(stored);
      });
    },
  };
}

/** The hour label is the source's own: a mapping that says the same does not say it twice. */
function withoutRepetition(input: SourceInput): SourceInput {
  if (input.mapping === null) return input;
  const { hourLabel, ...mapping } = input.mapping;
  void hourLabel;
  return { ...input, mapping };
}

function settingsOf({ nameZh, description, hourLabel, mapping, options }: SourceVersion) {
  return { nameZh, description, hourLabel, mapping, options };
}

function toView(source: SourceVersion): SourceView {
  const { code, version, nameZh, description, hourLabel, reason } = source;
  return {
    code,
    version,
    nameZh,
    description,
    hourLabel,
    mapping: source.mapping === null ? null : mappingSchema.parse(source.mapping),
    options: sourceOptionsSchema.parse(source.options),
    reason,
    editedAt: beijingTime(source.editedAt.getTime()),
    editedBy: `${source.actorName}（${source.actorOffice}）`,
  };
}
