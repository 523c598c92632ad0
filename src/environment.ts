/** The environment variables of the step. */
export const environment: Readonly<Record<string, string | undefined>> = { ...process.env }

/**
 * `@actions/github` reads these while it is imported, and throws if one of them is malformed: then no
 * output would be set. It needs none of them here, so they are hidden until all imports are done.
 */
const readOnImport = [
  'GITHUB_API_URL',
  'GITHUB_EVENT_PATH',
  ...['http_proxy', 'https_proxy'].flatMap((name) => [name, name.toUpperCase()]),
]

for (const name of readOnImport) Reflect.deleteProperty(process.env, name)

export function restoreEnvironment(): void {
  Object.assign(process.env, environment)
}
