import js from '@eslint/js'
import tseslint from 'typescript-eslint'

/** The core is pure: it reads no files, no environment, no clock, no network, and knows no GitHub. */
const ioModules = [
  { group: ['@actions/*', '@octokit/*', 'undici'], message: 'src/core does no I/O.' },
  { group: ['node:*', '!node:crypto'], message: 'src/core does no I/O.' },
  {
    group: [
      '**/mlflow/**',
      '**/github/**',
      '**/http/**',
      '**/report/**',
      '../main.ts',
      '../sync.ts',
    ],
    message: 'src/core does not know its adapters.',
  },
]

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage', '.venvs', '.cache'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ioModules }],
      'no-restricted-globals': [
        'error',
        'fetch',
        'process',
        'setTimeout',
        'setInterval',
        'console',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Pass the time in.' },
        { object: 'Math', property: 'random', message: 'Pass chance in.' },
      ],
    },
  },
  {
    files: ['testing/**/*.ts', 'script/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
)
