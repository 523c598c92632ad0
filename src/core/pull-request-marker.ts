import { createHash } from 'node:crypto'
import type { ChangedEntry } from './result.ts'

/**
 * What later syncs need to know about a pull request, stored as a hidden comment in its body. There
 * is no other state.
 */
export type PullRequestMarker = {
  /** Digest of the proposed changes; see `changesDigest`. */
  readonly digest: string
  /** Commits that the action put on the head branch, newest first. */
  readonly heads: readonly string[]
  /** Whether the action closed the pull request itself because nothing was left to propose. */
  readonly withdrawn: boolean
}

const markerPattern = /<!-- mlflow-sync:proposal digest=(\w*) heads=([\w,]*)( withdrawn)? -->/

export function markerComment({ digest, heads, withdrawn }: PullRequestMarker): string {
  return `<!-- mlflow-sync:proposal digest=${digest} heads=${heads.join(',')}${withdrawn ? ' withdrawn' : ''} -->`
}

/** The marker in the body of a pull request; undefined if there is none. */
export function readMarker(body: string): PullRequestMarker | undefined {
  const match = markerPattern.exec(body)
  if (match === null) return undefined
  return {
    digest: match[1] ?? '',
    heads: (match[2] ?? '').split(',').filter((head) => head !== ''),
    withdrawn: match[3] !== undefined,
  }
}

export function replaceMarker(body: string, marker: PullRequestMarker): string {
  return markerPattern.test(body)
    ? body.replace(markerPattern, () => markerComment(marker))
    : `${body}\n${markerComment(marker)}`
}

/**
 * Identifies a proposal: which files are created, updated or deleted, for which model versions. The
 * rest of the files' text does not count: editing it on the base branch must not reopen a proposal
 * that a person rejected.
 */
export function changesDigest(changes: readonly ChangedEntry[]): string {
  const lines = changes.map(({ path, outcome, modelName, modelVersion }) =>
    JSON.stringify([path, outcome, modelName, modelVersion]),
  )
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, 40)
}
