import type { DirectoryEntry } from '../core/branch.ts'
import { SyncError } from '../core/errors.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'
import type { Repository } from '../github/repository.ts'

type FileDescription = {
  readonly what: 'template' | 'configuration'
  /** The input, or the key of a configuration, that names the file. */
  readonly key: 'template' | 'config'
  readonly path: string
}

/**
 * Uses a file of the branch. If that fails because there is something else in its place, the error says
 * so instead of finding fault with the content: that of a symbolic link is the path that it points to.
 */
export async function explainObstacle<T>(
  repository: Repository,
  at: { readonly head: string; readonly branch: string } | { readonly branch: string },
  { what, key, path }: FileDescription,
  use: () => T,
): Promise<T> {
  try {
    return use()
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    const obstacle = await repository.findObstacle(at, path)
    if (obstacle === undefined) throw error
    const { text, advice } = kinds[obstacle.kind]
    throw new SyncError(
      prose`The ${own(what)} \`${path}\` can't be read: \`${obstacle.path}\` ${text} on branch \`${at.branch}\``,
      { advice: advice(own(key)), cause: error },
    )
  }
}

const notAFile = {
  text: prose`is a file, not a directory,`,
  advice: (key: Prose) =>
    prose`Check \`${key}\`: it is a path from the root of the repository to a file.`,
}

const kinds: Record<
  DirectoryEntry['kind'],
  { readonly text: Prose; readonly advice: (key: Prose) => Prose }
> = {
  link: {
    text: prose`is a symbolic link`,
    advice: (key) =>
      prose`Symbolic links are not followed: set \`${key}\` to the path of the file itself, or replace the link by what it points to.`,
  },
  submodule: {
    text: prose`is a submodule`,
    advice: (key) =>
      prose`Submodules are not read: copy the file into this repository, and set \`${key}\` to its path.`,
  },
  directory: {
    text: prose`is a directory`,
    advice: (key) => prose`Set \`${key}\` to the path of a file.`,
  },
  file: notAFile,
  executable: notAFile,
}
