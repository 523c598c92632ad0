import { GitHubError } from '../core/errors.ts'
import { byPlace, own, prose, thisMachine, type Prose } from '../core/text/prose.ts'
import { failureMessage, type FailureReason, type HttpFailure } from '../http/failure.ts'
import type { HttpResponse } from '../http/transport.ts'

/** The errors of exchanges that say nothing about the request itself: no response, a limit, a redirect. */

const unreachable = prose`Check that ${thisMachine} can reach GitHub (firewall, proxy).`

const failureAdvice: Record<FailureReason, Prose> = {
  'unknown-host': prose`Check the variable \`GITHUB_API_URL\`, and that ${thisMachine} can resolve this host name.`,
  refused: unreachable,
  tls: prose`${byPlace('On a self-hosted runner, set', 'Set')} the variable \`NODE_EXTRA_CA_CERTS\` to a PEM file with the certificate authority.`,
  timeout: unreachable,
  interrupted: prose`The connection ended in the middle of a response. The next run will catch up.`,
  network: unreachable,
  'too-large': prose`The response was ignored. Check for a proxy that changes responses.`,
  encoding: prose`Check for a proxy that compresses responses: it may only use \`gzip\`, \`deflate\` or \`br\`.`,
}

export const statusPage = prose`See https://www.githubstatus.com. The next run will catch up.`

/** There was no complete response. */
export function connectionError(
  failure: HttpFailure,
  { tries, apiUrl, isWrite }: { tries: number; apiUrl: string; isWrite: boolean },
): GitHubError {
  const { reason } = failure
  const isUnsent = reason === 'refused' || reason === 'unknown-host'
  const after = tries > 1 ? prose` (after ${tries} tries)` : []
  return new GitHubError(
    prose`${failureMessage(failure, prose`GitHub at \`${apiUrl}\``)}${after}`,
    {
      advice: failureAdvice[reason],
      reason: reason === 'too-large' ? 'response-too-large' : undefined,
      outcomeUnknown: isWrite && !isUnsent,
      isRefused: isUnsent,
    },
  )
}

/** @param until when the limit ends, if that is longer than a sync may wait. */
export function rateLimitError(
  status: number,
  until: Date | undefined,
  tries: number,
): GitHubError {
  const limit =
    until === undefined
      ? prose`GitHub still limits the rate of requests after ${tries} tries`
      : prose`GitHub limits the rate of requests until ${own(until.toISOString())}, longer than a sync may wait`
  return new GitHubError(prose`${limit} (HTTP ${status})`, {
    status,
    reason: 'rate-limit',
    isRefused: true,
    advice: prose`The first run after that will catch up on everything. To send fewer requests, sync less often${byPlace(', or check out the repository before this step with `actions/checkout`', '')}.`,
  })
}

/** @param until when GitHub wants to be asked again, if that is longer than a sync may wait. */
export function unavailableError(
  status: number,
  until: Date | undefined,
  isWrite: boolean,
): GitHubError {
  const text =
    until === undefined
      ? prose`GitHub responded to a ${own(isWrite ? 'write' : 'request')} with HTTP ${status}`
      : prose`GitHub is not available until ${own(until.toISOString())}, longer than a sync may wait (HTTP ${status})`
  return new GitHubError(text, { status, outcomeUnknown: isWrite, advice: statusPage })
}

/** Redirects are not followed: another host must not see the token. */
export function redirectError(url: string, { status, headers }: HttpResponse): GitHubError {
  const { location = '' } = headers
  const target = URL.canParse(location, url) ? new URL(location, url) : undefined
  const { origin } = new URL(url)
  if (target?.origin === origin && /\/(repositories\/\d+|repos\/)/.test(target.pathname)) {
    return new GitHubError(prose`GitHub at \`${origin}\` redirects the request (HTTP ${status})`, {
      status,
      advice: prose`The repository may have been renamed or moved: update the input \`repository\`.`,
    })
  }
  // Without the query, which may have a secret.
  const place =
    target === undefined ? prose`an invalid address` : prose`\`${placeOf(target, origin)}\``
  return new GitHubError(
    prose`GitHub at \`${origin}\` redirects to ${place} (HTTP ${status}). Nothing was sent there`,
    {
      status,
      advice: prose`If there is a proxy or a login in front of GitHub, let ${thisMachine} reach GitHub directly. Otherwise correct the variable \`GITHUB_API_URL\`.`,
    },
  )
}

function placeOf(target: URL, origin: string): string {
  return target.origin === origin ? target.pathname : target.origin
}
