/** Import directions of the house: data goes one way, imports point towards `domain`. */
const allowed = {
  domain: [],
  log: [],
  config: [],
  statistics: ['domain'],
  evaluation: ['domain', 'statistics'],
  ingest: ['domain', 'store'],
  store: ['domain', 'log'],
  embedded: ['domain', 'log'],
  assessment: ['domain', 'statistics', 'evaluation', 'store', 'log'],
  alerts: ['domain', 'evaluation', 'statistics', 'store', 'log'],
  notify: ['domain', 'log'],
  http: ['domain', 'ingest', 'store', 'statistics', 'evaluation', 'assessment', 'alerts', 'log'],
  schedule: ['domain', 'log'],
  demo: ['domain', 'ingest', 'store', 'assessment', 'log'],
  grafana: ['domain'],
  cli: ['domain', 'ingest', 'store', 'statistics', 'evaluation', 'assessment', 'demo', 'embedded', 'config', 'log', 'app'],
  app: ['domain', 'ingest', 'store', 'assessment', 'demo', 'embedded', 'schedule', 'http', 'log', 'alerts', 'notify', 'config'],
};
const path = (name) => `^src/${name}(/|\\.ts$)`;
const impure = ['pg', 'express', 'fs', 'net', 'http', 'https', 'child_process', 'os', 'process', 'worker_threads'];

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(allowed).map(([from, to]) => ({
      name: `${from}-imports`,
      comment: `src/${from} may import only: ${to.join(', ') || 'nothing of ours'}`,
      severity: 'error',
      from: { path: path(from), pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^src/', pathNot: [from, ...to].map(path) },
    })),
    {
      name: 'pure-folders-without-io',
      severity: 'error',
      from: { path: '^src/(domain|statistics|evaluation)/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: `^(node:)?(${impure.join('|')})$|node_modules/(pg|express|pino)/` },
    },
    {
      name: 'decoders-are-pure',
      comment: 'Only the saving functions of ingest reach the store.',
      severity: 'error',
      from: { path: '^src/ingest/decode/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^src/store/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'], exportsFields: ['exports'], conditionNames: ['import', 'node'] },
  },
};
