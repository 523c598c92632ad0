import type { GitHub } from './server.ts'

export type GraphqlBody = {
  readonly data: unknown
  readonly errors?: readonly { readonly type?: string; readonly message: string }[]
}

/** Sends a GraphQL request, for tests of the stand-in itself. */
export async function sendGraphql(
  github: GitHub,
  query: string,
  variables = {},
  token = github.token,
): Promise<GraphqlBody> {
  const response = await fetch(github.graphqlUrl, {
    method: 'POST',
    headers: { authorization: `token ${token}` },
    body: JSON.stringify({ query, variables }),
  })
  return (await response.json()) as GraphqlBody
}

export type RestAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** Sends a REST request to `path` below the API's URL. */
export async function sendRest(
  github: GitHub,
  method: string,
  path: string,
  body?: object,
  token = github.token,
): Promise<RestAnswer> {
  const response = await fetch(`${github.apiUrl}/${path}`, {
    method,
    headers: { authorization: `token ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const parsed: unknown = text === '' ? undefined : JSON.parse(text)
  return { status: response.status, headers: response.headers, body: parsed }
}
