import { createHash } from 'node:crypto'
import type { ChangedEntry } from './result.ts'

/**
 * What the action remembers of a pull request, kept in its own body as a hidden comment: the
 * repository is the only state.
 */
export type PullRequestMarker = {
  /** Of what is proposed; see `changesDigest`. */
  readonly digest: string
  /** Commits that the action put on the head branch, newest first. */
  readonly heads: readonly string[]
  /** The action closed it itself, since nothing was left to propose. */
  readonly withdrawn: boolean
}

const pattern = /<!-- mlflow-sync:proposal digest=(\w*) heads=([\w,]*)( withdrawn)? -->/

export function markerComment({ digest, heads, withdrawn }: PullRequestMarker): string {
  return `<!-- mlflow-sync:proposal digest=${digest} heads=${heads.join(',')}${withdrawn ? ' withdrawn' : ''} -->`
}

/** The marker of a pull request's body; undefined when a person took it out. */
export function readMarker(body: string): PullRequestMarker | undefined {
  const match = pattern.exec(body)
  if (match === null) return undefined
  return {
    digest: match[1] ?? '',
    heads: (match[2] ?? '').split(',').filter((head) => head !== ''),
    withdrawn: match[3] !== undefined,
  }
}

export function replaceMarker(body: string, marker: PullRequestMarker): string {
  return pattern.test(body)
    ? body.replace(pattern, () => markerComment(marker))
    : `${body}\n${markerComment(marker)}`
}

/**
 * The same for the same proposal: which file is to be created, updated or deleted for which model
 * version. The text around the owned values does not count, so that a person's edit on the base
 * branch does not reopen what a person closed.
 */
export function changesDigest(changes: readonly ChangedEntry[]): string {
  const lines = changes.map(({ path, outcome, modelName, modelVersion }) =>
    JSON.stringify([path, outcome, modelName, modelVersion]),
  )
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, 40)
}
