import { z } from 'zod'
import { pathIn, pathsTo, type BranchSnapshot } from '../core/branch.ts'
import { GitHubError } from '../core/errors.ts'
import type { HeadCommit } from '../core/pull-request.ts'
import { prose } from '../core/text/prose.ts'
import { list } from '../http/list.ts'
import { aliasedObjects, aliasesFor, objectFields } from './aliases.ts'
import type { GitHubClient } from './client.ts'
import { branchMoved } from './errors.ts'

const commitFields =
  'oid url message tree { oid } signature { isValid } parents(first: 3) { nodes { oid tree { oid } } }'

const tree = z.object({ oid: z.string() })

const commit = z
  .object({
    oid: z.string(),
    url: z.string(),
    message: z.string(),
    tree,
    signature: z.object({ isValid: z.boolean() }).nullable(),
    parents: z.object({ nodes: list(z.object({ oid: z.string(), tree })) }),
  })
  .transform((row): HeadCommit => ({
    sha: row.oid,
    url: row.url,
    message: row.message,
    tree: row.tree.oid,
    verified: row.signature?.isValid ?? false,
    parents: row.parents.nodes.map((parent) => ({ sha: parent.oid, tree: parent.tree.oid })),
  }))

/**
 * Reads the head branch of the pull request; undefined if it does not exist.
 *
 * @throws GitHubError if the base branch has moved, or if no branch of that name can exist.
 */
export async function readHeadBranch(
  client: GitHubClient,
  base: BranchSnapshot,
  name: string,
): Promise<HeadCommit | undefined> {
  const prefixes = aliasesFor('p', branchesAbove(name))
  const ref = (branch: string): string =>
    `ref(qualifiedName: ${JSON.stringify(`refs/heads/${branch}`)})`
  const { repository } = await client.query(
    `query HeadBranch($owner: String!, $name: String!) {
      repository(owner: $owner, name: $name) {
        base: ${ref(base.branch)} { target { oid } }
        head: ${ref(name)} { target { ... on Commit { ${commitFields} } } }
        ${[...prefixes].map(([alias, prefix]) => `${alias}: ${ref(prefix)} { name }`).join(' ')}
      }
    }`,
    {},
    z.object({
      repository: z.looseObject({
        base: z.object({ target: z.object({ oid: z.string() }) }).nullable(),
        head: z.object({ target: commit }).nullable(),
      }),
    }),
  )
  if (repository.base?.target.oid !== base.head) throw branchMoved(prose`while it was read`)
  for (const [alias, prefix] of prefixes) {
    if (repository[alias] !== null) throw nameInTheWay(name, prefix)
  }
  return repository.head?.target
}

/** Git cannot have both a branch `a` and a branch `a/b`. */
export function branchesAbove(name: string): string[] {
  return pathsTo(name).slice(0, -1)
}

function nameInTheWay(name: string, prefix: string): GitHubError {
  return new GitHubError(
    prose`There can be no branch \`${name}\` while there is a branch \`${prefix}\``,
    {
      advice: prose`Set the input \`pull-request-branch\` to another name, or rename the branch \`${prefix}\`.`,
    },
  )
}

/**
 * Follows first parents from a commit up to the first one that `isEnd` accepts, newest first;
 * undefined if there is none among the commits of `maxQueries` queries, a hundred each.
 */
export async function followFirstParents(
  client: GitHubClient,
  from: string,
  isEnd: (commit: HeadCommit) => boolean,
  maxQueries: number,
): Promise<HeadCommit[] | undefined> {
  const chain: HeadCommit[] = []
  let sha: string | undefined = from
  for (let queries = 0; sha !== undefined && queries < maxQueries; queries += 1) {
    const known = await readHistory(client, sha)
    let commit = known.get(sha)
    if (commit === undefined) return undefined
    for (; commit !== undefined; commit = known.get(sha ?? '')) {
      chain.push(commit)
      if (isEnd(commit)) return chain
      sha = commit.parents[0]?.sha
    }
  }
  return undefined
}

/** A commit and those before it, by hash. */
async function readHistory(client: GitHubClient, sha: string): Promise<Map<string, HeadCommit>> {
  const { repository } = await client.query(
    `query FirstParents($owner: String!, $name: String!, $oid: GitObjectID!) {
      repository(owner: $owner, name: $name) {
        object(oid: $oid) { ... on Commit { history(first: 100) { nodes { ${commitFields} } } } }
      }
    }`,
    { oid: sha },
    z.object({
      repository: z.object({
        object: z.object({ history: z.object({ nodes: list(commit) }) }).nullable(),
      }),
    }),
  )
  const nodes = repository.object?.history.nodes ?? []
  return new Map(nodes.map((node) => [node.sha, node]))
}

const commitsPerQuery = 100

/** Reads the messages of commits, by hash; commits that do not exist are missing. */
export async function readMessages(
  client: GitHubClient,
  shas: readonly string[],
): Promise<Map<string, string>> {
  const messages = new Map<string, string>()
  for (let start = 0; start < shas.length; start += commitsPerQuery) {
    const commits = aliasesFor('c', shas.slice(start, start + commitsPerQuery))
    const { found } = await client.query(
      `query Messages($owner: String!, $name: String!) {
        ${objectFields('found', commits, (oid) => ({ oid }), '... on Commit { message }')}
      }`,
      {},
      z.object({ found: aliasedObjects(commits, z.object({ message: z.string() }).nullable()) }),
    )
    for (const [sha, row] of found) if (row !== null) messages.set(sha, row.message)
  }
  return messages
}

/** A file in a tree, by Git's hash of its content. */
export type TreeFile = { readonly oid: string; readonly executable: boolean }

const executableMode = 0o100755

const directory = z
  .object({
    entries: list(
      z.object({ name: z.string(), oid: z.string(), mode: z.number(), type: z.string() }),
    ).default([]),
  })
  .nullable()

/** Lists the files in directories of two commits, by path, without those in subdirectories. */
export async function listFiles(
  client: GitHubClient,
  commits: Readonly<Record<'from' | 'to', string>>,
  directories: readonly string[],
): Promise<Record<'from' | 'to', ReadonlyMap<string, TreeFile>>> {
  const from = aliasesFor('f', directories)
  const to = aliasesFor('t', directories)
  const selection = '... on Tree { entries { name oid mode type } }'
  const at = (commitSha: string) => (path: string) => ({ expression: `${commitSha}:${path}` })
  const response = await client.query(
    `query Proposal($owner: String!, $name: String!) {
      ${objectFields('from', from, at(commits.from), selection)}
      ${objectFields('to', to, at(commits.to), selection)}
    }`,
    {},
    z.object({ from: aliasedObjects(from, directory), to: aliasedObjects(to, directory) }),
  )
  return { from: filesOf(response.from), to: filesOf(response.to) }
}

function filesOf(
  directories: ReadonlyMap<string, z.infer<typeof directory>>,
): Map<string, TreeFile> {
  return new Map(
    [...directories].flatMap(([path, directory]) =>
      (directory?.entries ?? [])
        .filter(({ type }) => type === 'blob')
        .map(({ name, oid, mode }): [string, TreeFile] => [
          pathIn(path, name),
          { oid, executable: mode === executableMode },
        ]),
    ),
  )
}
