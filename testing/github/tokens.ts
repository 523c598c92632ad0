/** What a token may do. */
export type Token = {
  readonly contents: 'read' | 'write'
  readonly pullRequests: 'none' | 'write'
  /** `owner/name` of the repositories that it reaches; undefined means all. */
  readonly repositories?: readonly string[]
}
