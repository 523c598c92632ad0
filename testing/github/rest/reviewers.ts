import { findPullRequest, nodeId } from '../pull-requests.ts'
import type { RestCall } from './call.ts'
import { pullBody } from './pull-body.ts'
import { errorResponse, notFound, ok, type RestResponse } from './response.ts'

/** `POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers`: all of them or none. */
export function requestReviewers({ repository, params, body }: RestCall): RestResponse {
  const pull = findPullRequest(repository, Number(params.number))
  if (pull === undefined) return notFound
  if (pull.callsUntilIndexed > 0) {
    pull.callsUntilIndexed -= 1
    return unresolved(nodeId(repository, pull))
  }
  const { reviewers = [], team_reviewers: teams = [] } = body as {
    reviewers?: string[]
    team_reviewers?: string[]
  }
  const { collaborators, showsTeams } = repository.settings
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase())
  if (lower(reviewers).includes(pull.author.toLowerCase())) {
    // Source: github.com/peter-evans/create-pull-request/issues/1835.
    return errorResponse(422, 'Review cannot be requested from pull request author.')
  }
  if (lower([...reviewers, ...teams]).some((name) => !collaborators.includes(name))) {
    // Source: github.com/peter-evans/create-pull-request/issues/4138.
    const text =
      'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the'
    return errorResponse(422, `${text} ${repository.fullName} repository.`)
  }
  // Source: github.com/Alfresco/alfresco-transform-core/pull/1329.
  if (teams.length > 0 && !showsTeams) return unresolved('T_kwDOAAX3184BHlgu')
  pull.reviewers = [...new Set([...pull.reviewers, ...lower(reviewers)])]
  pull.teamReviewers = [...new Set([...pull.teamReviewers, ...lower(teams)])]
  pull.updatedAt = new Date().toISOString()
  return ok(pullBody(repository, pull), 201)
}

/** Source: github.com/actions/github-script/issues/284, whose client prints the words in quotes. */
function unresolved(id: string): RestResponse {
  return errorResponse(422, 'Validation Failed', [
    `Could not resolve to a node with the global id of '${id}'.`,
  ])
}
