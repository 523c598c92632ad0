import { ActionError, GitHubError, type GitHubReason } from '../errors.ts'
import type { FailureReason } from '../http/transport.ts'
import type { Retried } from '../http/retry.ts'

/** One of GraphQL's `errors`; `type` is GitHub's own word, e.g. `STALE_DATA`. */
export type GraphqlProblem = { readonly type: string; readonly message: string }

const failureAdvice: Record<FailureReason, string> = {
  'unknown-host': 'Check GITHUB_API_URL and the name service of the runner.',
  refused: 'Check that the runner may reach GitHub (firewall, proxy).',
  tls: 'On a self-hosted runner add the certificate authority with NODE_EXTRA_CA_CERTS.',
  timeout: 'Check that the runner may reach GitHub (firewall, proxy).',
  cut: 'The connection ended in the middle of an answer. The next run will catch up.',
  network: 'Check that the runner may reach GitHub (firewall, proxy).',
}

/** No whole answer, or one that asks for too long a wait. */
export function connectionError(retried: Retried, apiUrl: string, write: boolean): GitHubError {
  const { result, tries, waitEndsAt } = retried
  if (result.kind === 'response') {
    const until = waitEndsAt === undefined ? '' : ` until ${waitEndsAt.toISOString()}`
    return new GitHubError(
      `GitHub's rate limit holds${until}, longer than a sync may wait (HTTP ${result.status})`,
      {
        status: result.status,
        advice:
          'The next run after that time will catch up on everything. Sync less often, or check out the repository before this step, which saves most requests.',
      },
    )
  }
  const after = tries > 1 ? ` (after ${tries} tries)` : ''
  return new GitHubError(`Can't reach GitHub at ${apiUrl}: ${result.detail}${after}`, {
    advice: failureAdvice[result.reason],
    outcomeUnknown: write && result.reason !== 'refused' && result.reason !== 'unknown-host',
  })
}

/** An answer that is cut, or not of the shape that GitHub's schema promises. */
export function unusableResponse(detail: string, write = false): GitHubError {
  return new GitHubError(`GitHub's answer can't be used: ${detail}`, {
    outcomeUnknown: write,
    advice: 'Nothing is concluded from it. If it stays, look for a proxy that changes answers.',
  })
}

/** What octokit throws, in the action's words. */
export function errorFromOctokit(error: unknown, repository: string): Error {
  if (error instanceof ActionError) return error
  if (!(error instanceof Error)) return new GitHubError(String(error))
  if (error.cause instanceof ActionError) return error.cause
  if (error.cause instanceof Error && error.cause.name === 'AbortError') return error.cause
  if (!('status' in error) || typeof error.status !== 'number') return error
  return explain(error.status, error.message, repository, neededPermission(error))
}

/** GraphQL answers 200 and says in `errors` what went wrong. */
export function errorFromGraphql(
  problems: readonly GraphqlProblem[],
  repository: string,
): GitHubError {
  const { type, message } = problems[0] ?? { type: 'UNKNOWN', message: 'unknown error' }
  const status = type === 'NOT_FOUND' ? 404 : type === 'FORBIDDEN' ? 403 : 200
  if (type === 'STALE_DATA') return branchMoved(message)
  return explain(status, message, repository, undefined)
}

/** The branch is not where it was read: read and plan again. */
export function branchMoved(words: string): GitHubError {
  return new GitHubError(`the branch moved [GitHub: ${words}]`, { reason: 'branch-moved' })
}

function neededPermission(error: object): string | undefined {
  const response = 'response' in error ? (error.response as { headers?: unknown }) : undefined
  const headers = response?.headers as Record<string, string> | undefined
  return headers?.['x-accepted-github-permissions']
}

/** GitHub tells its refusals apart by their words only. */
function explain(
  status: number,
  message: string,
  repository: string,
  permission: string | undefined,
): GitHubError {
  const words = message.replace(/\s+/g, ' ').trim()
  const fault = (text: string, advice: string, reason?: GitHubReason): GitHubError =>
    new GitHubError(`${text} [GitHub: ${words}]`, { status, advice, reason })

  if (movedWordings.test(words)) return branchMoved(words)
  if (/Secret detected|push protection/i.test(words)) {
    return fault(
      `GitHub's push protection found a secret in the files for ${repository}`,
      'Remove it from the template or from the run in MLflow (parameters and tags reach the file); see the message for the place.',
      'rule',
    )
  }
  if (/rule violations?|Protected branch|Reference update failed|protected branch/i.test(words)) {
    return fault(
      `A rule of ${repository} forbids this commit`,
      'Two ways out: set `pull-request: true`, or use a token that may bypass the rule (a GitHub App in its bypass list) as github-token.',
      'rule',
    )
  }
  if (/not permitted to create or approve pull requests/i.test(words)) {
    return fault(
      `${repository} does not let workflows create pull requests`,
      'Switch on Settings > Actions > General > "Allow GitHub Actions to create and approve pull requests", or use a GitHub App token.',
    )
  }
  if (status === 401) {
    return fault(
      'GitHub does not accept the token',
      'Leave github-token at its default, or check that the secret is set in this workflow and has not expired.',
    )
  }
  if (status === 403) {
    const needed = permission ?? 'contents=write'
    return fault(
      `The token may not do this in ${repository} (it needs ${needed})`,
      'Add `permissions: contents: write` to the job (`pull-requests: write` too with pull-request: true). Runs of pull requests from forks never get it.',
      'forbidden',
    )
  }
  if (status === 404) {
    return fault(
      `There is no repository ${repository}, or the token does not reach it`,
      "Check the input repository (owner/name). The workflow's own token reaches only its own repository: for another one use a GitHub App token.",
    )
  }
  return fault(
    `GitHub refused the request (HTTP ${status})`,
    'GitHub says why.',
    otherReason(status, words),
  )
}

/** GitHub's wordings for a compare-and-swap that failed; not every API gives it a type. */
const movedWordings = new RegExp(
  [
    'expected branch to point',
    'is at [0-9a-f]{40} but expected',
    'not a fast.forward',
    'reference cannot be updated',
    'object does not exist',
  ].join('|'),
  'i',
)

function otherReason(status: number, words: string): GitHubReason | undefined {
  if (/already exists/i.test(words)) return 'already-exists'
  const tooLarge = status === 502 || (status === 422 && /timed out|too large/i.test(words))
  return tooLarge ? 'too-large' : undefined
}
