/** An answer of the REST API. */
export type Answer = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export const ok = (body: unknown, status = 200): Answer => ({ status, body })

export const refusal = (status: number, message: string, errors?: unknown): Answer => ({
  status,
  body: {
    message,
    ...(errors === undefined ? {} : { errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  },
})

export const notFound = refusal(404, 'Not Found')

/** What a token lacks, as GitHub says it in REST. */
export const missingPermission = (needed: string): Answer => ({
  ...refusal(403, 'Resource not accessible by integration'),
  headers: { 'x-accepted-github-permissions': needed },
})

/** An error of the GraphQL API, with GitHub's own `type`. */
export class GraphqlRefusal extends Error {
  readonly type: string
  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

export type Token = {
  readonly contents: 'read' | 'write'
  readonly pullRequests: 'none' | 'write'
  /** Undefined: all. */
  readonly repositories?: readonly string[]
}
