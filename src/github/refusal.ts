import type { GitHubReason } from '../core/errors.ts'

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
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly url: string
}

export type Context = {
  /** `owner/name` */
  readonly repository: string
  readonly purpose: Purpose
}

export type Explanation = {
  /** What failed, and where. */
  readonly text: string
  readonly advice: string | undefined
  readonly reason?: GitHubReason
  /** Whether the request was certainly not carried out. */
  readonly isCertain: boolean
}

/** Explains one kind of refusal; undefined if it is of another kind. */
export type RefusalKind = (
  refusal: Refusal,
  context: Context,
) => Omit<Explanation, 'isCertain'> | undefined
