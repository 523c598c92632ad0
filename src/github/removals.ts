import { z } from 'zod'
import { GitHubError } from '../core/errors.ts'
import type { RemovalCommit } from '../core/removal.ts'
import { aliasesFor, aliasedObjects } from './aliases.ts'
import type { GitHubClient } from './client.ts'
import {
  commit,
  commitFields,
  connectionOf,
  historyFields,
  pullRequestsField,
  pullRequestsOf,
} from './history.ts'
import { readInParts } from './in-parts.ts'

const entry = z.object({ oid: z.string() }).nullable()

const parentsWithFile = connectionOf(z.object({ file: entry }))

const removal = connectionOf(
  commit.extend({
    parents: connectionOf(
      z.object({
        file: z.object({ object: z.object({ text: z.string().nullish() }).nullable() }).nullable(),
      }),
    ),
    associatedPullRequests: pullRequestsOf(
      z.object({
        merged: z.boolean(),
        mergeCommit: z.object({ oid: z.string() }).nullable(),
        commits: connectionOf(
          z.object({
            commit: z.object({ message: z.string(), file: entry, parents: parentsWithFile }),
          }),
        ),
      }),
    ),
  }),
).transform(({ nodes: [row] }): RemovalCommit | undefined => {
  if (row === undefined) return undefined
  const { oid, url, committedDate, message, parents, associatedPullRequests } = row
  // The same commit can belong to several pull requests, but only one of them was merged by it.
  const merged = associatedPullRequests.filter(
    (pull) => pull.merged && pull.mergeCommit?.oid === oid,
  )
  return {
    sha: oid,
    url,
    date: committedDate,
    message,
    before: parents.nodes[0]?.file?.object?.text ?? undefined,
    landed: merged.flatMap(({ commits }) =>
      commits.nodes.map((node) => ({
        message: node.commit.message,
        removesFile:
          node.commit.file === null &&
          node.commit.parents.nodes.some((parent) => parent.file !== null),
      })),
    ),
  }
})

/** The action's own commit is the first one of its pull request, unless a person moved it. */
function removalFields(path: string): string {
  const file = `file(path: ${JSON.stringify(path)})`
  return `nodes {
    ${commitFields}
    parents(first: 1) { nodes { ${file} { object { ... on Blob { text } } } } }
    associatedPullRequests(first: 3) { nodes {
      merged
      mergeCommit { oid }
      commits(first: 2) { nodes { commit {
        message
        ${file} { oid }
        parents(first: 1) { nodes { ${file} { oid } } }
      } } }
    } }
  }`
}

const pathsPerQuery = 100

/** The last commit that touched each path, or why it is not known. */
export type Removals = ReadonlyMap<string, RemovalCommit | GitHubError | undefined>

/**
 * Reads the last commit that touched each of the paths, none of which exists at `head`. If GitHub takes
 * too long, each half is read on its own.
 */
export function readRemovals(
  client: GitHubClient,
  head: string,
  paths: readonly string[],
): Promise<Removals> {
  return readInParts(
    paths,
    pathsPerQuery,
    (batch) => readBatch(client, head, batch),
    (done) => {
      client.progress('read the history of', done, paths.length, 'file')
    },
  )
}

async function readBatch(
  client: GitHubClient,
  head: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, RemovalCommit | undefined>> {
  const aliases = aliasesFor('p', paths)
  const send = paths.length > 1 ? client.queryDivisible : client.query
  const { repository } = await send(
    `query Removals($owner: String!, $name: String!, $head: GitObjectID!) {
      repository(owner: $owner, name: $name) {
        object(oid: $head) { ... on Commit { ${historyFields(aliases, '1', removalFields)} } }
      }
    }`,
    { head },
    z.object({ repository: z.object({ object: aliasedObjects(aliases, removal) }) }),
    pullRequestsField,
  )
  return repository.object
}
