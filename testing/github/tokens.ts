/** What a token may do. */
export type Token = {
  readonly contents: 'read' | 'write'
  readonly pullRequests: 'none' | 'write'
  /** `owner/name` of the repositories that it reaches; undefined means all. */
  readonly repositories?: readonly string[]
  /** An app's, like the workflow's own, unless it is a person's. */
  readonly kind?: 'app' | 'classic' | 'fine-grained'
  /** It may write below `.github/workflows`. */
  readonly workflows?: boolean
  /** Which policy keeps it out, although it has the permissions. */
  readonly refusedBy?: Policy
  /** Some policies let everybody read a public repository; by default, nothing is allowed. */
  readonly refusedOn?: 'everything' | 'writes'
}

export type Policy =
  | 'saml'
  | 'ip-allow-list'
  | 'classic-tokens'
  | 'fine-grained-tokens'
  | 'token-lifetime'
  | 'suspended'
