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
