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
