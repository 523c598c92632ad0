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

/** With both, Node.js uses colours, and warns in the middle of the log. */
const colours = (environment.NO_COLOR ?? '') === '' ? [] : ['FORCE_COLOR']

hide([...readOnImport, ...colours])

export function restoreEnvironment(): void {
  Object.assign(process.env, environment)
  hide(colours)
}

function hide(names: readonly string[]): void {
  for (const name of names) Reflect.deleteProperty(process.env, name)
}
