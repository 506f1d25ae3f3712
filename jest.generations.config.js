import base from './jest.e2e.config.js';

/** Engines of two generations, for which a whole Debian 13 is installed: not part of every run of the end-to-end tests. */
export default {
  ...base,
  testMatch: ['<rootDir>/__tests__/e2e/generations*.test.ts'],
  testPathIgnorePatterns: [],
};
