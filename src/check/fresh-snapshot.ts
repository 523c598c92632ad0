import type { BranchSnapshot } from '../core/branch.ts'
import { retryWhenBranchMoves } from '../sync/attempts.ts'
import { branchQuery } from '../sync/read-servers.ts'
import type { TargetCheckOptions } from './run-check.ts'

/** Repeats a check that reads on from the snapshot with a new one if the branch moves. */
export function retryOnFreshSnapshot<T>(
  options: TargetCheckOptions,
  snapshot: BranchSnapshot,
  check: (snapshot: BranchSnapshot) => Promise<T>,
): Promise<T> {
  let isFirst = true
  return retryWhenBranchMoves(
    async () => {
      const current = isFirst ? snapshot : await options.repository.readBranch(branchQuery(options))
      isFirst = false
      return check(current)
    },
    {
      ...options,
      maxAttempts: 2,
      branchName: () => snapshot.branch,
      settle: () => Promise.resolve(undefined),
      withError: (result) => result,
    },
  )
}
