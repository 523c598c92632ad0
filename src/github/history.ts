import { z } from 'zod'
import type { BranchSnapshot } from '../core/branch.ts'
import type { BranchCommit, DirectoryHistory } from '../core/removal.ts'
import { list } from '../http/list.ts'
import { aliasedObjects, aliasesFor, objectFields, type Aliases } from './aliases.ts'
import type { GitHubClient } from './client.ts'
import { isTooLarge } from './errors.ts'

/**
 * The history of directories and files. GitHub filters it as `git log -- <path>` does: of a merge that
 * left the path as one of its parents had it, Git only follows the first such parent.
 */

const time = z
  .string()
  .transform((text) => Date.parse(text))
  .pipe(z.number())

export const commitFields = 'oid url committedDate message'

/** A commit with `commitFields`. */
export const commit = z.object({
  oid: z.string(),
  url: z.string(),
  committedDate: time,
  message: z.string(),
})

/**
 * Only a token with `pull-requests: read` may read them in a private repository; without it, GitHub sends
 * nulls, and one error for each. The messages of the action's own commits are what is left then.
 */
export const pullRequestsField = 'associatedPullRequests'

export const pullRequestsOf = <T>(pull: z.ZodType<T>) =>
  z
    .object({ nodes: list(pull.nullable()) })
    .nullish()
    .transform((connection) => (connection?.nodes ?? []).flatMap((node) => node ?? []))

export const connectionOf = <T>(node: z.ZodType<T>) => z.object({ nodes: list(node) })

const directoryHistory = z
  .object({
    nodes: list(
      commit.extend({
        associatedPullRequests: pullRequestsOf(
          z.object({
            commits: connectionOf(z.object({ commit: z.object({ message: z.string() }) })),
          }),
        ),
      }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean() }),
  })
  .transform(({ nodes, pageInfo }): Omit<DirectoryHistory, 'recent'> => ({
    commits: nodes.map(({ oid, url, committedDate, message, associatedPullRequests }) => ({
      sha: oid,
      url,
      date: committedDate,
      message,
      proposals: associatedPullRequests.flatMap(({ commits }) =>
        commits.nodes.map((row) => row.commit.message),
      ),
    })),
    isComplete: !pageInfo.hasNextPage,
  }))

const parents = connectionOf(z.object({ oid: z.string() }))

const branchHistory = z
  .object({ recent: connectionOf(commit.extend({ parents })) })
  .transform(({ recent }) =>
    recent.nodes.map((row): BranchCommit => ({
      sha: row.oid,
      url: row.url,
      date: row.committedDate,
      message: row.message,
      parents: row.parents.nodes.map(({ oid }) => oid),
    })),
  )

const tree = z.object({ oid: z.string() }).nullable()

/** More would be a second page. */
const maxCommits = 100

/** The newest commits of each directory, and which tree it is at the head that was read. */
export type DirectoryHistories = {
  readonly histories: ReadonlyMap<string, DirectoryHistory>
  readonly trees: ReadonlyMap<string, string | undefined>
}

/**
 * Reads the newest commits of a snapshot's directories, and of its branch, in one request: a hundred of
 * each, or less if GitHub takes too long or has to compute too much.
 */
export async function readDirectoryHistories(
  client: GitHubClient,
  { head, directories }: BranchSnapshot,
): Promise<DirectoryHistories> {
  const histories = aliasesFor('h', directories.keys())
  const trees = aliasesFor('d', directories.keys())
  const selection = `nodes {
      ${commitFields}
      associatedPullRequests(first: 2) { nodes { commits(first: 1) { nodes { commit { message } } } } }
    }
    pageInfo { hasNextPage }`
  const text = `query DirectoryHistory($owner: String!, $name: String!, $head: GitObjectID!, $first: Int!) {
    repository(owner: $owner, name: $name) {
      object(oid: $head) { ... on Commit {
        recent: history(first: $first) { nodes { ${commitFields} parents(first: 2) { nodes { oid } } } }
        ${historyFields(histories, '$first', () => selection)}
      } }
    }
    ${objectFields('trees', trees, (path) => ({ expression: `${head}:${path}` }), 'oid')}
  }`
  const schema = z.object({
    repository: z.object({
      object: z.intersection(
        branchHistory.transform((recent) => ({ recent })),
        aliasedObjects(histories, directoryHistory).transform((found) => ({ found })),
      ),
    }),
    trees: aliasedObjects(trees, tree),
  })
  for (let first = maxCommits; ; first = Math.floor(first / 2)) {
    try {
      const send = first > 1 ? client.queryDivisible : client.query
      const response = await send(text, { head, first }, schema, pullRequestsField)
      const { recent, found } = response.repository.object
      return {
        histories: new Map([...found].map(([path, history]) => [path, { ...history, recent }])),
        trees: new Map([...response.trees].map(([path, row]) => [path, row?.oid])),
      }
    } catch (error) {
      if (first === 1 || !isTooLarge(error)) throw error
    }
  }
}

/** A history for each alias, which stands for a path. */
export function historyFields(
  aliases: Aliases,
  first: string,
  selection: (path: string) => string,
): string {
  return [...aliases]
    .map(([alias, path]) => {
      // Without a path, it is the history of the whole repository.
      const filter = path === '' ? '' : `, path: ${JSON.stringify(path)}`
      return `${alias}: history(first: ${first}${filter}) { ${selection(path)} }`
    })
    .join('\n')
}
