import { zeroOid, type Commit } from '../git/store.ts'
import type { Repository } from '../repository.ts'

export type ChangedFile = { readonly path: string; readonly bytes: number }

/** What an update of a branch does, as far as rules look at it. */
export type Change = {
  readonly branch: string
  readonly kind: 'creation' | 'update' | 'deletion'
  readonly isForced: boolean
  /** Commits that no branch has yet. */
  readonly commits: () => Commit[]
  /** Paths that these commits touch. */
  readonly paths: () => string[]
  /** Files that these commits write. */
  readonly files: () => ChangedFile[]
  /** Lines that the update adds. */
  readonly addedText: () => string
}

export function describeChange(
  { store }: Repository,
  branch: string,
  from: string,
  to: string,
): Change {
  const isDeletion = to === zeroOid
  const kind = isDeletion ? 'deletion' : from === zeroOid ? 'creation' : 'update'
  const newCommits = [to, '--not', '--branches']
  const split = (text: string, separator: string): string[] =>
    text.split(separator).filter((part) => part !== '')
  const touched = (...filter: string[]): string[] => {
    const args = ['log', '--format=', '--name-only', '-z', '--no-renames', ...filter, ...newCommits]
    return isDeletion ? [] : [...new Set(split(store.run(args), '\0'))]
  }
  return {
    branch,
    kind,
    isForced: kind === 'update' && !store.isAncestor(from, to),
    commits: () =>
      isDeletion
        ? []
        : split(store.run(['rev-list', '--reverse', ...newCommits]), '\n').map((oid) =>
            store.commit(oid),
          ),
    paths: () => touched(),
    files: () => {
      const written = new Set(touched('--diff-filter=d'))
      return (isDeletion ? [] : store.list(to, true))
        .filter(({ name }) => written.has(name))
        .map(({ name, size }) => ({ path: name, bytes: size }))
    },
    addedText: () => {
      if (isDeletion) return ''
      const lines = store.run(['log', '--format=', '-p', '--text', ...newCommits]).split('\n')
      return lines.filter((line) => line.startsWith('+')).join('\n')
    },
  }
}
