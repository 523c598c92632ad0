type Details = {
  readonly extensions?: Readonly<Record<string, unknown>>
  /** Headers of the response. */
  readonly headers?: Readonly<Record<string, string>>
}

/** An error of the GraphQL API with one of GitHub's types, e.g. `NOT_FOUND`. */
export class GraphqlError extends Error {
  readonly type: string
  readonly details: Details

  constructor(type: string, message: string, details: Details = {}) {
    super(message)
    this.type = type
    this.details = details
  }
}
