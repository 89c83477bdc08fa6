import type { ColumnNameView, SourceView } from './services/sources.js';
import type { Services } from './services.js';

const source: SourceView = {
  code: 'air-1',
  version: 1,
  nameZh: '自动站',
  description: '',
  hourLabel: 'end',
  mapping: null,
  options: {},
  reason: '',
  editedAt: '2025-10-01T08:00:00+08:00',
  editedBy: '王文员（分局）',
};

const name: ColumnNameView = {
  name: '测站',
  printed: '测站',
  medium: null,
  role: 'site',
  published: null,
  indicator: null,
  area: null,
  rank: 0,
  note: '',
  builtIn: false,
  replaces: null,
  editedAt: '2025-10-01T08:00:00+08:00',
  editedBy: '王文员（分局）',
};

/** Sources and column names in memory. */
export function fakeSources(): Pick<Services, 'sources' | 'columnNames'> {
  return {
    sources: {
      list: () => Promise.resolve([source]),
      find: (code) => Promise.resolve(code === source.code ? { ...source, versions: [source] } : undefined),
      put: (_actor, code, input) => Promise.resolve({ ...source, ...input, code }),
    },
    columnNames: {
      list: () => Promise.resolve([name]),
      find: (header) => Promise.resolve({ name: header, items: [name], history: [] }),
      put: (_actor, printed) => Promise.resolve({ ...name, printed }),
      remove: () => Promise.resolve(name),
    },
  };
}
