import { GitHubError } from '../core/errors.ts'
import { commitMessage } from '../core/message/commit.ts'
import { changesOf, editsOf, type CommitRequest, type Plan } from '../core/result.ts'
import type { Repository } from '../github/repository.ts'
import { writeResult, type Write } from './write.ts'

/**
 * Returns a writer that commits plans to the branch itself. After a lost response, its next call
 * looks for that commit first.
 *
 * @param template of the commit's first line; undefined: the default message.
 */
export function createCommitWriter(repository: Repository, template: string | undefined): Write {
  let lost: { request: CommitRequest; plan: Plan } | undefined

  return async (plan) => {
    if (lost !== undefined) {
      const commit = await repository.findCommit(lost.request)
      if (commit !== undefined) return writeResult(lost.plan, 'committed', { commit })
    }
    if (editsOf(plan).length === 0) return writeResult(plan, 'none')
    await repository.confirm(plan.snapshot)
    const request = commitRequest(plan, template)
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
export function commitRequest(plan: Plan, template: string | undefined): CommitRequest {
  const message = commitMessage(changesOf(plan.entries), template)
  return { snapshot: plan.snapshot, ...message, edits: editsOf(plan) }
}
