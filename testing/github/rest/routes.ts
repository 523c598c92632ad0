import * as branches from './branches.ts'
import { withContentsWrite, withPullRequestsWrite, type Handler } from './call.ts'
import * as commits from './comparisons.ts'
import * as contents from './contents.ts'
import { createDispatchEvent } from './dispatches.ts'
import * as git from './git-data.ts'
import * as pulls from './pulls.ts'
import * as reviewers from './reviewers.ts'
import * as refs from './refs.ts'

/** Paths below `/repos/{owner}/{name}`: `:x` matches one segment, `*x` the rest. */
const routes: readonly (readonly [string, string, Handler])[] = [
  ['GET', '', git.getRepository],
  ['GET', 'git/ref/heads/*branch', refs.getRef],
  ['POST', 'git/refs', withContentsWrite(refs.createRef)],
  ['PATCH', 'git/refs/heads/*branch', withContentsWrite(refs.updateRef)],
  ['DELETE', 'git/refs/heads/*branch', withContentsWrite(refs.deleteRef)],
  ['GET', 'git/trees/*sha', git.getTree],
  ['POST', 'git/trees', withContentsWrite(git.createTree)],
  ['GET', 'git/blobs/:sha', git.getBlob],
  ['GET', 'git/commits/:sha', git.getGitCommit],
  ['POST', 'git/commits', withContentsWrite(git.createCommit)],
  ['GET', 'commits/*ref', commits.getCommit],
  ['GET', 'contents/*path', contents.getContents],
  ['PUT', 'contents/*path', withContentsWrite(contents.putContents)],
  ['GET', 'compare/*range', commits.compare],
  ['POST', 'dispatches', withContentsWrite(createDispatchEvent)],
  ['GET', 'branches/*branch', branches.getBranch],
  ['GET', 'rules/branches/*branch', branches.getBranchRules],
  ['GET', 'rulesets/:id', branches.getRuleset],
  ['GET', 'pulls', pulls.listPulls],
  ['POST', 'pulls', withPullRequestsWrite(pulls.createPull)],
  ['GET', 'pulls/:number', pulls.getPull],
  ['GET', 'pulls/:number/commits', pulls.listPullCommits],
  ['GET', 'pulls/:number/files', pulls.listPullFiles],
  ['PATCH', 'pulls/:number', withPullRequestsWrite(pulls.updatePull)],
  ['POST', 'pulls/:number/requested_reviewers', withPullRequestsWrite(reviewers.requestReviewers)],
  ['GET', 'issues/:number/labels', pulls.listLabels],
  ['POST', 'issues/:number/labels', withPullRequestsWrite(pulls.addLabels)],
]

const compiled = routes.map(([method, path, handler]) => ({
  method,
  handler,
  pattern: new RegExp(
    `^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)').replace(/\*(\w+)/g, '(?<$1>.+)')}$`,
  ),
}))

/** Finds the handler of a path below a repository and the values of the path's placeholders. */
export function findRoute(
  method: string,
  path: string,
): { readonly handler: Handler; readonly params: Record<string, string> } | undefined {
  for (const route of compiled) {
    const match = route.method === method ? route.pattern.exec(decodeURIComponent(path)) : null
    if (match !== null) return { handler: route.handler, params: { ...match.groups } }
  }
  return undefined
}
