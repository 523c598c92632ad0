/** An error of the GraphQL API with one of GitHub's types, e.g. `NOT_FOUND`. */
export class GraphqlError extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}
