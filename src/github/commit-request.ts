import type { FileEdit } from '../core/result.ts'
import type { GitHubError } from '../errors.ts'

/** All that one commit changes, on the head that was read. */
export type CommitRequest = {
  readonly repository: string
  readonly branch: string
  /** The commit must become the child of this one, or not be made at all. */
  readonly expectedHead: string
  /** Hash of that commit's tree. */
  readonly baseTree: string
  readonly headline: string
  readonly body: string
  readonly edits: readonly FileEdit[]
}

export type CommitResult =
  | {
      readonly kind: 'committed'
      readonly sha: string
      readonly url: string
      readonly verified: boolean
    }
  /** The branch is no longer where it was read. */
  | { readonly kind: 'moved' }
  /** The answer was lost: the commit may have been made. */
  | { readonly kind: 'unknown'; readonly error: GitHubError }

/** The message as git keeps it. */
export function fullMessage({ headline, body }: CommitRequest): string {
  return body === '' ? headline : `${headline}\n\n${body}`
}
