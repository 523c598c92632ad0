import type { Repository } from './repository.ts'

/**
 * Adds many files in one commit, with a single git process: 10,000 take a second.
 *
 * @param files text by path.
 */
export function importFiles(
  { store }: Repository,
  branch: string,
  files: ReadonlyMap<string, string>,
): void {
  const head = `commit refs/heads/${branch}\ncommitter A Person <person@example.com> 1700000000 +0000\n`
  const parts = [head, 'data 8\nBy hand\n', `from refs/heads/${branch}^0\n`]
  for (const [path, text] of files) {
    parts.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`)
  }
  store.run(['fast-import', '--quiet'], { input: parts.join('') })
}
