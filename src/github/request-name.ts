/** Where a GraphQL body has the name of its operation: octokit writes the query first. */
const operationName = /"query":"\s*(?:query|mutation)\s+(\w+)/

/** Longest part of a body in which the name is looked for; a commit can have megabytes. */
const maxPrefix = 200

/**
 * The name of a request in the log and in errors: `GraphQL Branch`, or `GET /repos/acme/models/pulls`.
 * It has nothing of the query string, the headers or the rest of the body, which may have a secret.
 */
export function requestName(
  method: string,
  url: string,
  body: string | undefined,
  isGraphql: boolean,
): string {
  if (!isGraphql) return `${method} ${new URL(url).pathname}`
  const [, name = 'request'] = operationName.exec(body?.slice(0, maxPrefix) ?? '') ?? []
  return `GraphQL ${name}`
}
