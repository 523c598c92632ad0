import { z } from 'zod'
import { parentOf, pathIn, pathsTo, type DirectoryEntry } from '../core/branch.ts'
import type { Problem } from '../core/problem.ts'
import { own, prose } from '../core/text/prose.ts'
import { list } from '../http/list.ts'
import { aliasedObjects, aliasesFor, objectFields } from './aliases.ts'
import type { GitHubClient } from './client.ts'
import { entryOf, treeEntry, treeEntryFields } from './tree-entry.ts'

/** What is at a path instead of a file, or on the way to it. */
export type Obstacle = { readonly path: string; readonly kind: DirectoryEntry['kind'] }

/**
 * Finds out why a file cannot be read, or has something else than its content: GraphQL has no object for
 * a path below a symbolic link or in a submodule, as if there were nothing, and a symbolic link has the
 * path that it points to as its content.
 *
 * @param revision a commit or a branch, as Git names it.
 */
export async function findObstacle(
  client: GitHubClient,
  revision: string,
  path: string,
): Promise<Obstacle | undefined> {
  const kindAt = await readKinds(client, revision, pathsTo(path))
  const found = pathsTo(path).flatMap((part): Obstacle[] => {
    const kind = kindAt(part)
    const isExpected = part === path ? isPlain(kind) : kind === 'directory'
    return kind === undefined || isExpected ? [] : [{ path: part, kind }]
  })
  return found[0]
}

/** Directories that cannot be created, because something else is at their path or on the way to it. */
export async function findObstacles(
  client: GitHubClient,
  branch: string,
  head: string,
  missing: readonly string[],
): Promise<Map<string, Problem>> {
  const paths = missing.flatMap((path) => pathsTo(path))
  if (paths.length === 0) return new Map()
  const kindAt = await readKinds(client, head, paths)
  return new Map(
    missing.flatMap((directory): [string, Problem][] => {
      const [obstacle] = pathsTo(directory).flatMap((path) => {
        const kind = kindAt(path)
        return kind === undefined || kind === 'directory' ? [] : [notADirectory(path, kind, branch)]
      })
      return obstacle === undefined ? [] : [[directory, obstacle]]
    }),
  )
}

const parentObject = z.object({ entries: list(treeEntry).default([]) }).nullable()

async function readKinds(
  client: GitHubClient,
  revision: string,
  paths: readonly string[],
): Promise<(path: string) => DirectoryEntry['kind'] | undefined> {
  const parents = aliasesFor('p', paths.map(parentOf))
  const { found } = await client.query(
    `query Parents($owner: String!, $name: String!) {
      ${objectFields('found', parents, (path) => ({ expression: `${revision}:${path}` }), `... on Tree { entries { ${treeEntryFields} } }`)}
    }`,
    {},
    z.object({ found: aliasedObjects(parents, parentObject) }),
  )
  return (path) => {
    const rows = found.get(parentOf(path))?.entries ?? []
    const row = rows.find(({ name }) => pathIn(parentOf(path), name) === path)
    return row === undefined ? undefined : entryOf(row).kind
  }
}

function isPlain(kind: DirectoryEntry['kind'] | undefined): boolean {
  return kind === 'file' || kind === 'executable'
}

type Blocking = Exclude<DirectoryEntry['kind'], 'directory'>

function notADirectory(path: string, kind: Blocking, branch: string): Problem {
  return {
    message: prose`The path \`${path}\` ${own(notDirectory[kind])} on branch \`${branch}\``,
    advice: prose`Set \`path\` to a directory, which is created if it does not exist.`,
    mistakes: [],
  }
}

const notDirectory: Record<Blocking, string> = {
  file: 'is not a directory',
  executable: 'is not a directory',
  link: 'is a symbolic link, which is not followed,',
  submodule: 'is a submodule',
}
