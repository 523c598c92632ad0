import { ActionError, GitHubError, type GitHubReason } from '../core/errors.ts'
import type { RetryOutcome } from '../http/retry.ts'
import type { FailureReason } from '../http/transport.ts'

/** What a request is for. It decides what a refusal means, and how to fix it. */
export type Purpose =
  | 'read'
  /** Writes to the synced branch. */
  | 'commit'
  /** Writes to the head branch of the pull request. */
  | 'propose'
  /** Opens, edits or labels the pull request. */
  | 'pull-request'

/** One of the `errors` in a GraphQL response; `type` is GitHub's error type, e.g. `STALE_DATA`. */
export type GraphqlProblem = { readonly type: string; readonly message: string }

const failureAdvice: Record<FailureReason, string> = {
  'unknown-host': 'Check GITHUB_API_URL and the name service of the runner.',
  refused: 'Check that the runner may reach GitHub (firewall, proxy).',
  tls: 'On a self-hosted runner add the certificate authority with NODE_EXTRA_CA_CERTS.',
  timeout: 'Check that the runner may reach GitHub (firewall, proxy).',
  interrupted: 'The connection ended in the middle of a response. The next run will catch up.',
  network: 'Check that the runner may reach GitHub (firewall, proxy).',
}

/** There was no complete response, or the requested wait exceeds the budget. */
export function connectionError(
  outcome: RetryOutcome,
  apiUrl: string,
  isWrite: boolean,
): GitHubError {
  const { result, tries, retryAllowedAt } = outcome
  if (result.kind === 'response') {
    const until = retryAllowedAt === undefined ? '' : ` until ${retryAllowedAt.toISOString()}`
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
    outcomeUnknown: isWrite && result.reason !== 'refused' && result.reason !== 'unknown-host',
  })
}

/** The response is truncated or does not match its schema. */
export function invalidResponse(detail: string, isWrite = false): GitHubError {
  return new GitHubError(`GitHub's response can't be used: ${detail}`, {
    outcomeUnknown: isWrite,
    advice: 'The response was ignored. If this persists, look for a proxy that modifies responses.',
  })
}

/** Converts an error thrown by octokit. */
export function errorFromOctokit(error: unknown, repository: string, purpose: Purpose): Error {
  if (error instanceof ActionError) return error
  if (!(error instanceof Error)) return new GitHubError(String(error))
  if (error.cause instanceof ActionError) return error.cause
  if (error.cause instanceof Error && error.cause.name === 'AbortError') return error.cause
  if (!('status' in error) || typeof error.status !== 'number') return error
  return errorFromRejection(
    error.status,
    error.message,
    repository,
    purpose,
    acceptedPermissions(error),
  )
}

/** Converts the `errors` of a GraphQL response, whose HTTP status is 200. */
export function errorFromGraphql(
  problems: readonly GraphqlProblem[],
  repository: string,
  purpose: Purpose,
): GitHubError {
  const stale = problems.find(
    ({ type, message }) => type === 'STALE_DATA' || staleRefPattern.test(message),
  )
  if (stale !== undefined) return branchMoved(`[GitHub: ${stale.message}]`)
  const { type, message } = problems[0] ?? { type: 'UNKNOWN', message: 'unknown error' }
  const status = type === 'NOT_FOUND' ? 404 : type === 'FORBIDDEN' ? 403 : 200
  return errorFromRejection(status, message, repository, purpose, undefined)
}

/** The branch is no longer at the commit that was read: read and plan again. */
export function branchMoved(detail: string): GitHubError {
  return new GitHubError(`the branch moved ${detail}`, { reason: 'branch-moved' })
}

/** A response header in which GitHub lists the permissions that would be sufficient. */
function acceptedPermissions(error: object): string | undefined {
  const response = 'response' in error ? (error.response as { headers?: unknown }) : undefined
  const headers = response?.headers as Record<string, string> | undefined
  return headers?.['x-accepted-github-permissions']
}

/** Most of GitHub's rejections can only be told apart by their messages. */
function errorFromRejection(
  status: number,
  message: string,
  repository: string,
  purpose: Purpose,
  permission: string | undefined,
): GitHubError {
  const gitHubMessage = message.replace(/\s+/g, ' ').trim()
  const rejection = (text: string, advice: string, reason?: GitHubReason): GitHubError =>
    new GitHubError(`${text} [GitHub: ${gitHubMessage}]`, { status, advice, reason })

  if (/not a fast.forward/i.test(gitHubMessage)) return branchMoved(`[GitHub: ${gitHubMessage}]`)
  if (/Secret detected|push protection/i.test(gitHubMessage)) {
    return rejection(
      `GitHub's push protection found a secret in the files for ${repository}`,
      'Remove it from the template or from the run in MLflow (parameters and tags reach the file); see the message for the place.',
    )
  }
  if (
    /rule violations?|Protected branch|Reference update failed|protected branch/i.test(
      gitHubMessage,
    )
  ) {
    return rejection(
      `A rule of ${repository} forbids this commit`,
      purpose === 'propose'
        ? 'Choose another `pull-request-branch`, one that the rule does not cover, or use a token that may bypass the rule (a GitHub App in its bypass list) as github-token.'
        : 'Either set `pull-request: true`, or use a token that may bypass the rule (a GitHub App in its bypass list) as github-token.',
    )
  }
  if (/not permitted to create or approve pull requests/i.test(gitHubMessage)) {
    return rejection(
      `${repository} does not let workflows create pull requests`,
      'Switch on Settings > Actions > General > "Allow GitHub Actions to create and approve pull requests", or use a GitHub App token.',
    )
  }
  if (status === 401) {
    return rejection(
      'GitHub does not accept the token',
      'Leave github-token at its default, or check that the secret is set in this workflow and has not expired.',
    )
  }
  if (status === 403) {
    const needed = permission ?? 'contents=write'
    return rejection(
      `The token may not do this in ${repository} (it needs ${needed})`,
      'Add `permissions: contents: write` to the job (`pull-requests: write` too with pull-request: true). Runs of pull requests from forks never get it.',
    )
  }
  if (status === 404) {
    return rejection(
      `There is no repository ${repository}, or the token does not reach it`,
      "Check the input repository (owner/name). The workflow's own token reaches only its own repository: for another one use a GitHub App token.",
    )
  }
  return rejection(
    `GitHub rejected the request (HTTP ${status})`,
    'GitHub says why.',
    reasonFromMessage(status, gitHubMessage),
  )
}

/** Wordings of GraphQL's `updateRefs` for a failed compare-and-swap, which has no type of its own. */
const staleRefPattern = new RegExp(
  [
    'expected branch to point',
    'is at [0-9a-f]{40} but expected',
    'reference cannot be updated',
    'object does not exist',
  ].join('|'),
  'i',
)

function reasonFromMessage(status: number, gitHubMessage: string): GitHubReason | undefined {
  if (/already exists/i.test(gitHubMessage)) return 'already-exists'
  const tooLarge = status === 502 || (status === 422 && /timed out|too large/i.test(gitHubMessage))
  return tooLarge ? 'too-large' : undefined
}
