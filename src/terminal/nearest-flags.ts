import { isAnagram, suggestName } from '../core/text/closest.ts'

/**
 * The flags that were probably meant: one that is spelt almost so, those that begin with the same letters
 * in another order, and those with the same words.
 */
export function nearestFlags(wanted: string, flags: readonly string[]): string[] {
  const name = wanted.toLowerCase().replaceAll('_', '-').slice(0, 60)
  if (flags.includes(name)) return [name]
  const words = name.split('-').filter((word) => word.length > 2)
  const sameWords = flags.filter(
    (flag) => words.length > 0 && words.every((word) => has(flag, word)),
  )
  // `mode` is closest to `modle`, but `models` was probably meant.
  const swapped = flags.filter((flag) => isAnagram(name, flag.slice(0, name.length)))
  return [...new Set([suggestName(name, flags), ...swapped, ...sameWords])]
    .filter((flag) => flag !== undefined)
    .slice(0, 3)
}

/** Whether one of the words of a flag begins with a word: `repo`, `repository`. */
function has(flag: string, word: string): boolean {
  const spellings = word === 'url' ? ['url', 'uri'] : [word]
  return flag.split('-').some((part) => spellings.some((spelling) => part.startsWith(spelling)))
}
