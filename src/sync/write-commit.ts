import { editsOf, type CommitRequest, type Plan } from '../core/changes.ts'
import { changesOf } from '../core/entry.ts'
import { commitMessage } from '../core/message/commit.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import type { Commit } from '../github/git-data.ts'
import type { Repository } from '../github/repository.ts'
import { isMoved } from './after-write.ts'
import { writeResult, type Writer, type WriteResult } from './write.ts'

/**
 * Returns a writer that commits plans to the branch itself.
 *
 * @param template of the commit's first line; undefined: the default message.
 */
export function createCommitWriter(repository: Repository, template: string | undefined): Writer {
  /** Commits that were sent and may have been made, although the response does not say so. */
  const unsettled: (CommitRequest & { readonly plan: Plan })[] = []

  /** Whether GitHub did not answer when it was last asked about them. */
  let isUnanswered = false

  const settle = async (): Promise<WriteResult | undefined> => {
    isUnanswered = unsettled.length > 0
    const found = await repository.findCommit(unsettled)
    isUnanswered = false
    return found && committed(found.request.plan, found.commit)
  }

  const write = async (plan: Plan): Promise<WriteResult> => {
    const isUpToDate = editsOf(plan).length === 0
    // Perhaps because of one of these commits, which may have become visible only now.
    const settled = isUpToDate || isUnanswered ? await settle() : undefined
    if (settled !== undefined) return settled
    if (isUpToDate) return writeResult(plan, 'none')
    await repository.confirm(plan.snapshot)
    const request = commitRequest(plan, template)
    try {
      return committed(plan, await repository.commit(request))
    } catch (error) {
      if (!isMoved(error)) unsettled.push({ ...request, plan })
      throw error
    }
  }

  return { write, settle, corrections: () => undefined }
}

function committed(plan: Plan, commit: Commit): WriteResult {
  const { sha, url } = commit
  const warnings = signatureWarnings(commit)
  return writeResult(plan, 'committed', { commit: { sha, url }, warnings })
}

/** A warning if GitHub did not sign a commit. */
export function signatureWarnings({ verified }: { readonly verified: boolean }): Prose[] {
  return verified ? [] : [unsignedWarning]
}

const unsignedWarning = prose`GitHub did not sign the commit. It signs commits made with the workflow token or a GitHub App token, and with a personal token only those that fit in one request; an Enterprise Server signs none unless its administrator enables web commit signing.`

/** One commit with all changes of a plan, on the head that the plan was made for. */
function commitRequest(plan: Plan, template: string | undefined): CommitRequest {
  const message = commitMessage(changesOf(plan.entries), template, plan.extraFiles)
  return { snapshot: plan.snapshot, ...message, edits: editsOf(plan) }
}
