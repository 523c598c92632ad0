import { editsOf, type Plan } from '../core/changes.ts'
import { changesOf } from '../core/entry.ts'
import type { IndexLinks } from '../core/plan/index-page.ts'
import type { PullRequest } from '../core/pull-request.ts'
import { linkTo, prose, type Prose } from '../core/text/prose.ts'
import { runIdFromPath } from '../core/values-file/file.ts'
import type { Repository } from '../github/repository.ts'
import { createRejectionSearch, type Rejections } from './find-rejection.ts'
import { listProposedFiles } from './identify-head.ts'
import { rejectedIn } from './plan-in-pull-request.ts'
import type { Situation } from './pull-request-situation.ts'

/** A plan whose changes a person has rejected. */
export type RejectedPlan = {
  /** Without these changes: only index pages that are outdated for another reason are left in it. */
  readonly plan: Plan
  readonly pullRequest: PullRequest
  readonly warning: Prose
}

/**
 * Finds out whether a person rejected the changes of a plan. They are not proposed again in a pull request
 * of its own, nor in one that only proposes the index pages that the rejection left.
 */
export async function findRejectedPlan(
  options: IndexLinks & { readonly repository: Repository },
  situation: Situation,
): Promise<RejectedPlan | undefined> {
  const { plan, name, state, decision } = situation
  const { open } = decision
  if (editsOf(plan).length === 0) return undefined
  if (open !== undefined && !(await mayHaveRejected(options.repository, situation))) {
    return undefined
  }
  const search = createRejectionSearch(options.repository, plan.snapshot, name, state)
  const rejections = await search(plan)
  const [pullRequest] = newestFirst(rejections)
  if (rejections === undefined || pullRequest === undefined) return undefined
  const rest = rejectedIn(plan, rejections, options)
  const isPageRejected =
    changesOf(plan.entries).length === 0 ||
    (open === undefined && rest.extraFiles.length > 0 && (await search(rest)) !== undefined)
  const remaining = isPageRejected ? { ...rest, extraFiles: [] } : rest
  return { plan: remaining, pullRequest, warning: describe(remaining, pullRequest) }
}

function newestFirst(rejections: Rejections | undefined): PullRequest[] {
  return [...(rejections?.values() ?? [])].toSorted((a, b) => b.number - a.number)
}

/** Whether the open pull request may be what is left of a plan whose changes were rejected. */
async function mayHaveRejected(
  repository: Repository,
  { plan, head }: Situation,
): Promise<boolean> {
  if (head.kind !== 'own' || plan.indexes.size === 0) return false
  if (changesOf(plan.entries).length === 0) return false
  const files = await listProposedFiles(repository, plan.snapshot, head.range)
  return files.every(({ path }) => runIdFromPath(path) === undefined)
}

function describe({ extraFiles }: Plan, { number, url }: PullRequest): Prose {
  const link = linkTo(`Pull request #${number}`, url)
  return extraFiles.length === 0
    ? prose`${link} proposed the same changes and was closed without merging, so it was not reopened. Reopen it yourself, or wait for a new change.`
    : prose`${link} proposed the same changes of values files and was closed without merging, so only the index is brought up to date.`
}
