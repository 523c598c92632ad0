import { z } from 'zod'
import type { GitHubError } from '../core/errors.ts'
import { list } from '../http/list.ts'
import { aliasedObjects, aliasesFor, objectFields } from './aliases.ts'
import type { GitHubClient } from './client.ts'
import { historyFields } from './history.ts'
import { readInParts } from './in-parts.ts'

/** GitHub follows the history of each path on its own, within its limit of 10 seconds. */
const pathsPerQuery = 100

const history = z.object({ nodes: list(z.object({ oid: z.string() })) })

/** The last commit that changed each file, or why it is not known. */
export type LastCommits = ReadonlyMap<string, string | GitHubError>

/** Reads the last commit up to `head` that changed each file, by path. */
export function readLastCommits(
  client: GitHubClient,
  head: string,
  paths: readonly string[],
): Promise<LastCommits> {
  return readInParts(paths, pathsPerQuery, async (batch) => {
    const aliases = aliasesFor('h', batch)
    const send = batch.length > 1 ? client.queryDivisible : client.query
    const { repository } = await send(
      `query LastCommits($owner: String!, $name: String!, $head: GitObjectID!) {
        repository(owner: $owner, name: $name) {
          object(oid: $head) { ... on Commit { ${historyFields(aliases, '1', () => 'nodes { oid }')} } }
        }
      }`,
      { head },
      z.object({ repository: z.object({ object: aliasedObjects(aliases, history).nullable() }) }),
    )
    const commits = [...(repository.object ?? [])]
    return new Map(commits.flatMap(([path, { nodes }]) => nodes.map(({ oid }) => [path, oid])))
  })
}

/** Those of some files (`refs/heads/main:path`) that exist. */
export async function findFiles(
  client: GitHubClient,
  files: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>()
  for (const batch of batchesOf(files)) {
    const aliases = aliasesFor('f', batch)
    const response = await client.query(
      `query Files($owner: String!, $name: String!) {
        ${objectFields('files', aliases, (expression) => ({ expression }), 'oid')}
      }`,
      {},
      z.object({ files: aliasedObjects(aliases, z.object({ oid: z.string() }).nullable()) }),
    )
    for (const [file, object] of response.files) if (object !== null) found.add(file)
  }
  return found
}

function batchesOf(paths: readonly string[]): string[][] {
  const batches: string[][] = []
  for (let start = 0; start < paths.length; start += pathsPerQuery) {
    batches.push(paths.slice(start, start + pathsPerQuery))
  }
  return batches
}
