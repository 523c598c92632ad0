/**
 * Which folder may import what; `npm run lint` enforces it. ARCHITECTURE.md explains the folders, and
 * a test compares its table with this one. Type-only imports count, and a folder's subfolders are
 * rows of their own.
 */
export const importTable: Readonly<
  Record<string, { readonly folders: readonly string[]; readonly packages: readonly string[] }>
> = {
  'src/core/text': { folders: [], packages: [] },
  'src/core/values-file': { folders: [], packages: ['yaml'] },
  'src/core/template': {
    folders: ['src/core', 'src/core/values-file'],
    packages: ['node:crypto', 'yaml'],
  },
  'src/core/message': { folders: ['src/core', 'src/core/text'], packages: [] },
  'src/core': {
    folders: ['src/core/text', 'src/core/values-file', 'src/core/template'],
    packages: ['node:crypto'],
  },
  'src/errors.ts': { folders: ['src/core'], packages: [] },
  'src/runtime.ts': { folders: ['src/core'], packages: [] },
  'src/inputs': {
    folders: ['src/core', 'src/core/message', 'src/errors.ts'],
    packages: ['node:fs', 'zod'],
  },
  'src/http': {
    folders: ['src/runtime.ts'],
    packages: ['@actions/http-client', 'node:util', 'node:zlib', 'undici'],
  },
  'src/mlflow': {
    folders: ['src/core', 'src/core/text', 'src/errors.ts', 'src/http', 'src/runtime.ts'],
    packages: ['zod'],
  },
  'src/github': {
    folders: ['src/core', 'src/errors.ts', 'src/http', 'src/runtime.ts'],
    packages: ['@actions/github', 'node:fs/promises', 'node:path', 'zod'],
  },
  'src/report': {
    folders: ['src/core', 'src/core/message', 'src/core/text'],
    packages: ['@actions/core', 'diff', 'node:fs/promises', 'node:os', 'node:path', 'zod'],
  },
  'src/sync': {
    folders: [
      'src/core',
      'src/core/message',
      'src/core/template',
      'src/core/values-file',
      'src/errors.ts',
      'src/github',
      'src/mlflow',
      'src/runtime.ts',
    ],
    packages: ['node:timers/promises'],
  },
  'src/check': {
    folders: ['src/core', 'src/errors.ts', 'src/mlflow', 'src/sync'],
    packages: [],
  },
  'src/clients.ts': {
    folders: ['src/github', 'src/http', 'src/inputs', 'src/mlflow', 'src/runtime.ts'],
    packages: ['node:tls'],
  },
}
