import base from './jest.config.js';

/** Real registries, engines, emulation and workflows: root on Debian, one suite at a time. */
export default {
  ...base,
  testMatch: ['<rootDir>/__tests__/e2e/**/*.test.ts'],
  testPathIgnorePatterns: ['/(?:distributions|generations[a-z-]*)\\.test\\.ts$'],
  maxWorkers: 1,
  testTimeout: 600_000,
};
