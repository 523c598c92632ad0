import { GraphqlRefusal } from './answer.ts'
import { nowhere } from './git.ts'
import type { GraphqlContext } from './graphql.ts'
import { commitObject, refObject } from './graphql-objects.ts'
import { protectionAgainst } from './protection.ts'
import { closeWithoutBranch } from './rest-pulls.ts'
import type { Repository } from './repository.ts'

type CommitInput = {
  branch: { repositoryNameWithOwner?: string; branchName?: string; id?: string }
  expectedHeadOid: string
  message: { headline: string; body?: string }
  fileChanges?: {
    additions?: { path: string; contents: string }[] | null
    deletions?: { path: string }[] | null
  }
}

type RefUpdate = { name: string; beforeOid?: string; afterOid: string; force?: boolean }

/** GitHub signs what its API commits; here the committer says so. */
export const bot = { name: 'github-actions[bot]', email: 'bot@users.noreply.example.com' }

export const mutations = (context: GraphqlContext) => ({
  createCommitOnBranch: ({ input }: { input: CommitInput }) => {
    const repository = find(context, input.branch.repositoryNameWithOwner ?? '')
    allowWrite(context)
    const oid = createCommit(repository, input)
    const branch = input.branch.branchName ?? ''
    return {
      commit: commitObject(repository, repository.store.commit(oid)),
      ref: refObject(repository, branch),
    }
  },
  updateRefs: ({ input }: { input: { repositoryId: string; refUpdates: RefUpdate[] } }) => {
    const repository = context.findById(input.repositoryId)
    if (repository === undefined)
      throw new GraphqlRefusal('NOT_FOUND', 'Could not resolve the node')
    allowWrite(context)
    for (const update of input.refUpdates) moveRef(repository, update)
    return { clientMutationId: null }
  },
})

const find = (context: GraphqlContext, name: string): Repository => {
  const repository = context.find(name)
  if (repository !== undefined) return repository
  throw new GraphqlRefusal(
    'NOT_FOUND',
    `Could not resolve to a Repository with the name '${name}'.`,
  )
}

const allowWrite = ({ token }: GraphqlContext): void => {
  if (token.contents !== 'write') {
    throw new GraphqlRefusal('FORBIDDEN', 'Resource not accessible by integration')
  }
}

const opaque = (): never => {
  throw new Error('Something went wrong while executing your query.')
}

const createCommit = (repository: Repository, input: CommitInput): string => {
  const { store } = repository
  const branch = input.branch.branchName ?? ''
  const head = store.ref(branch)
  const { additions = [], deletions = [] } = input.fileChanges ?? {}
  if (additions === null || deletions === null) return opaque()
  if (head === undefined) throw new GraphqlRefusal('NOT_FOUND', `No such branch ${branch}`)
  if (input.message.headline === '') {
    throw new GraphqlRefusal('UNPROCESSABLE', 'A commit message headline is required')
  }
  if (input.expectedHeadOid !== head) throw stale(input.expectedHeadOid)
  checkPaths(repository, head, additions, deletions)
  const contents = additions.map(({ contents: text }) => Buffer.from(text, 'base64'))
  const refused = protectionAgainst(repository, branch, contents.map(String))
  if (refused !== undefined) throw new GraphqlRefusal('UNPROCESSABLE', refused)

  const tree = store.writeTree(head, [
    ...additions.map(({ path }, index) => ({
      path,
      mode: '100644',
      oid: store.writeBlob(contents[index] ?? ''),
    })),
    ...deletions.map(({ path }) => ({ path, mode: '0', oid: null })),
  ])
  const { headline, body = '' } = input.message
  const oid = store.writeCommit(
    tree,
    [head],
    body === '' ? headline : `${headline}\n\n${body}`,
    bot,
  )
  if (!store.updateRef(`refs/heads/${branch}`, oid, head)) throw stale(head)
  return oid
}

const stale = (expected: string): GraphqlRefusal =>
  new GraphqlRefusal(
    'STALE_DATA',
    `Expected branch to point to "${expected}" but it did not.  Pull and try again.`,
  )

const checkPaths = (
  { store }: Repository,
  head: string,
  additions: readonly { path: string }[],
  deletions: readonly { path: string }[],
): void => {
  const paths = [...additions, ...deletions].map(({ path }) => path)
  if (new Set(paths).size < paths.length) {
    throw new GraphqlRefusal('UNPROCESSABLE', 'A path was specified more than once')
  }
  for (const path of paths) {
    const bad =
      path === '' ||
      path.startsWith('/') ||
      path.split('/').some((part) => /^(\.\.?|\.git|)$/i.test(part))
    if (bad)
      throw new GraphqlRefusal('UNPROCESSABLE', `A path was requested that is invalid: ${path}`)
    if (path.startsWith('.github/workflows/')) {
      throw new GraphqlRefusal('FORBIDDEN', 'Resource not accessible by integration')
    }
  }
  for (const { path } of deletions) {
    if (store.parse(`${head}:${path}`) === undefined) {
      throw new GraphqlRefusal(
        'UNPROCESSABLE',
        `A path was requested for deletion which does not exist: ${path}`,
      )
    }
  }
}

const moveRef = (repository: Repository, update: RefUpdate): void => {
  const { store } = repository
  const branch = update.name.replace(/^refs\/heads\//, '')
  const current = store.ref(branch) ?? nowhere
  if (update.beforeOid !== undefined && update.beforeOid !== current) {
    throw new GraphqlRefusal('UNPROCESSABLE', `is at ${current} but expected ${update.beforeOid}`)
  }
  const forward =
    current === nowhere || update.afterOid === nowhere || store.isAncestor(current, update.afterOid)
  if (!forward && update.force !== true) {
    throw new GraphqlRefusal('UNPROCESSABLE', 'Update is not a fast forward')
  }
  const refused = protectionAgainst(repository, branch, [])
  if (refused !== undefined) throw new GraphqlRefusal('UNPROCESSABLE', refused)
  store.updateRef(update.name, update.afterOid, current)
  closeWithoutBranch(repository)
}
