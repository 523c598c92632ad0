import type { Repository } from '../github/repository.ts'

/** Who moves branches: the action through the API, or people. */
export type Mover = 'action' | 'person'

/** A branch that was created (`from` undefined), moved, or deleted (`to` undefined). */
export type Move = {
  readonly branch: string
  readonly from: string | undefined
  readonly to: string | undefined
  readonly by: Mover
}

/** Calls `onMove` after each move of a branch. Moves made within `asPerson` are a person's. */
export class MoveRecorder {
  readonly #positions = new Map<string, string | undefined>()
  #mover: Mover = 'action'

  constructor({ store, git }: Repository, onMove: (move: Move) => void) {
    for (const row of git('for-each-ref', '--format=%(refname:lstrip=2) %(objectname)').split(
      '\n',
    )) {
      const [branch = '', oid] = row.split(' ')
      this.#positions.set(branch, oid)
    }
    const { onUpdate } = store
    store.onUpdate = (branch, isNew) => {
      onUpdate(branch, isNew)
      const [from, to] = [this.#positions.get(branch), store.branch(branch)]
      this.#positions.set(branch, to)
      onMove({ branch, from, to, by: this.#mover })
    }
  }

  asPerson<T>(run: () => T): T {
    this.#mover = 'person'
    try {
      return run()
    } finally {
      this.#mover = 'action'
    }
  }
}

/** Counts of files by what a commit does to them, like the counts in the action's outputs. */
export type ChangeCounts = {
  readonly created: number
  readonly updated: number
  readonly deleted: number
}

export type CommitContent = {
  readonly paths: readonly string[]
  readonly counts: ChangeCounts
  /** Lines with `mark` that it adds or removes, as in a diff. */
  readonly markedLines: readonly string[]
}

/** What differs between two commits. */
export function contentBetween(
  { git }: Repository,
  from: string,
  to: string,
  mark: string,
): CommitContent {
  const lines = git('diff', '--no-renames', '--raw', '--patch', from, to).split('\n')
  const files = lines.flatMap((line) => {
    const [, status = '', path = ''] = /^:\d+ \d+ \w+ \w+ ([AMDT])\t(.*)$/.exec(line) ?? []
    return status === '' ? [] : [{ status, path }]
  })
  const count = (status: string): number => files.filter((file) => file.status === status).length
  return {
    paths: files.map(({ path }) => path),
    counts: { created: count('A'), updated: count('M'), deleted: count('D') },
    markedLines: lines.filter((line) => /^[+-](?![+-])/.test(line) && line.includes(mark)),
  }
}
