import { GraphqlRefusal } from './answer.ts'
import type { CommitFacts } from './git.ts'
import type { GraphqlContext } from './graphql.ts'
import type { Repository } from './repository.ts'

/** Query and object types of the schema, over git. */

const web = 'https://github.example.com'

export const nameOf = (repository: Repository): string => `${repository.owner}/${repository.name}`

export const idOf = (repository: Repository): string =>
  `R_${Buffer.from(nameOf(repository)).toString('base64url')}`

export const queries = (context: GraphqlContext) => ({
  repository: ({ owner, name }: { owner: string; name: string }) => {
    const repository = context.find(`${owner}/${name}`)
    if (repository === undefined) {
      throw new GraphqlRefusal(
        'NOT_FOUND',
        `Could not resolve to a Repository with the name '${owner}/${name}'.`,
      )
    }
    return repositoryObject(repository, context)
  },
  viewer: { login: 'github-actions[bot]' },
  rateLimit: { limit: 1000, remaining: 999, cost: 1, used: 1 },
})

const repositoryObject = (repository: Repository, { token }: GraphqlContext) => ({
  __typename: 'Repository',
  id: idOf(repository),
  name: repository.name,
  nameWithOwner: nameOf(repository),
  url: `${web}/${nameOf(repository)}`,
  isArchived: repository.settings.archived,
  isPrivate: true,
  viewerPermission: token.contents === 'write' ? 'WRITE' : 'READ',
  defaultBranchRef: () => refObject(repository, repository.defaultBranch),
  ref: ({ qualifiedName }: { qualifiedName: string }) =>
    refObject(repository, qualifiedName.replace(/^refs\/heads\//, '')),
  object: async ({ oid, expression }: { oid?: string; expression?: string }) => {
    if (oid !== undefined) {
      // Hundreds of these in one query: no process for each.
      const object = await repository.store.readObject(oid)
      if (object === undefined) return null
      return object.type === 'blob' ? blobObject(oid, object.content) : gitObject(repository, oid)
    }
    const found = repository.store.parse(expression ?? '')
    return found === undefined ? null : gitObject(repository, found)
  },
})

export const refObject = (repository: Repository, branch: string) => {
  const head = repository.store.ref(branch)
  return head === undefined
    ? null
    : {
        __typename: 'Ref',
        id: `REF_${nameOf(repository)}_${branch}`,
        name: branch,
        prefix: 'refs/heads/',
        target: () => commitObject(repository, repository.store.commit(head)),
      }
}

const gitObject = async (repository: Repository, oid: string): Promise<object | null> => {
  const object = await repository.store.readObject(oid)
  switch (object?.type) {
    case 'commit':
      return commitObject(repository, repository.store.commit(oid))
    case 'tree':
      return treeObject(repository, oid)
    case 'blob':
      return blobObject(oid, object.content)
    default:
      return null
  }
}

export const commitObject = (repository: Repository, commit: CommitFacts): object => ({
  __typename: 'Commit',
  id: `C_${commit.oid}`,
  oid: commit.oid,
  abbreviatedOid: commit.oid.slice(0, 7),
  url: `${web}/${nameOf(repository)}/commit/${commit.oid}`,
  message: commit.message,
  messageHeadline: commit.message.split('\n')[0],
  messageBody: commit.message.split('\n').slice(1).join('\n').trim(),
  committedDate: commit.date,
  author: { name: commit.authorName, email: commit.authorEmail },
  committer: { name: commit.committerName, email: commit.committerEmail },
  tree: () => treeObject(repository, commit.tree),
  parents: () => {
    const nodes = commit.parents.map((oid) =>
      commitObject(repository, repository.store.commit(oid)),
    )
    return { nodes, totalCount: nodes.length }
  },
  history: ({ first = 30 }: { first?: number }) => ({
    nodes: repository.store
      .run(['rev-list', `--max-count=${first}`, commit.oid])
      .trim()
      .split('\n')
      .map((oid) => commitObject(repository, repository.store.commit(oid))),
  }),
  file: ({ path }: { path: string }) => {
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
    const name = path.slice(path.lastIndexOf('/') + 1)
    const tree = repository.store.parse(`${commit.oid}:${parent}`)
    const row = tree && repository.store.list(tree).find((entry) => entry.name === name)
    return row ? entryObject(repository, row) : null
  },
})

const treeObject = (repository: Repository, oid: string) => ({
  __typename: 'Tree',
  id: `T_${oid}`,
  oid,
  entries: () => repository.store.list(oid).map((row) => entryObject(repository, row)),
})

const entryObject = (
  repository: Repository,
  row: ReturnType<Repository['store']['list']>[number],
) => ({
  __typename: 'TreeEntry',
  name: row.name,
  path: row.name,
  mode: parseInt(row.mode, 8),
  type: row.type,
  oid: row.oid,
  size: row.size,
  object: () => gitObject(repository, row.oid),
})

/** GraphQL gives text, cut after this many bytes. */
const longestText = 512_000

const blobObject = (oid: string, content: Buffer) => {
  const isBinary = content.includes(0)
  return {
    __typename: 'Blob',
    id: `B_${oid}`,
    oid,
    byteSize: content.length,
    isBinary,
    isTruncated: content.length > longestText,
    text: isBinary ? null : content.subarray(0, longestText).toString('utf8'),
  }
}
