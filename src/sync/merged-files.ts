import type { BranchSnapshot, Content } from '../core/branch.ts'
import type { ProposedFile } from '../core/proposal.ts'
import { mergeLines } from '../core/text/merge-lines.ts'
import { decode } from '../core/values-file/decode.ts'
import type { Repository } from '../github/repository.ts'

/** A file of a proposal that was merged with the base branch; hashes are undefined without a file. */
export type MergedFile = ProposedFile & {
  /** In the base branch. */
  readonly current: string | undefined
  readonly result: string | undefined
}

/** Whether each file is what git makes of it without a conflict. */
export async function areMergedCleanly(
  repository: Repository,
  base: BranchSnapshot,
  files: readonly MergedFile[],
): Promise<boolean> {
  const changedTwice = files.filter((file) => !isTaken(file))
  if (changedTwice.length === 0) return true
  const versions = changedTwice.map(({ path, before, after, current, result }) =>
    [before, after, current, result].flatMap((oid): [string, string][] =>
      oid ? [[oid, path]] : [],
    ),
  )
  // Git merges lines only if neither side added or deleted the file.
  if (versions.some(({ length }) => length < 4)) return false
  const contents = await repository.readFiles(base, new Map(versions.flat()))
  return versions.every((oids) => {
    const [before, after, current, result] = oids.map(([oid]) => textOf(contents.get(oid)))
    return (
      before !== undefined &&
      after !== undefined &&
      current !== undefined &&
      result !== undefined &&
      mergeLines(before, after, current) === result
    )
  })
}

/** Whether a file is as it was proposed, and the base branch did not change it otherwise. */
function isTaken({ before, after, current, result }: MergedFile): boolean {
  return result === after && (current === before || current === after)
}

function textOf(content: Content | undefined): string | undefined {
  if (content === undefined) return undefined
  const { text, invalidBytes } = decode(content)
  return invalidBytes === undefined ? text : undefined
}
