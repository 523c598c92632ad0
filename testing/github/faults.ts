/** A request as tests see it. */
export type SeenRequest = {
  /** Counted from 0 over the whole life of the server. */
  readonly index: number
  readonly method: string
  /** Without `/api/v3`. */
  readonly path: string
  /** Name of the GraphQL operation; undefined for REST. */
  readonly operation: string | undefined
  readonly body: string
}

export type FaultAction =
  /** This answer instead of the true one; the request is not carried out. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** Carried out; half of the true answer, then the connection ends. */
  | { readonly kind: 'cut' }
  /** Not carried out; the connection ends without an answer. */
  | { readonly kind: 'drop' }
  /** Carried out; the connection ends without an answer. */
  | { readonly kind: 'lose-answer' }
  /** Something else happens first, e.g. a competing push. */
  | { readonly kind: 'call'; readonly run: () => unknown }

export type Fault = {
  /** Undefined: the next request, whatever it is. */
  readonly match?: (request: SeenRequest) => boolean
  /** Undefined: once. */
  readonly times?: number
  readonly action: FaultAction
}

/** Faults wait in line; each strikes so many requests that it matches. */
export const createFaults = () => {
  const waiting: { fault: Fault; left: number }[] = []
  return {
    add: (fault: Fault): void => void waiting.push({ fault, left: fault.times ?? 1 }),
    clear: (): void => void waiting.splice(0),
    next: (request: SeenRequest): FaultAction | undefined => {
      const found = waiting.find(({ fault, left }) => left > 0 && (fault.match?.(request) ?? true))
      if (found === undefined) return undefined
      found.left -= 1
      return found.fault.action
    },
  }
}
