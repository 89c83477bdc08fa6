import config from './jest.config.js';

const unit = { ...config.projects.find(({ displayName }) => displayName === 'unit') };
delete unit.displayName;

/** The unit tests of the arithmetic alone, as Stryker runs them for each mutant (`npm run mutation`). */
export default {
  ...unit,
  testMatch: [
    '<rootDir>/src/statistics/**/*.test.ts',
    '<rootDir>/src/evaluation/**/*.test.ts',
    '<rootDir>/src/alerts/stateMachine.test.ts',
    '<rootDir>/src/alerts/reconcile.test.ts',
    '<rootDir>/src/domain/standard.test.ts',
  ],
  // The comparison with real files reads data that a mutant's sandbox does not have; coverage on generated years takes
  // half a minute, for each mutant, and is a matter of statistics.
  testPathIgnorePatterns: [
    ...unit.testPathIgnorePatterns,
    'publishedClass\\.test\\.ts$',
    'projectionCoverage\\.test\\.ts$',
  ],
};
