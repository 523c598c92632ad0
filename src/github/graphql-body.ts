import { z } from 'zod'
import { withoutNames } from './words.ts'

const problem = z.object({
  /** GitHub's error type, e.g. `STALE_DATA`. Invalid queries and GitHub's own failures have none. */
  type: z.string().optional().catch(undefined),
  message: z.string(),
  /** The field that failed; longer than the mutation's name if the mutation itself succeeded. */
  path: z.array(z.unknown()).optional().catch(undefined),
  extensions: z
    .object({ code: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

/** One of the `errors` in a response of the GraphQL API. */
export type GraphqlProblem = z.infer<typeof problem>

/** All of them may become part of one message. */
const maxProblems = 1000

const body = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.unknown())
    .nullish()
    .transform((errors) => errors?.slice(0, maxProblems) ?? [])
    .pipe(z.array(problem)),
})

export type GraphqlBody = z.infer<typeof body>

/** The body of a response of the GraphQL API; undefined if it is something else. */
export function readGraphqlBody(json: unknown): GraphqlBody | undefined {
  return body.safeParse(json).data
}

/**
 * Whether a field was resolved. Every mutation's field is null if it failed, so this tells whether a
 * write was carried out, whatever `errors` says.
 */
export function hasData(data: unknown): boolean {
  return (
    typeof data === 'object' && data !== null && Object.values(data).some((value) => value != null)
  )
}

/** Whether the token may not read one field, or something in it, while the rest was read. */
export function isForbiddenField(
  { type, path }: GraphqlProblem,
  field: string | undefined,
): boolean {
  return field !== undefined && type === 'FORBIDDEN' && (path?.includes(field) ?? false)
}

/** With these types, GitHub says that the request itself is at fault. */
export const permanentTypes: ReadonlySet<string> = new Set([
  'BRANCH_PROTECTION_RULE_VIOLATION',
  'FORBIDDEN',
  'INSUFFICIENT_SCOPES',
  'NOT_FOUND',
  'STALE_DATA',
  'UNPROCESSABLE',
])

/**
 * - `Something went wrong while executing your query. This may be the result of a timeout, or it could
 *   be a GitHub bug.` (@octokit/plugin-retry turns it into a 500)
 * - `Something went wrong while executing your query on …`
 * - `We couldn't respond to your request in time. Sorry about that. Please try resubmitting …`
 * - `Timeout on validation of query`, `Timeout on Query.search` (rmosolgo/graphql-ruby)
 * - `upstream connect error or disconnect/reset before headers` (Envoy)
 */
const temporaryPattern =
  /something went wrong|couldn.t respond to your request in time|timeout on |timed? ?out\b|\bupstream |internal (server )?error|service (is )?unavailable/i

/** Whether GitHub itself calls the failure temporary. */
export function isTemporary({ type, message }: GraphqlProblem): boolean {
  return !permanentTypes.has(type ?? '') && temporaryPattern.test(withoutNames(message))
}

/**
 * One query asks for more than GitHub computes at a time, so that the same query fails again:
 * `Resource limits for this query exceeded.` with a part of the data
 * (github.blog/changelog/2025-09-01-graphql-api-resource-limits,
 * yoshi389111/github-profile-3d-contrib#163).
 */
export const resourceLimitType = 'RESOURCE_LIMITS_EXCEEDED'

/**
 * - type `RATE_LIMITED`, `API rate limit exceeded for installation ID …`: the primary limit
 * - `You have exceeded a secondary rate limit. …`, since 2021
 * - `You have triggered an abuse detection mechanism. …`, before
 * - `was submitted too quickly`: mutations (cli/cli)
 */
const rateLimitPattern =
  /secondary rate limit|abuse detection mechanism|api rate limit (already )?exceeded|was submitted too quickly/i

export function saysRateLimit(message: string): boolean {
  return rateLimitPattern.test(withoutNames(message))
}
