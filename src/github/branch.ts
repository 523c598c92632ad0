import { z } from 'zod'
import { GitHubError } from '../errors.ts'
import type { GitHubClient } from './client.ts'

/** One entry of a directory on a branch. */
export type DirectoryEntry = {
  readonly name: string
  /** `link` is a symbolic link, `submodule` a commit of another repository. */
  readonly kind: 'file' | 'executable' | 'link' | 'directory' | 'submodule'
  /** Git's hash of the content. */
  readonly oid: string
}

/** A branch as it was at one moment. */
export type BranchSnapshot = {
  /** `owner/name` as GitHub spells it. */
  readonly repository: string
  readonly branch: string
  /** Commit at the branch's head. */
  readonly head: string
  /** Hash of that commit's whole tree. */
  readonly rootTree: string
  /** Directory of the values files; empty for the root of the repository. */
  readonly directory: string
  /** Hash of the directory; undefined when it does not exist yet. */
  readonly tree: string | undefined
  readonly entries: ReadonlyMap<string, DirectoryEntry>
  /** The template's hash; undefined when none was asked for or it is not there. */
  readonly templateOid: string | undefined
}

export type BranchQuery = {
  /** `owner/name` */
  readonly repository: string
  /** Undefined: the repository's default branch. */
  readonly branch: string | undefined
  readonly directory: string
  /** Path of the template in the repository, if there is one. */
  readonly template: string | undefined
}

/** Every directory above a path, so that a file or a link among them is found. */
function ancestorsOf(directory: string): string[] {
  return directory
    .split('/')
    .flatMap((_, index, parts) => (index === 0 ? [] : [parts.slice(0, index).join('/')]))
}

function queryFor(rev: string, directory: string): string {
  return `query Branch(
  $owner: String!, $name: String!, $ref: String!, $named: Boolean!,
  $directory: String!, $template: String!, $templated: Boolean!
) {
  repository(owner: $owner, name: $name) {
    nameWithOwner
    isArchived
    defaultBranchRef { ...Head }
    ref(qualifiedName: $ref) @include(if: $named) { ...Head }
    directory: object(expression: $directory) {
      __typename
      oid
      ... on Tree { entries { name mode type oid } }
    }
    template: object(expression: $template) @include(if: $templated) { __typename oid }
    ${ancestorsOf(directory)
      .map(
        (path, index) =>
          `a${index}: object(expression: ${JSON.stringify(`${rev}:${path}`)}) { __typename }`,
      )
      .join('\n')}
  }
}
fragment Head on Ref { name target { oid ... on Commit { tree { oid } } } }`
}

const object = z.object({ oid: z.string() })

const ref = z.object({
  name: z.string(),
  target: z.object({ oid: z.string(), tree: object }),
})

const entry = z.object({
  name: z.string(),
  mode: z.number(),
  type: z.enum(['blob', 'tree', 'commit']),
  oid: z.string(),
})

const answer = z.object({
  repository: z.looseObject({
    nameWithOwner: z.string(),
    isArchived: z.boolean(),
    defaultBranchRef: ref.nullable(),
    ref: ref.nullish(),
    directory: z
      .discriminatedUnion('__typename', [
        z.object({ __typename: z.literal('Tree'), oid: z.string(), entries: z.array(entry) }),
        z.object({ __typename: z.enum(['Blob', 'Commit', 'Tag']), oid: z.string() }),
      ])
      .nullable(),
    template: z.object({ __typename: z.string(), oid: z.string() }).nullish(),
  }),
})

/** Reads the branch's head and the directory's entries in one request. */
export async function readBranch(
  client: GitHubClient,
  wanted: BranchQuery,
): Promise<BranchSnapshot> {
  const [owner = '', name = ''] = wanted.repository.split('/')
  const rev = wanted.branch === undefined ? 'HEAD' : `refs/heads/${wanted.branch}`
  const { repository } = await client.query(
    queryFor(rev, wanted.directory),
    {
      owner,
      name,
      ref: rev,
      named: wanted.branch !== undefined,
      directory: `${rev}:${wanted.directory}`,
      template: `${rev}:${wanted.template ?? ''}`,
      templated: wanted.template !== undefined,
    },
    answer,
  )
  if (repository.isArchived) {
    throw new GitHubError(`${wanted.repository} is archived: nothing can be written to it`, {
      advice: 'Unarchive it, or point the input repository elsewhere.',
    })
  }
  const found = wanted.branch === undefined ? repository.defaultBranchRef : repository.ref
  if (found === null || found === undefined) {
    throw missingBranch(wanted, repository.defaultBranchRef?.name)
  }
  const { directory, template } = repository
  for (const [index, path] of ancestorsOf(wanted.directory).entries()) {
    const ancestor = z.object({ __typename: z.literal('Blob') }).safeParse(repository[`a${index}`])
    if (ancestor.success) throw notADirectory(path, found.name)
  }
  if (directory !== null && directory.__typename !== 'Tree') {
    throw notADirectory(wanted.directory, found.name)
  }
  return {
    repository: repository.nameWithOwner,
    branch: found.name,
    head: found.target.oid,
    rootTree: found.target.tree.oid,
    directory: wanted.directory,
    tree: directory?.oid,
    entries: new Map((directory?.entries ?? []).map((row) => [row.name, entryOf(row)])),
    templateOid: template?.__typename === 'Blob' ? template.oid : undefined,
  }
}

function notADirectory(path: string, branch: string): GitHubError {
  return new GitHubError(`path ${path} is not a directory on branch ${branch}`, {
    advice: 'Set the input path to a directory; it is created when it does not exist.',
  })
}

function missingBranch(wanted: BranchQuery, defaultBranch: string | undefined): GitHubError {
  if (defaultBranch === undefined) {
    return new GitHubError(`${wanted.repository} has no commit yet`, {
      advice: 'Make a first commit (a README will do): a branch is needed to commit to.',
    })
  }
  return new GitHubError(`There is no branch ${wanted.branch ?? ''} in ${wanted.repository}`, {
    status: 404,
    advice: `Check the input branch, or create the branch first. The default branch is ${defaultBranch}.`,
  })
}

/** Git's file modes; GraphQL gives them in decimal. */
const executableMode = 0o100755
const linkMode = 0o120000

function entryOf(row: z.infer<typeof entry>): DirectoryEntry {
  const { name, oid } = row
  if (row.type === 'tree') return { name, oid, kind: 'directory' }
  if (row.type === 'commit') return { name, oid, kind: 'submodule' }
  if (row.mode === linkMode) return { name, oid, kind: 'link' }
  return { name, oid, kind: row.mode === executableMode ? 'executable' : 'file' }
}
