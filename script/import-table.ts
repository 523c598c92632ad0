/**
 * What each folder may import; `npm run lint` enforces it. ARCHITECTURE.md explains the folders, and
 * a test compares its table with this one. Type-only imports count. Subfolders have their own rows.
 */
export const importTable: Readonly<
  Record<string, { readonly folders: readonly string[]; readonly packages: readonly string[] }>
> = {
  'src/core/text': { folders: [], packages: ['diff', 'leven'] },
  'src/core/values-file': { folders: ['src/core/text'], packages: ['yaml'] },
  'src/core/template': {
    folders: ['src/core', 'src/core/text', 'src/core/values-file'],
    packages: ['node:crypto', 'yaml'],
  },
  'src/core/message': { folders: ['src/core', 'src/core/text'], packages: [] },
  'src/core': { folders: ['src/core/text', 'src/core/values-file'], packages: ['node:crypto'] },
  'src/core/plan': {
    folders: ['src/core', 'src/core/template', 'src/core/text', 'src/core/values-file'],
    packages: [],
  },
  'src/inputs': {
    folders: ['src/core', 'src/core/message', 'src/core/text', 'src/core/values-file'],
    packages: ['node:fs', 'zod'],
  },
  'src/config': {
    folders: ['src/core', 'src/core/text', 'src/core/values-file', 'src/inputs'],
    packages: ['yaml', 'zod'],
  },
  'src/http': {
    folders: ['src/core', 'src/core/text'],
    packages: [
      '@actions/http-client',
      'node:stream',
      'node:stream/promises',
      'node:zlib',
      'undici',
      'zod',
    ],
  },
  'src/mlflow': {
    folders: ['src/core', 'src/core/text', 'src/http'],
    packages: ['zod'],
  },
  'src/github': {
    folders: ['src/core', 'src/core/text', 'src/http'],
    packages: ['@actions/github', 'node:fs', 'node:path', 'node:timers/promises', 'node:vm', 'zod'],
  },
  'src/report': {
    folders: ['src/core', 'src/core/message', 'src/core/text'],
    packages: ['@actions/core', 'diff', 'node:fs/promises', 'node:os', 'node:path', 'zod'],
  },
  'src/values-schema': {
    folders: ['src/core', 'src/core/template', 'src/core/text', 'src/core/values-file'],
    packages: ['ajv', 'node:net', 'node:vm', 'yaml'],
  },
  'src/sync': {
    folders: [
      'src/config',
      'src/core',
      'src/core/message',
      'src/core/plan',
      'src/core/template',
      'src/core/text',
      'src/core/values-file',
      'src/github',
      'src/mlflow',
      'src/values-schema',
    ],
    packages: ['node:timers/promises'],
  },
  'src/check': {
    folders: [
      'src/core',
      'src/core/message',
      'src/core/plan',
      'src/core/text',
      'src/core/values-file',
      'src/github',
      'src/mlflow',
      'src/sync',
      'src/values-schema',
    ],
    packages: [],
  },
  'src/clients.ts': {
    folders: ['src/core', 'src/github', 'src/http', 'src/inputs', 'src/mlflow'],
    packages: ['node:tls'],
  },
  'src/cancellation.ts': {
    folders: ['src/clients.ts', 'src/core', 'src/core/text'],
    packages: [],
  },
  'src/workflow-job.ts': { folders: ['src/core'], packages: [] },
  'src/job-result.ts': {
    folders: ['src/core', 'src/inputs', 'src/report', 'src/sync', 'src/workflow-job.ts'],
    packages: [],
  },
  'src/job.ts': {
    folders: [
      'src/cancellation.ts',
      'src/check',
      'src/clients.ts',
      'src/core',
      'src/core/text',
      'src/inputs',
      'src/job-result.ts',
      'src/report',
      'src/sync',
      'src/workflow-job.ts',
    ],
    packages: ['node:fs'],
  },
  'src/clock.ts': { folders: ['src/core'], packages: ['node:timers/promises'] },
  'src/main.ts': {
    folders: ['src/cancellation.ts', 'src/clock.ts', 'src/core', 'src/job.ts', 'src/report'],
    packages: ['@actions/core'],
  },
  'src/terminal': {
    folders: [
      'src/cancellation.ts',
      'src/clock.ts',
      'src/core',
      'src/core/text',
      'src/inputs',
      'src/job.ts',
      'src/report',
    ],
    packages: ['node:child_process', 'node:fs', 'node:util', 'yaml'],
  },
  'src/environment.ts': { folders: [], packages: [] },
  'src/index.ts': {
    folders: ['src/environment.ts', 'src/main.ts', 'src/terminal'],
    packages: [],
  },
}
