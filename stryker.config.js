// They repeat what other tests pin, through readers that take seconds for each mutant (Helm, PyYAML,
// git apply), on large files, or with thousands of random ones.
const slowTests = [
  'core/template/{built-in,structure}',
  'core/values-file/{corpus,damage-readers,large,plain-lines.property,readers,update.property}',
  'report/{diffs,hostile-text}',
]

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['src/core/**/*.ts'],
  testRunner: 'mocha',
  testRunnerNodeArgs: ['--import', './testing/mutation/register.ts'],
  mochaOptions: {
    // Unit tests; the others start servers or wait.
    spec: ['__tests__/{core,http,inputs,mlflow,report}/**/*.test.ts'],
    ignore: slowTests.map((path) => `__tests__/${path}.test.ts`),
  },
  coverageAnalysis: 'perTest',
  ignorePatterns: ['/dist', '/.venvs', '/.cache', '/bench', '/coverage'],
  tempDirName: '.cache/mutation',
  incremental: true,
  incrementalFile: 'coverage/mutation/incremental.json',
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: 'coverage/mutation/index.html' },
  jsonReporter: { fileName: 'coverage/mutation/report.json' },
  clearTextReporter: { allowColor: false, reportTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
}
