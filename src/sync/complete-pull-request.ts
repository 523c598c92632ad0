import { GitHubError } from '../core/errors.ts'
import { lacksLabels, type PullRequest, type PullRequestSettings } from '../core/pull-request.ts'
import { sortReviewers, type Reviewers } from '../core/reviewers.ts'
import { joinProse, joinSentences, linkTo, plain, prose, type Prose } from '../core/text/prose.ts'
import type { PullRequests } from '../github/pull-requests.ts'
import { problemAfterWrite, type Completion } from './after-write.ts'

export type CompletionOptions = {
  readonly pullRequests: PullRequests
  readonly settings: PullRequestSettings
  /** `owner/name` of the pull request. */
  readonly repository: string
  /** Whether this job opened the pull request. */
  readonly isOwn: boolean
}

/**
 * Sets the labels and requests the reviewers of a pull request that this job opened, or another one
 * that did not get as far. It is only a warning if GitHub refuses, because that should not fail the sync.
 */
export async function completePullRequest(
  pullRequest: PullRequest,
  options: CompletionOptions,
): Promise<Completion> {
  const warnings: Prose[] = []
  try {
    warnings.push(...(await addLabels(pullRequest, options)))
    warnings.push(...(await requestReviewers(pullRequest, options)))
    return { warnings, error: undefined }
  } catch (error) {
    return { warnings, error: problemAfterWrite(error) }
  }
}

async function addLabels(
  pullRequest: PullRequest,
  { pullRequests, settings, isOwn }: CompletionOptions,
): Promise<readonly Prose[]> {
  const isNeeded = isOwn ? settings.labels.length > 0 : lacksLabels(pullRequest, settings)
  if (!isNeeded) return []
  const error = await refusalOf(pullRequests.addLabels(pullRequest.number, settings.labels))
  if (error === undefined) return []
  return [
    joinSentences([
      prose`The labels could not be set on ${link(pullRequest)}: ${error.text}`,
      error.advice ?? [],
    ]),
  ]
}

/** People who were asked and removed themselves are not asked again. */
async function requestReviewers(
  pullRequest: PullRequest,
  { pullRequests, settings, repository, isOwn }: CompletionOptions,
): Promise<readonly Prose[]> {
  if (settings.reviewers.length === 0 || !(isOwn || pullRequest.isUntouched)) return []
  const { users, teams, strangers } = sortReviewers(settings.reviewers, repository)
  const warnings = strangers.map(
    (team) =>
      prose`The team \`${team}\` can't review ${link(pullRequest)}: it is not in the organization of \`${repository}\`. Correct \`pull-request-reviewers\`.`,
  )
  const request = (reviewers: Reviewers): Promise<GitHubError | undefined> =>
    refusalOf(pullRequests.requestReviewers(pullRequest.number, reviewers))
  const count = users.length + teams.length
  if (count === 0) return warnings
  const error = await request({ users, teams })
  if (error === undefined) return warnings
  const [owner = ''] = repository.split('/')
  const names = [...users, ...teams.map((team) => `${owner}/${team}`)]
  if (!mayConcernOne(error) || count === 1) {
    return [...warnings, reviewerWarning(names, pullRequest, error)]
  }
  const singles = [
    ...users.map((user): Reviewers => ({ users: [user], teams: [] })),
    ...teams.map((team): Reviewers => ({ users: [], teams: [team] })),
  ]
  const refusals = new Map<string, { refused: string[]; refusal: GitHubError }>()
  for (const [index, single] of singles.entries()) {
    const refusal = await request(single)
    if (refusal === undefined) continue
    const reason = plain(refusal.text)
    const same = refusals.get(reason) ?? { refused: [], refusal }
    refusals.set(reason, same)
    same.refused.push(names[index] ?? '')
  }
  const ofReasons = [...refusals.values()].map(({ refused, refusal }) =>
    reviewerWarning(refused, pullRequest, refusal),
  )
  return [...warnings, ...ofReasons]
}

/** GitHub refuses all of them because of one: a team that it does not show is a 404 or a 403. */
function mayConcernOne({ status, reason }: GitHubError): boolean {
  return reason !== 'rate-limit' && (status === 422 || status === 403 || status === 404)
}

function reviewerWarning(
  names: readonly string[],
  pullRequest: PullRequest,
  error: GitHubError,
): Prose {
  const list = joinProse(
    names.map((name) => prose`\`${name}\``),
    ', ',
  )
  return joinSentences([
    prose`The review of ${link(pullRequest)} could not be requested from ${list}: ${error.text}`,
    error.advice ?? [],
  ])
}

function link({ number, url }: PullRequest): Prose {
  return linkTo(`pull request #${number}`, url)
}

/** @throws what is not GitHub's answer. */
async function refusalOf(request: Promise<void>): Promise<GitHubError | undefined> {
  try {
    await request
    return undefined
  } catch (error) {
    if (error instanceof GitHubError) return error
    throw error
  }
}
