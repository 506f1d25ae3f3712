/** Everything that needs only Node. The suites with real engines are in jest.e2e.config.js. */
export default {
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/__tests__/e2e/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/scripts/strip-types.js' },
  setupFiles: ['<rootDir>/__tests__/support/one-realm.js'],
  collectCoverageFrom: ['src/**/*.ts'],
};
