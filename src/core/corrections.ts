import { createHash } from 'node:crypto'
import type { ChangedEntry } from './entry.ts'
import { readSection } from './pull-request-section.ts'
import type { PullRequestState } from './pull-request.ts'

/**
 * What the last pull request that was merged changed in files that name the same version as before:
 * the tags of such a version are right, except for the commit.
 */
export type Corrections = {
  /** See `pathKey`. */
  readonly files: ReadonlySet<string>
  /** What its merge put on the branch: a merge, a squashed commit or the last of those rebased. */
  readonly mergeCommit: string
  /** The last commit that it had itself. */
  readonly headSha: string
}

/** A pull request's body has room for so many. */
const maxFiles = 1000

/** The files that a proposal changes and that may keep their version, for its section. */
export function correctedFiles(changes: readonly ChangedEntry[]): string[] {
  return changes
    .filter(
      ({ outcome, previous, modelName, modelVersion }) =>
        outcome === 'updated' &&
        // What a damaged file named is not known.
        (previous === undefined ||
          (previous.modelName === modelName && previous.modelVersion === modelVersion)),
    )
    .map(({ path }) => pathKey(path))
    .slice(0, maxFiles)
}

/** The corrections of the last pull request that was merged, if it has any. */
export function mergedCorrections({ pullRequests }: PullRequestState): Corrections | undefined {
  const last = pullRequests.find(({ merged }) => merged)
  if (last?.mergeCommit === undefined) return undefined
  const files = readSection(last.body)?.corrected
  if (files === undefined) return undefined
  return { files: new Set(files), mergeCommit: last.mergeCommit, headSha: last.headSha }
}

/**
 * The commit that brought a file's correction to the branch, in place of the recorded one, which is
 * older. Later commits do not count, so that the tags do not follow what people change.
 */
export function correctingCommit(
  corrections: Corrections | undefined,
  path: string,
  recorded: string,
): string | undefined {
  if (corrections === undefined || recorded === corrections.headSha) return undefined
  return corrections.files.has(pathKey(path)) ? corrections.mergeCommit : undefined
}

/** Short, because a pull request's body has little room. */
export function pathKey(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 10)
}
