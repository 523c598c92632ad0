import { pathIn } from '../core/branch.ts'
import { prose, type Prose } from '../core/text/prose.ts'

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
  const path = pathIn(directory, index)
  const other = others.find((candidate) => `${candidate.path}/`.startsWith(`${path}/`))
  if (other === undefined) return undefined
  const is = other.path === path ? prose`is` : prose`is a directory that has`
  return prose`${is} ${other.what}: choose another name, such as \`README.md\``
}
