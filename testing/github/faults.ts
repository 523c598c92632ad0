/** A request that the stand-in received. */
export type RecordedRequest = {
  /** Counted from 0 since the server started. */
  readonly index: number
  readonly method: string
  /** Without `/api/v3`. */
  readonly path: string
  /** Name of the GraphQL operation; undefined for REST. */
  readonly operation: string | undefined
  readonly body: string
}

export type Matcher = (request: RecordedRequest) => boolean

export type Fault =
  /** Sends this response; the request is not carried out. */
  | {
      readonly kind: 'respond'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** Carries the request out, sends half of the response and closes the connection. */
  | { readonly kind: 'truncate' }
  /** Closes the connection without carrying the request out. */
  | { readonly kind: 'drop' }
  /** Carries the request out and closes the connection without a response. */
  | { readonly kind: 'lose-response' }
  /** Runs something else first, e.g. a competing push. */
  | { readonly kind: 'run-before'; readonly run: () => unknown }

export type FaultOptions = {
  /** Which requests it affects; undefined means any. */
  readonly match?: Matcher
  /** How many requests it affects; 1 by default. */
  readonly times?: number
}

/** Injected faults, oldest first; each affects a number of matching requests. */
export class FaultQueue {
  readonly #queue: { fault: Fault; match: Matcher; remaining: number }[] = []

  inject(fault: Fault, { match = () => true, times = 1 }: FaultOptions = {}): void {
    this.#queue.push({ fault, match, remaining: times })
  }

  clear(): void {
    this.#queue.length = 0
  }

  takeFor(request: RecordedRequest): Fault | undefined {
    const next = this.#queue.find(({ match, remaining }) => remaining > 0 && match(request))
    if (next === undefined) return undefined
    next.remaining -= 1
    return next.fault
  }
}

/** Matchers for the requests into which tests inject faults. */
export const isCommit: Matcher = ({ body }) => body.includes('createCommitOnBranch(')
export const isRefUpdate: Matcher = ({ body }) => body.includes('updateRefs(')
export const isBranchRead: Matcher = ({ operation }) => operation === 'Branch'
export const isBlobRead: Matcher = ({ path }) => path.includes('/git/blobs/')
export const isPullRequestCreation: Matcher = ({ method, path }) =>
  method === 'POST' && path.endsWith('/pulls')
