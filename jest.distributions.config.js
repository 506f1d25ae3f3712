import base from './jest.e2e.config.js';

/** Images of a distribution's own files for four architectures, 1.5 GB of them: not part of every run of the end-to-end tests. */
export default {
  ...base,
  testMatch: ['<rootDir>/__tests__/e2e/distributions.test.ts'],
  testPathIgnorePatterns: [],
};
