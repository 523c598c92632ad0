import { z } from 'zod'
import type { BranchSnapshot, Directory, DirectoryEntry } from '../core/branch.ts'
import { GitHubError } from '../errors.ts'
import { aliasedObjects, aliasesFor, objectFields, type Aliases } from './aliases.ts'
import type { GitHubClient } from './client.ts'

export type BranchQuery = {
  /** Undefined: the repository's default branch. */
  readonly branch: string | undefined
  readonly directories: readonly string[]
  /** Other files whose hash is wanted, such as templates. */
  readonly files: readonly string[]
}

/** Every directory above a path, so that a file among them is found. */
function ancestorsOf(directory: string): string[] {
  return directory
    .split('/')
    .flatMap((_, index, parts) => (index === 0 ? [] : [parts.slice(0, index).join('/')]))
}

function queryFor(rev: string, { directories, files, ancestors }: Places): string {
  const at = (path: string) => ({ expression: `${rev}:${path}` })
  const listing = '__typename oid ... on Tree { entries { name mode type oid } }'
  return `query Branch($owner: String!, $name: String!, $ref: String!, $named: Boolean!) {
    repository(owner: $owner, name: $name) {
      id
      nameWithOwner
      isArchived
      defaultBranchRef { ...Head }
      ref(qualifiedName: $ref) @include(if: $named) { ...Head }
    }
    ${objectFields('directories', directories, at, listing)}
    ${objectFields('files', files, at, '__typename oid')}
    ${objectFields('ancestors', ancestors, at, '__typename')}
  }
  fragment Head on Ref { name target { oid ... on Commit { tree { oid } } } }`
}

type Places = Readonly<Record<'directories' | 'files' | 'ancestors', Aliases>>

const object = z.object({ oid: z.string() })

const ref = z.object({
  name: z.string(),
  target: z.object({ oid: z.string(), tree: object }),
})

const treeEntry = z.object({
  name: z.string(),
  mode: z.number(),
  type: z.enum(['blob', 'tree', 'commit']),
  oid: z.string(),
})

const directoryObject = z
  .discriminatedUnion('__typename', [
    z.object({ __typename: z.literal('Tree'), oid: z.string(), entries: z.array(treeEntry) }),
    z.object({ __typename: z.enum(['Blob', 'Commit', 'Tag']), oid: z.string() }),
  ])
  .nullable()

const fileObject = z.object({ __typename: z.string(), oid: z.string() }).nullable()

const ancestorObject = z.object({ __typename: z.string() }).nullable()

const repositoryObject = z.object({
  nameWithOwner: z.string(),
  isArchived: z.boolean(),
  defaultBranchRef: ref.nullable(),
  ref: ref.nullish(),
  id: z.string(),
})

/** Reads the branch's head and the entries of all directories in one request. */
export async function readBranch(
  client: GitHubClient,
  wanted: BranchQuery,
): Promise<BranchSnapshot> {
  const places: Places = {
    directories: aliasesFor('d', wanted.directories),
    files: aliasesFor('f', wanted.files),
    ancestors: aliasesFor('a', wanted.directories.flatMap(ancestorsOf)),
  }
  const rev = wanted.branch === undefined ? 'HEAD' : `refs/heads/${wanted.branch}`
  const { repository, directories, files, ancestors } = await client.query(
    queryFor(rev, places),
    { ref: rev, named: wanted.branch !== undefined },
    z.object({
      repository: repositoryObject,
      directories: aliasedObjects(places.directories, directoryObject),
      files: aliasedObjects(places.files, fileObject),
      ancestors: aliasedObjects(places.ancestors, ancestorObject),
    }),
  )
  if (repository.isArchived) {
    throw new GitHubError(`${client.repository()} is archived: nothing can be written to it`, {
      advice: 'Unarchive it, or point the input repository elsewhere.',
    })
  }
  const found = wanted.branch === undefined ? repository.defaultBranchRef : repository.ref
  if (found === null || found === undefined) {
    throw missingBranch(client.repository(), wanted.branch, repository.defaultBranchRef?.name)
  }
  client.useName(repository.nameWithOwner)
  for (const [path, ancestor] of ancestors) {
    if (ancestor?.__typename === 'Blob') throw notADirectory(path, found.name)
  }
  return {
    repository: repository.nameWithOwner,
    repositoryId: repository.id,
    branch: found.name,
    head: found.target.oid,
    rootTree: found.target.tree.oid,
    directories: new Map(
      [...directories].map(([path, tree]) => [path, directoryOf(path, tree, found.name)]),
    ),
    files: new Map(
      [...files].flatMap(([path, file]): [string, string][] =>
        file?.__typename === 'Blob' ? [[path, file.oid]] : [],
      ),
    ),
  }
}

function directoryOf(
  path: string,
  tree: z.infer<typeof directoryObject>,
  branch: string,
): Directory {
  if (tree === null) return { path, oid: undefined, entries: new Map() }
  if (tree.__typename !== 'Tree') throw notADirectory(path, branch)
  return {
    path,
    oid: tree.oid,
    entries: new Map(tree.entries.map((row) => [row.name, entryOf(row)])),
  }
}

function notADirectory(path: string, branch: string): GitHubError {
  return new GitHubError(`path ${path} is not a directory on branch ${branch}`, {
    advice: 'Set the input path to a directory; it is created when it does not exist.',
  })
}

function missingBranch(
  repository: string,
  branch: string | undefined,
  defaultBranch: string | undefined,
): GitHubError {
  if (defaultBranch === undefined) {
    return new GitHubError(`${repository} has no commit yet`, {
      advice: 'Make a first commit (a README will do): a branch is needed to commit to.',
    })
  }
  return new GitHubError(`There is no branch ${branch ?? ''} in ${repository}`, {
    status: 404,
    advice: `Check the input branch, or create the branch first. The default branch is ${defaultBranch}.`,
  })
}

/** Git's file modes; GraphQL gives them in decimal. */
const executableMode = 0o100755
const linkMode = 0o120000

function entryOf(row: z.infer<typeof treeEntry>): DirectoryEntry {
  const { name, oid } = row
  if (row.type === 'tree') return { name, oid, kind: 'directory' }
  if (row.type === 'commit') return { name, oid, kind: 'submodule' }
  if (row.mode === linkMode) return { name, oid, kind: 'link' }
  return { name, oid, kind: row.mode === executableMode ? 'executable' : 'file' }
}
