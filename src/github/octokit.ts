import { getOctokit } from '@actions/github'
import type { Contact } from '../http/retry.ts'
import { fetchWithRetries, type FetchOptions, type RequestKind } from './fetch.ts'

export type Octokit = ReturnType<typeof getOctokit>

/** A repository in the form that octokit's methods expect. */
export type Coordinates = { readonly owner: string; readonly repo: string }

export type OctokitOptions = FetchOptions & { readonly token: string }

/** Creates an octokit that leaves retries, response bodies and the log to `fetchWithRetries`. */
export function createOctokit(
  options: OctokitOptions,
  kind: RequestKind,
  contact: Contact,
  onRequest: () => void,
): Octokit {
  return getOctokit(options.token, {
    baseUrl: options.apiUrl,
    request: {
      fetch: fetchWithRetries(options, kind, contact, onRequest),
      parseSuccessResponseBody: false,
    },
    log: { debug: discard, info: discard, warn: discard, error: discard },
  })
}

function discard(): void {
  return undefined
}
