import type { Matcher } from './matchers.ts'
import type { RecordedRequest } from './recorded-request.ts'

export type { Matcher } from './matchers.ts'
export type { RecordedRequest } from './recorded-request.ts'

export type FaultResponse = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What goes wrong. Unless it says otherwise, the request is not carried out. */
export type Fault =
  /** Sends this response. `responses.ts` has what GitHub and proxies send. */
  | (FaultResponse & { readonly kind: 'respond' })
  /** Carries the request out, then sends this response instead of the true one. */
  | (FaultResponse & { readonly kind: 'respond-after' })
  /** Carries the request out, sends half of the response and closes the connection. */
  | { readonly kind: 'truncate' }
  /** Closes the connection. */
  | { readonly kind: 'drop' }
  /** Resets the connection (RST). */
  | { readonly kind: 'reset' }
  /** Carries the request out and closes the connection without a response. */
  | { readonly kind: 'lose-response' }
  /** Never responds; `GitHub.clearFaults` and `GitHub.close` close the connection. */
  | { readonly kind: 'hang' }
  /** Carries the request out, then never responds. */
  | { readonly kind: 'hang-after' }
  /** Sends a JSON body that never ends. */
  | { readonly kind: 'endless' }
  /** Sends a megabyte that unfolds to more than 1 GiB. */
  | { readonly kind: 'gzip-bomb' }
  /** Runs something else first, e.g. a competing push. */
  | { readonly kind: 'run-before'; readonly run: () => unknown }

export type FaultOptions = {
  /** Which requests it affects; undefined means any. */
  readonly match?: Matcher
  /** How many requests it affects; 1 by default, `Infinity` for a lasting fault. */
  readonly times?: number
  /** How many matching requests succeed first; 0 by default. */
  readonly skip?: number
}

/** Injected faults, oldest first; each affects a number of matching requests. */
export class FaultQueue {
  readonly #queue: { fault: Fault; match: Matcher; remaining: number; skip: number }[] = []

  inject(fault: Fault, { match = () => true, times = 1, skip = 0 }: FaultOptions = {}): void {
    this.#queue.push({ fault, match, remaining: times, skip })
  }

  clear(): void {
    this.#queue.length = 0
  }

  takeFor(request: RecordedRequest): Fault | undefined {
    for (const next of this.#queue.filter(({ match }) => match(request))) {
      if (next.skip > 0) next.skip -= 1
      else if (next.remaining > 0) {
        next.remaining -= 1
        return next.fault
      }
    }
    return undefined
  }
}

export {
  isBlobRead,
  isBranchRead,
  isCommit,
  isPullRequestCreation,
  isRefUpdate,
} from './matchers.ts'
