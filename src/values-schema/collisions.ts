import { joinProse, prose, type Prose } from '../core/text/prose.ts'
import type { ValuesText } from './check-entry.ts'
import { readYaml } from './read-yaml.ts'
import { isMapValue, type Values } from './values.ts'

const key = 'fullnameOverride'

/**
 * Files with the same `fullnameOverride`, of the chart or of a subchart: their releases would have
 * resources of the same name.
 */
export function findCollisions(files: readonly ValuesText[]): Prose[] {
  const groups = new Map<string, { place: string; name: string; paths: string[] }>()
  for (const { path, text } of files) {
    // Most files have none, and need not be parsed.
    const read = text.includes(key) ? readYaml(text) : undefined
    for (const { place, name } of read?.ok === true ? namesIn(read.values) : []) {
      const id = JSON.stringify([place, name])
      const group = groups.get(id) ?? { place, name, paths: [] }
      groups.set(id, group)
      group.paths.push(path)
    }
  }
  return [...groups.values()]
    .filter(({ paths }) => paths.length > 1)
    .map(
      ({ place, name, paths }) =>
        prose`${list(paths)} have the same \`${place}\`, \`${name}\`: their Helm releases would collide. Give each its own, for example with \`\${run.id}\` in the template.`,
    )
}

/** Of the chart itself and of what may be its subcharts. */
function namesIn(values: Values): { place: string; name: string }[] {
  const parts = [...values].filter(([, value]) => isMapValue(value)) as [string, Values][]
  return [
    { place: key, name: values.get(key) },
    ...parts.map(([part, inner]) => ({ place: `${part}.${key}`, name: inner.get(key) })),
  ].flatMap(({ place, name }) => (typeof name === 'string' && name !== '' ? [{ place, name }] : []))
}

/** Nobody needs the names of a thousand. */
const maxListed = 5

function list(paths: readonly string[]): Prose {
  const shown = paths.slice(0, maxListed).map((path) => prose`\`${path}\``)
  const omitted = paths.length - shown.length
  return joinProse(omitted > 0 ? [...shown, prose`${omitted} more`] : shown, ', ')
}
