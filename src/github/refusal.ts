import type { GitHubReason } from '../core/errors.ts'
import { prose, type Prose } from '../core/text/prose.ts'

/** What a request is for. It decides what a refusal means, and how to fix it. */
export type Purpose =
  | 'read'
  /** Writes to the synced branch. */
  | 'commit'
  /** Writes to the head branch of the pull request. */
  | 'propose'
  /** Opens, edits or labels the pull request. */
  | 'pull-request'

/** A complete response in which GitHub says no. */
export type Refusal = {
  /** HTTP status. An error of the GraphQL API has the one that REST would have, or 200. */
  readonly status: number
  /** GraphQL's error type, e.g. `STALE_DATA`. */
  readonly type: string | undefined
  /** GraphQL's `extensions.code` of a request that is invalid, e.g. `undefinedField`. */
  readonly code: string | undefined
  /** GitHub's own words. */
  readonly message: string
  /** Whether the body is GitHub's. Otherwise a proxy may have sent it, and `message` is empty. */
  readonly isGitHubs: boolean
  /** Whether what was sent can be divided among several requests. */
  readonly isDivisible: boolean
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly url: string
}

export type Context = {
  /** `owner/name` */
  readonly repository: string
  readonly purpose: Purpose
  /** Whether the client can divide a query among several. */
  readonly isDivisible: boolean
}

/** What GitHub was asked to do, as the end of a sentence. */
export function operation({ repository, purpose }: Context, url = ''): Prose {
  switch (purpose) {
    case 'read':
      return /\/pulls\b/.test(url)
        ? prose`read the pull requests of \`${repository}\``
        : prose`read \`${repository}\``
    case 'commit':
      return prose`commit to \`${repository}\``
    case 'propose':
      return prose`write the pull request's head branch in \`${repository}\``
    case 'pull-request':
      return prose`open or update the pull request in \`${repository}\``
  }
}

export type Explanation = {
  /** What failed, and where. */
  readonly text: Prose
  readonly advice: Prose | undefined
  readonly reason?: GitHubReason | undefined
  /** Whether the request was certainly not carried out. */
  readonly isCertain: boolean
}

/** Explains one kind of refusal; undefined if it is of another kind. */
export type RefusalKind = (
  refusal: Refusal,
  context: Context,
) => Omit<Explanation, 'isCertain'> | undefined
