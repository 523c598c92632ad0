import { z } from 'zod'
import { parentOf, pathIn, pathsTo } from '../core/branch.ts'
import type { Problem } from '../core/problem.ts'
import { own, prose } from '../core/text/prose.ts'
import { list } from '../http/list.ts'
import { aliasedObjects, aliasesFor, objectFields } from './aliases.ts'
import type { GitHubClient } from './client.ts'

const parentObject = z
  .object({
    entries: list(z.object({ name: z.string(), type: z.string() })).default([]),
  })
  .nullable()

/**
 * A directory that does not exist cannot be created below a file, a symbolic link or a submodule.
 * GraphQL has no object for a path in a submodule, as if there were nothing, so its parent is read.
 */
export async function findObstacles(
  client: GitHubClient,
  branch: string,
  head: string,
  missing: readonly string[],
): Promise<Map<string, Problem>> {
  const paths = missing.flatMap((path) => pathsTo(path))
  if (paths.length === 0) return new Map()
  const parents = aliasesFor('p', paths.map(parentOf))
  const { found } = await client.query(
    `query Parents($owner: String!, $name: String!) {
      ${objectFields('found', parents, (path) => ({ expression: `${head}:${path}` }), '... on Tree { entries { name type } }')}
    }`,
    {},
    z.object({ found: aliasedObjects(parents, parentObject) }),
  )
  const obstacleAt = (path: string): Problem | undefined => {
    const entries = found.get(parentOf(path))?.entries ?? []
    const entry = entries.find(({ name }) => pathIn(parentOf(path), name) === path)
    if (entry === undefined || entry.type === 'tree') return undefined
    const what = entry.type === 'commit' ? 'is a submodule' : 'is not a directory'
    return notADirectory(path, what, branch)
  }
  return new Map(
    missing.flatMap((directory): [string, Problem][] => {
      const [obstacle] = pathsTo(directory).flatMap((path) => obstacleAt(path) ?? [])
      return obstacle === undefined ? [] : [[directory, obstacle]]
    }),
  )
}

export function notADirectory(path: string, what: string, branch: string): Problem {
  return {
    message: prose`The path \`${path}\` ${own(what)} on branch \`${branch}\``,
    advice: prose`Set \`path\` to a directory, which is created if it does not exist.`,
    mistakes: [],
  }
}
