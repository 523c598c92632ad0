/** A fault, and which requests can have it; any by default. */
export type SweptFault<R> = {
  readonly name: string
  readonly appliesTo?: (request: R) => boolean
}

/** One experiment: a fault of the request with this index, or of all requests from it on. */
export type Cell<F> = { readonly index: number; readonly fault: F }

/** All combinations of requests and faults, or with a `stride` of n a sample of every n-th one. */
export function cellsOf<R, F extends SweptFault<R>>(
  requests: readonly R[],
  faults: readonly F[],
  stride: number,
): Cell<F>[] {
  return requests
    .flatMap((request, index) =>
      faults
        .filter(({ appliesTo }) => appliesTo?.(request) ?? true)
        .map((fault) => ({ index, fault })),
    )
    .filter((_, number) => number % stride === 0)
}
