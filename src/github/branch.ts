import { z } from 'zod'
import type { BranchSnapshot, Directory } from '../core/branch.ts'
import { GitHubError } from '../core/errors.ts'
import { prose } from '../core/text/prose.ts'
import { list } from '../http/list.ts'
import { aliasedObjects, aliasesFor, objectFields, type Aliases } from './aliases.ts'
import type { GitHubClient } from './client.ts'
import { findObstacles } from './obstacles.ts'
import { entryOf, treeEntry, treeEntryFields } from './tree-entry.ts'

export type BranchQuery = {
  /** Undefined: the repository's default branch. */
  readonly branch: string | undefined
  readonly directories: readonly string[]
  /** Paths of other files, such as templates, whose hashes are needed. */
  readonly files: readonly string[]
}

function queryFor(revision: string, { directories, files }: PathAliases): string {
  const atRevision = (path: string) => ({ expression: `${revision}:${path}` })
  const listing = `__typename oid ... on Tree { entries { ${treeEntryFields} } }`
  return `query Branch($owner: String!, $name: String!, $ref: String!, $named: Boolean!) {
    repository(owner: $owner, name: $name) {
      id
      nameWithOwner
      isArchived
      defaultBranchRef { ...Head }
      ref(qualifiedName: $ref) @include(if: $named) { ...Head }
    }
    ${objectFields('directories', directories, atRevision, listing)}
    ${objectFields('files', files, atRevision, '__typename oid')}
  }
  fragment Head on Ref { name target { oid ... on Commit { tree { oid } } } }`
}

type PathAliases = Readonly<Record<'directories' | 'files', Aliases>>

const object = z.object({ oid: z.string() })

const ref = z.object({
  name: z.string(),
  target: z.object({ oid: z.string(), tree: object }),
})

const directoryObject = z
  .discriminatedUnion('__typename', [
    z.object({ __typename: z.literal('Tree'), oid: z.string(), entries: list(treeEntry) }),
    z.object({ __typename: z.enum(['Blob', 'Commit', 'Tag']), oid: z.string() }),
  ])
  .nullable()

const fileObject = z.object({ __typename: z.string(), oid: z.string() }).nullable()

const repositoryObject = z.object({
  nameWithOwner: z.string(),
  isArchived: z.boolean(),
  defaultBranchRef: ref.nullable(),
  ref: ref.nullish(),
  id: z.string(),
})

/**
 * Reads the branch's head and the entries of all directories in one request.
 *
 * @throws GitHubError if the branch does not exist or the repository is archived.
 */
export async function readBranch(
  client: GitHubClient,
  query: BranchQuery,
): Promise<BranchSnapshot> {
  const aliases: PathAliases = {
    directories: aliasesFor('d', query.directories),
    files: aliasesFor('f', query.files),
  }
  const revision = revisionOf(query.branch)
  const { repository, directories, files } = await client.query(
    queryFor(revision, aliases),
    { ref: revision, named: query.branch !== undefined },
    z.object({
      repository: repositoryObject,
      directories: aliasedObjects(aliases.directories, directoryObject),
      files: aliasedObjects(aliases.files, fileObject),
    }),
  )
  if (repository.isArchived) {
    throw new GitHubError(
      prose`\`${client.repository()}\` is archived, so nothing can be written to it`,
      {
        advice: prose`Unarchive it, or set the input \`repository\` to another one.`,
      },
    )
  }
  const branch = query.branch === undefined ? repository.defaultBranchRef : repository.ref
  if (branch === null || branch === undefined) {
    throw missingBranch(client.repository(), query.branch, repository.defaultBranchRef?.name)
  }
  client.identify(repository.nameWithOwner, repository.id)
  const missing = [...directories].flatMap(([path, found]) =>
    found?.__typename === 'Tree' ? [] : [path],
  )
  const obstacles = await findObstacles(client, branch.name, branch.target.oid, missing)
  return {
    repository: repository.nameWithOwner,
    branch: branch.name,
    head: branch.target.oid,
    rootTree: branch.target.tree.oid,
    directories: new Map([...directories].map(([path, tree]) => [path, directoryOf(path, tree)])),
    obstacles,
    files: new Map(
      [...files].flatMap(([path, file]): [string, string][] =>
        file?.__typename === 'Blob' ? [[path, file.oid]] : [],
      ),
    ),
  }
}

function directoryOf(path: string, tree: z.infer<typeof directoryObject>): Directory {
  if (tree?.__typename !== 'Tree') return { path, oid: tree?.oid, entries: new Map() }
  return {
    path,
    oid: tree.oid,
    entries: new Map(tree.entries.map((row) => [row.name, entryOf(row)])),
  }
}

/** How Git names a branch; undefined: the default branch. */
export function revisionOf(branch: string | undefined): string {
  return branch === undefined ? 'HEAD' : `refs/heads/${branch}`
}

export function missingBranch(
  repository: string,
  branch: string | undefined,
  defaultBranch: string | undefined,
): GitHubError {
  if (defaultBranch === undefined) {
    return new GitHubError(prose`\`${repository}\` has no commits yet`, {
      advice: prose`Make a first commit, for example of a README: without one there is no branch to commit to.`,
    })
  }
  return new GitHubError(prose`There is no branch \`${branch ?? ''}\` in \`${repository}\``, {
    status: 404,
    advice: prose`Check the input \`branch\`, or create the branch first. The default branch is \`${defaultBranch}\`.`,
  })
}
