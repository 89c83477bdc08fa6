const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
};

/** `unit` is pure and instant; `db` needs a PostgreSQL (embedded unless TEST_DATABASE_URL names one). */
export default {
  // Many tests wait for servers and killed processes: on two cores one worker would leave one idle.
  maxWorkers: 2,
  // Cloning a database or starting a service takes a while on a busy machine.
  testTimeout: 60_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.db\\.test\\.ts$'],
    },
    {
      ...common,
      displayName: 'db',
      testMatch: ['<rootDir>/src/**/*.db.test.ts', '<rootDir>/test/**/*.db.test.ts'],
      globalSetup: '<rootDir>/test/globalSetup.js',
      globalTeardown: '<rootDir>/test/globalTeardown.js',
    },
  ],
};
