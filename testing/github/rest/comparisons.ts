import type { Repository } from '../repository.ts'
import type { RestCall } from './call.ts'
import { changedFiles } from './changed-files.ts'
import { commitBody } from './commit-body.ts'
import { errorResponse, notFound, ok, type RestResponse } from './response.ts'

/** Commits and comparisons of the repository API. */

/** What GitHub returns at most if the request asks for no page. */
const maxCommits = 250

export function getCommit({ repository, params }: RestCall): RestResponse {
  const { store } = repository
  const ref = params.ref ?? ''
  const oid = resolveCommit(repository, ref)
  // Source: github.com/yegor256/rultor/issues/1344.
  if (oid === undefined) return errorResponse(422, `No commit found for SHA: ${ref}`)
  const commit = store.commit(oid)
  const files = changedFiles(repository, commit.parents[0], oid)
  return ok({ ...commitBody(repository, commit), files })
}

export function compare({ repository, params, query }: RestCall): RestResponse {
  const { store, git } = repository
  const [base = '', head = ''] = (params.range ?? '').split('...')
  const from = resolveCommit(repository, base)
  const to = resolveCommit(repository, head)
  if (from === undefined || to === undefined) return notFound
  const mergeBase = store.mergeBase(from, to)
  if (mergeBase === undefined) {
    // Source: github.com/slapperwan/gh4a/issues/544.
    return errorResponse(404, `No common ancestor between ${base} and ${head}.`)
  }
  const [behind = 0, ahead = 0] = git('rev-list', '--left-right', '--count', `${from}...${to}`)
    .split(/\s+/)
    .map(Number)
  const commits = store.commitsBetween(from, to)
  const isPaged = query.has('page') || query.has('per_page')
  const size = Math.min(Number(query.get('per_page') ?? 30), 100)
  const page = Number(query.get('page') ?? 1)
  const shown = isPaged ? commits.slice((page - 1) * size, page * size) : commits.slice(-maxCommits)
  return ok({
    status: comparisonStatus(ahead, behind),
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    base_commit: commitBody(repository, store.commit(from)),
    merge_base_commit: commitBody(repository, store.commit(mergeBase)),
    commits: shown.map((oid) => commitBody(repository, store.commit(oid))),
    files: page > 1 ? [] : changedFiles(repository, mergeBase, to),
  })
}

/** A hash, a branch, or a branch as `owner:branch`. */
function resolveCommit({ store, owner }: Repository, name: string): string | undefined {
  const branch = name.startsWith(`${owner}:`) ? name.slice(owner.length + 1) : name
  const isHash = /^[0-9a-f]{7,40}$/.test(name)
  const revision = store.branch(branch) ?? (isHash ? name : undefined)
  return revision === undefined ? undefined : store.resolve(`${revision}^{commit}`)
}

function comparisonStatus(ahead: number, behind: number): string {
  if (ahead === 0) return behind === 0 ? 'identical' : 'behind'
  return behind === 0 ? 'ahead' : 'diverged'
}
