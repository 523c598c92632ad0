import { missingPermission, notFound, ok, refusal, type Answer } from './answer.ts'
import { nowhere } from './git.ts'
import { bot } from './graphql-mutations.ts'
import { nameOf } from './graphql-objects.ts'
import { protectionAgainst } from './protection.ts'
import { closeWithoutBranch } from './rest-pulls.ts'
import type { Repository } from './repository.ts'
import type { RestCall } from './routes.ts'

/** Git data, refs, branches and comparisons. */

type TreeEntry = { path: string; mode: string; sha?: string | null; content?: string }

/** What GitHub takes in one tree. */
const treeLimits = { entries: 250, bytes: 2_500_000 }

const write = (call: RestCall, then: () => Answer): Answer =>
  call.token.contents === 'write' ? then() : missingPermission('contents=write')

export const getRepository = ({ repository }: RestCall): Answer =>
  ok({
    full_name: nameOf(repository),
    default_branch: repository.defaultBranch,
    archived: repository.settings.archived,
  })

export const getRef = ({ repository, params }: RestCall): Answer => {
  const sha = repository.store.ref(params.branch ?? '')
  return sha === undefined ? notFound : ok(refAnswer(params.branch ?? '', sha))
}

const refAnswer = (branch: string, sha: string) => ({
  ref: `refs/heads/${branch}`,
  object: { sha, type: 'commit' },
})

export const createRef = (call: RestCall): Answer =>
  write(call, () => {
    const { repository, body } = call
    const { ref, sha } = body as { ref: string; sha: string }
    if (repository.store.type(sha) !== 'commit') return refusal(422, 'Object does not exist')
    return repository.store.updateRef(ref, sha, nowhere)
      ? ok(refAnswer(ref.replace('refs/heads/', ''), sha), 201)
      : refusal(422, 'Reference already exists')
  })

export const updateRef = (call: RestCall): Answer =>
  write(call, () => {
    const { repository, body, params } = call
    const { sha, force = false } = body as { sha: string; force?: boolean }
    const branch = params.branch ?? ''
    const current = repository.store.ref(branch)
    if (current === undefined) return refusal(422, 'Reference does not exist')
    if (!force && !repository.store.isAncestor(current, sha)) {
      return refusal(422, 'Update is not a fast forward')
    }
    const refused = protectionAgainst(repository, branch, changedContents(repository, current, sha))
    if (refused !== undefined) return refusal(422, refused)
    return repository.store.updateRef(`refs/heads/${branch}`, sha, current)
      ? ok(refAnswer(branch, sha))
      : refusal(422, 'Update is not a fast forward')
  })

const changedContents = ({ git, settings }: Repository, from: string, to: string): string[] =>
  settings.secrets === undefined ? [] : [git('diff', from, to)]

export const deleteRef = (call: RestCall): Answer =>
  write(call, () => {
    const { repository, params } = call
    const current = repository.store.ref(params.branch ?? '')
    if (current === undefined) return refusal(422, 'Reference does not exist')
    repository.store.updateRef(`refs/heads/${params.branch ?? ''}`, nowhere, current)
    closeWithoutBranch(repository)
    return { status: 204 }
  })

export const getTree = ({ repository, params, query }: RestCall): Answer => {
  const tree = repository.store.parse(params.sha ?? '')
  if (tree === undefined) return notFound
  const rows = repository.store.list(tree, query.has('recursive'))
  const entries = rows.map(({ name, mode, type, oid, size }) => ({
    path: name,
    mode,
    type,
    sha: oid,
    size,
  }))
  return ok({ sha: tree, tree: entries, truncated: false })
}

export const createTree = (call: RestCall): Answer =>
  write(call, () => {
    const { store } = call.repository
    const { base_tree: base, tree } = call.body as { base_tree?: string; tree: TreeEntry[] }
    const inline = tree.filter(({ content }) => content !== undefined)
    const bytes = inline.reduce((sum, { content = '' }) => sum + Buffer.byteLength(content), 0)
    if (inline.length > treeLimits.entries || bytes > treeLimits.bytes) {
      return refusal(
        422,
        'Sorry, your request timed out. It is likely that your input was too large to process.',
      )
    }
    const sha = store.writeTree(
      base,
      tree.map(({ path, mode, sha: oid, content }) => ({
        path,
        mode,
        oid: content === undefined ? (oid ?? null) : store.writeBlob(content),
      })),
    )
    return ok({ sha, tree: [] }, 201)
  })

export const getBlob = async ({ repository, params }: RestCall): Promise<Answer> => {
  const object = await repository.store.readObject(params.sha ?? '')
  if (object?.type !== 'blob') return notFound
  const { content } = object
  const base64 = content.toString('base64').replace(/(.{60})/g, '$1\n')
  return ok({ sha: params.sha, size: content.length, content: base64, encoding: 'base64' })
}

const commitAnswer = (repository: Repository, oid: string) => {
  const commit = repository.store.commit(oid)
  return {
    sha: commit.oid,
    html_url: `https://github.example.com/${nameOf(repository)}/commit/${commit.oid}`,
    message: commit.message,
    tree: { sha: commit.tree },
    parents: commit.parents.map((sha) => ({ sha })),
    verification: { verified: commit.committerName === bot.name, reason: 'valid' },
  }
}

export const getCommit = ({ repository, params }: RestCall): Answer => {
  const oid = repository.store.parse(`${params.sha ?? ''}^{commit}`)
  return oid === undefined ? notFound : ok(commitAnswer(repository, oid))
}

export const createCommit = (call: RestCall): Answer =>
  write(call, () => {
    const { message, tree, parents, author } = call.body as {
      message: string
      tree: string
      parents: string[]
      author?: { name: string; email: string }
    }
    const oid = call.repository.store.writeCommit(tree, parents, message, author ?? bot)
    return ok(commitAnswer(call.repository, oid), 201)
  })

export const compare = ({ repository, params }: RestCall): Answer => {
  const [base = '', head = ''] = (params.range ?? '').split('...')
  const from = repository.store.parse(base)
  const to = repository.store.parse(head)
  if (from === undefined || to === undefined) return notFound
  const [behind = 0, ahead = 0] = repository
    .git('rev-list', '--left-right', '--count', `${from}...${to}`)
    .trim()
    .split(/\s+/)
    .map(Number)
  const status =
    ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged'
  return ok({ status, ahead_by: ahead, behind_by: behind, total_commits: ahead })
}

export const getBranch = ({ repository, params }: RestCall): Answer => {
  const branch = params.branch ?? ''
  const sha = repository.store.ref(branch)
  const isProtected = repository.settings.protectedBranches[branch] !== undefined
  return sha === undefined
    ? notFound
    : ok({ name: branch, commit: { sha }, protected: isProtected })
}

export const getBranchRules = ({ repository, params }: RestCall): Answer => {
  const kind = repository.settings.protectedBranches[params.branch ?? '']
  return ok(kind === 'ruleset' ? [{ type: 'pull_request' }] : [])
}
