import type { CommitMessage } from '../core/message/commit.ts'
import { changesOf, type ChangedEntry, type Plan, type CommitRequest } from '../core/result.ts'
import { GitHubError } from '../core/errors.ts'
import type { Repository } from '../github/repository.ts'
import { writeResult, type Write } from './write.ts'

export type CommitWriterOptions = {
  readonly repository: Repository
  readonly message: (changes: readonly ChangedEntry[]) => CommitMessage
}

/**
 * Returns a writer that commits plans to the branch itself. After a lost response, its next call
 * looks for that commit first.
 */
export function createCommitWriter({ repository, message }: CommitWriterOptions): Write {
  let lost: { request: CommitRequest; plan: Plan } | undefined

  return async (plan) => {
    if (lost !== undefined) {
      const commit = await repository.findCommit(lost.request)
      if (commit !== undefined) return writeResult(lost.plan, 'committed', { commit })
    }
    const changes = changesOf(plan.entries)
    if (changes.length === 0) return writeResult(plan, 'none')
    await repository.confirm(plan.snapshot)
    const request = commitRequest(plan, message(changes))
    try {
      const { sha, url, verified } = await repository.commit(request)
      const warning = verified ? undefined : unsignedWarning
      return writeResult(plan, 'committed', { commit: { sha, url }, warning })
    } catch (error) {
      if (error instanceof GitHubError && error.outcomeUnknown) lost = { request, plan }
      throw error
    }
  }
}

const unsignedWarning =
  'The commit is not signed by GitHub: more than one request was needed, and for those GitHub signs only with the workflow token or a GitHub App token'

/** One commit with all changes of a plan, on the head that the plan was made for. */
export function commitRequest(plan: Plan, message: CommitMessage): CommitRequest {
  const edits = changesOf(plan.entries).map(({ edit }) => edit)
  return { snapshot: plan.snapshot, ...message, edits }
}
