import { emptyTree } from '../git/store.ts'
import type { Repository } from '../repository.ts'

const maxFiles = 300

const statuses: Readonly<Record<string, string>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'changed',
}

/** Files that changed between two commits, as `diff-entry` of GitHub's OpenAPI description. */
export function changedFiles(
  { store }: Repository,
  from: string | undefined,
  to: string,
): object[] {
  const args = ['diff-tree', '-r', '-z', '--find-renames', '--no-commit-id', '--raw', '--no-abbrev']
  const fields = store.run([...args, from ?? emptyTree, to]).split('\0')
  const files: object[] = []
  while (files.length < maxFiles && fields.length > 1) {
    const [, , before, after, letter = ''] = (fields.shift() ?? '').split(' ')
    const status = statuses[letter.slice(0, 1)] ?? 'changed'
    const previous = status === 'renamed' ? { previous_filename: fields.shift() } : {}
    // A removed file is listed with the hash that it had.
    const sha = status === 'removed' ? before : after
    files.push({ filename: fields.shift(), status, sha, ...previous })
  }
  return files
}
