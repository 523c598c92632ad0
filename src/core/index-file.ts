import type { Content } from './branch.ts'

/** The file of an index page on the branch. */
export type IndexFile = {
  /** Relative to the root of the repository. */
  readonly path: string
  readonly executable: boolean
  readonly state:
    | { readonly kind: 'absent' }
    /** Not a regular file, so it is never touched. */
    | { readonly kind: 'link' | 'directory' | 'submodule' }
    /** GitHub did not send its content. */
    | { readonly kind: 'unread' }
    | { readonly kind: 'present'; readonly content: Content }
}
