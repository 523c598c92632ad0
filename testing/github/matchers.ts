import type { RecordedRequest } from './recorded-request.ts'

export type Matcher = (request: RecordedRequest) => boolean

/** Matchers for the requests into which tests inject faults. */

/** A GraphQL request by the name of its operation. */
export function isOperation(name: string): Matcher {
  return ({ operation }) => operation === name
}

/** A REST request by its method and the path below the repository. */
export function isRest(method: string, path: RegExp): Matcher {
  return (request) => {
    const [, below] = /^\/repos\/[^/]+\/[^/]+\/?(.*)$/.exec(request.path) ?? []
    return request.method === method && below !== undefined && path.test(below)
  }
}

export const isGraphql: Matcher = ({ path }) => path.endsWith('/graphql')

/** Writes, of either API; a read may be repeated. */
export const isWrite: Matcher = (request) =>
  isGraphql(request)
    ? /"query":"\s*(?:\\n)?\s*mutation/.test(request.body)
    : request.method !== 'GET'

export const isCommit: Matcher = ({ body }) => body.includes('createCommitOnBranch(')
export const isRefUpdate: Matcher = ({ body }) => body.includes('updateRefs(')
export const isBranchRead = isOperation('Branch')
export const isHistoryRead = isOperation('History')
export const isDirectoryHistoryRead = isOperation('DirectoryHistory')
export const isRemovalsRead = isOperation('Removals')
export const isPullRequestsRead = isOperation('PullRequests')

export const isBlobRead: Matcher = ({ path }) => path.includes('/git/blobs/')
export const isTreeCreation = isRest('POST', /^git\/trees$/)
export const isCommitCreation = isRest('POST', /^git\/commits$/)
export const isBranchUpdate = isRest('PATCH', /^git\/refs\/heads\//)
export const isBranchCreation = isRest('POST', /^git\/refs$/)
export const isBranchDeletion = isRest('DELETE', /^git\/refs\/heads\//)
export const isComparison = isRest('GET', /^compare\//)
export const isCommitRead = isRest('GET', /^(git\/)?commits\//)
export const isBranchDetailsRead = isRest('GET', /^branches\//)
export const isBranchRulesRead = isRest('GET', /^rules\/branches\//)
export const isRulesetRead = isRest('GET', /^rulesets\//)

export const isDispatch = isRest('POST', /^dispatches$/)

export const isPullRequestList = isRest('GET', /^pulls$/)
export const isPullRequestRead = isRest('GET', /^pulls\/\d+$/)
export const isPullRequestCommitsRead = isRest('GET', /^pulls\/\d+\/commits$/)
export const isPullRequestCreation = isRest('POST', /^pulls$/)
export const isPullRequestUpdate = isRest('PATCH', /^pulls\/\d+$/)
export const isLabelling = isRest('POST', /^issues\/\d+\/labels$/)
export const isReviewRequest = isRest('POST', /^pulls\/\d+\/requested_reviewers$/)
