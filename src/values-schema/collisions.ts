import { joinProse, prose, type Prose } from '../core/text/prose.ts'
import type { ValuesText } from './check-entry.ts'
import { readYaml } from './read-yaml.ts'

/** Files with the same `fullnameOverride`: their releases would have resources of the same name. */
export function findCollisions(files: readonly ValuesText[]): Prose[] {
  const paths = new Map<string, string[]>()
  for (const { path, text } of files) {
    // Most files have none, and need not be parsed.
    const read = text.includes('fullnameOverride') ? readYaml(text) : undefined
    const name = read?.ok === true ? read.values.get('fullnameOverride') : undefined
    if (typeof name === 'string' && name !== '') paths.set(name, [...(paths.get(name) ?? []), path])
  }
  return [...paths].flatMap(([name, same]) =>
    same.length < 2
      ? []
      : [
          prose`${list(same)} have the same \`fullnameOverride\`, \`${name}\`: their Helm releases would collide. Give each its own, for example with \`\${run.id}\` in the template.`,
        ],
  )
}

/** Nobody needs the names of a thousand. */
const maxListed = 5

function list(paths: readonly string[]): Prose {
  const shown = paths.slice(0, maxListed).map((path) => prose`\`${path}\``)
  const omitted = paths.length - shown.length
  return joinProse(omitted > 0 ? [...shown, prose`${omitted} more`] : shown, ', ')
}
