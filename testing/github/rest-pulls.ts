import { missingPermission, notFound, ok, refusal, type Answer } from './answer.ts'
import { nameOf } from './graphql-objects.ts'
import type { PullRequest, Repository } from './repository.ts'
import type { RestCall } from './routes.ts'

/** Pull requests: kept in memory, their branches in git. */

const write = (call: RestCall, then: () => Answer): Answer =>
  call.token.pullRequests === 'write' ? then() : missingPermission('pull_requests=write')

const pullAnswer = (repository: Repository, pull: PullRequest) => ({
  number: pull.number,
  html_url: `https://github.example.com/${nameOf(repository)}/pull/${pull.number}`,
  state: pull.state,
  merged: pull.mergedAt !== null,
  merged_at: pull.mergedAt,
  title: pull.title,
  body: pull.body,
  head: { ref: pull.head, sha: pull.headSha, label: `${repository.owner}:${pull.head}` },
  base: { ref: pull.base },
  labels: pull.labels.map((name) => ({ name })),
  user: { login: 'github-actions[bot]' },
  created_at: pull.createdAt,
})

/** An open pull request follows its branch; without it GitHub closes it. */
export const closeWithoutBranch = (repository: Repository): void => {
  for (const pull of repository.pullRequests.filter(({ state }) => state === 'open')) {
    const sha = repository.store.ref(pull.head)
    if (sha === undefined) pull.state = 'closed'
    else pull.headSha = sha
  }
}

export const listPulls = ({ repository, query }: RestCall): Answer => {
  closeWithoutBranch(repository)
  const state = query.get('state') ?? 'open'
  const head = query.get('head')
  const base = query.get('base')
  const found = repository.pullRequests
    .filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => head === null || `${repository.owner}:${pull.head}` === head)
    .filter((pull) => base === null || pull.base === base)
    .toSorted((a, b) => b.number - a.number)
    .slice(0, Number(query.get('per_page') ?? 30))
  return ok(found.map((pull) => pullAnswer(repository, pull)))
}

const numbered = ({ repository, params }: RestCall): PullRequest | undefined => {
  closeWithoutBranch(repository)
  return repository.pullRequests.find(({ number }) => number === Number(params.number))
}

export const getPull = (call: RestCall): Answer => {
  const pull = numbered(call)
  return pull === undefined ? notFound : ok(pullAnswer(call.repository, pull))
}

const invalid = (message: string): Answer =>
  refusal(422, 'Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }])

export const createPull = (call: RestCall): Answer =>
  write(call, () => {
    const { repository } = call
    const {
      title,
      body = '',
      head,
      base,
    } = call.body as Record<'title' | 'head' | 'base', string> & { body?: string }
    if (!repository.settings.actionsMayCreatePullRequests) {
      return refusal(403, 'GitHub Actions is not permitted to create or approve pull requests.')
    }
    closeWithoutBranch(repository)
    const headSha = repository.store.ref(head)
    const baseSha = repository.store.ref(base)
    if (headSha === undefined || baseSha === undefined)
      return invalid('head or base does not exist')
    const taken = repository.pullRequests.some(
      (pull) => pull.state === 'open' && pull.head === head && pull.base === base,
    )
    if (taken) return invalid(`A pull request already exists for ${repository.owner}:${head}.`)
    if (repository.store.isAncestor(headSha, baseSha)) {
      return invalid(`No commits between ${base} and ${head}`)
    }
    const pull: PullRequest = {
      number: repository.pullRequests.length + 1,
      title,
      body,
      state: 'open',
      mergedAt: null,
      head,
      headSha,
      base,
      labels: [],
      createdAt: new Date().toISOString(),
    }
    repository.pullRequests.push(pull)
    return ok(pullAnswer(repository, pull), 201)
  })

export const updatePull = (call: RestCall): Answer =>
  write(call, () => {
    const pull = numbered(call)
    if (pull === undefined) return notFound
    const change = call.body as Partial<Pick<PullRequest, 'title' | 'body' | 'state'>>
    if (change.state === 'open' && call.repository.store.ref(pull.head) === undefined) {
      return invalid('state cannot be changed. The branch has been deleted.')
    }
    Object.assign(pull, change)
    return ok(pullAnswer(call.repository, pull))
  })

export const addLabels = (call: RestCall): Answer =>
  write(call, () => {
    const pull = numbered(call)
    if (pull === undefined) return notFound
    const { labels } = call.body as { labels: string[] }
    pull.labels = [...new Set([...pull.labels, ...labels])]
    return ok(pull.labels.map((name) => ({ name })))
  })

/** What a person's click on "Merge" or "Squash and merge" does. */
export const mergePull = (
  repository: Repository,
  number: number,
  how: 'merge' | 'squash' = 'merge',
): void => {
  closeWithoutBranch(repository)
  const pull = repository.pullRequests.find((candidate) => candidate.number === number)
  const base = pull === undefined ? undefined : repository.store.ref(pull.base)
  if (pull?.state !== 'open' || base === undefined) throw new Error(`#${number} can't be merged`)
  const mergeBase = repository.git('merge-base', base, pull.headSha).trim()
  if (mergeBase !== base) throw new Error('the stand-in merges only what is up to date')
  const tree = repository.store.commit(pull.headSha).tree
  const parents = how === 'merge' ? [base, pull.headSha] : [base]
  const oid = repository.store.writeCommit(tree, parents, `${pull.title} (#${number})`)
  repository.store.updateRef(`refs/heads/${pull.base}`, oid, base)
  pull.state = 'closed'
  pull.mergedAt = new Date().toISOString()
}
