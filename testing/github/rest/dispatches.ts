import type { RestCall } from './call.ts'
import { errorResponse, type RestResponse } from './response.ts'

const maxProperties = 10

/** `POST /repos/{owner}/{repo}/dispatches`, as in GitHub's OpenAPI description. */
export function createDispatchEvent({ body }: RestCall): RestResponse {
  const problem = problemWith(body as object)
  return problem === undefined
    ? { status: 204 }
    : errorResponse(422, `Invalid request.\n\n${problem}`)
}

function problemWith(body: object): string | undefined {
  const { event_type: type, client_payload: payload = {}, ...others } = body as Event
  const names = Object.keys(others).map((name) => `"${name}"`)
  // Source: github.com/langfuse/langfuse-docs/issues/1967.
  if (names.length > 0) return `${names.join(', ')} are not permitted keys.`
  if (type === undefined) return '"event_type" wasn\'t supplied.'
  if (type.length > 100) return 'event_type must be 100 characters or fewer.'
  const { length } = Object.keys(payload)
  // Source: the README of github.com/peter-evans/repository-dispatch.
  return length > maxProperties
    ? `No more than ${maxProperties} properties are allowed; ${length} were supplied.`
    : undefined
}

type Event = { event_type?: string; client_payload?: object }
