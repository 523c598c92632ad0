/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  // TypeScript rewrites imports of .ts files to .js.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, diagnostics: false }] },
  // Jest imports these two outside of its module system, where Node.js strips the types itself.
  transformIgnorePatterns: ['/node_modules/', '<rootDir>/testing/jest/'],
  modulePathIgnorePatterns: ['<rootDir>/.venvs', '<rootDir>/.cache', '<rootDir>/dist'],
  globalSetup: '<rootDir>/testing/jest/setup.ts',
  globalTeardown: '<rootDir>/testing/jest/teardown.ts',
  // Tests mostly wait for the processes that they start: two workers leave a quarter of two cores idle.
  maxWorkers: 3,
  testTimeout: 60_000,
}
