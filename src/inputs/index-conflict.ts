import { pathIn } from '../core/branch.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'

/** A file or directory of the repository that an index must not replace. */
export type OtherPath = { readonly what: Prose; readonly path: string }

/**
 * Finds what the index of a directory would destroy: the action writes the index, and would add its table
 * to any file that has none.
 *
 * @returns what is wrong, worded to follow the name of the setting.
 */
export function findIndexConflict(
  directory: string,
  index: string,
  others: readonly OtherPath[],
): Prose | undefined {
  const other = findReplaced(directory, index, others)
  if (other === undefined) return undefined
  const is = other.path === pathIn(directory, index) ? prose`is` : prose`is a directory that has`
  const free = suggestions.find((name) => isFree(directory, name, others))
  const example = free === undefined ? [] : prose`, such as \`${own(free)}\``
  return prose`${is} ${other.what}: choose another name${example}`
}

const suggestions = ['README.md', 'INDEX.md', 'MODELS.md'] as const

function isFree(directory: string, name: string, others: readonly OtherPath[]): boolean {
  // Not on every file system is `Readme.md` another file.
  const lowerCase = others.map(({ what, path }) => ({ what, path: path.toLowerCase() }))
  return findReplaced(directory.toLowerCase(), name.toLowerCase(), lowerCase) === undefined
}

function findReplaced(
  directory: string,
  index: string,
  others: readonly OtherPath[],
): OtherPath | undefined {
  const path = pathIn(directory, index)
  return others.find((other) => `${other.path}/`.startsWith(`${path}/`))
}
