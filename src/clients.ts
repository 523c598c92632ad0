import tls from 'node:tls'
import type { Clock, Log, ReportProgress } from './core/runtime.ts'
import { createCheckoutCache } from './github/checkout.ts'
import { createGitHubClient } from './github/client.ts'
import { createRepository, type Repository } from './github/repository.ts'
import { gitHubRetryPolicy } from './github/retry.ts'
import type { WriteState } from './github/writes.ts'
import { mebibyte, type BodyLimits } from './http/body.ts'
import {
  atMostOneRetry,
  createWaitBudget,
  type RetryPolicy,
  type WaitBudget,
} from './http/retry.ts'
import { createTransport, type Transport, type TransportOptions } from './http/transport.ts'
import type { Inputs } from './inputs/inputs.ts'
import { createMlflowClient, type MlflowClient } from './mlflow/client.ts'
import { mlflowRetryPolicy } from './mlflow/retry.ts'

export type { WriteState }

/** The clients that one job uses. */
export type Clients = {
  readonly mlflow: MlflowClient
  readonly repository: Repository
  /** Requests sent so far, retries included. */
  readonly requests: () => { readonly mlflow: number; readonly github: number }
  /** Whether the job has changed something on GitHub. */
  readonly writes: () => WriteState
  /** Called before each sync: with a new waiting-time budget, and GitHub is no longer abandoned. */
  readonly beginSync: () => void
  /** Ends the requests to GitHub that are under way; until the next sync, none is sent. */
  readonly abandonGitHub: () => void
  readonly close: () => Promise<void>
}

export type ClientOptions = {
  readonly inputs: Inputs
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Log
  /** As in `Progress`. */
  readonly watchRequest: (name: string) => () => void
  readonly progress: ReportProgress
}

/** A transport whose requests are watched, under the name of the server and without the query. */
function watch(
  server: string,
  watchRequest: ClientOptions['watchRequest'],
  options: TransportOptions,
): Transport {
  const transport = createTransport(options)
  return {
    ...transport,
    send: async (request) => {
      const end = watchRequest(`${server} (${request.method} ${new URL(request.url).pathname})`)
      try {
        return await transport.send(request)
      } finally {
        end()
      }
    },
  }
}

/** MLflow's timeout variable does not apply to GitHub. */
const gitHubTimeoutMs = 30_000

/**
 * With the body, its text and what is parsed from it, a response takes up to six times its size, and
 * what is left of the one before may still be in memory beside it. What is honestly larger, such as a
 * page of model versions with long descriptions, is read in smaller parts.
 */
const maxGitHubBytes = 20 * mebibyte
const maxMlflowBytes = 32 * mebibyte

/** A directory of 100,000 files has 12 MiB and half a million values. */
const gitHubLimits: BodyLimits = { bytes: maxGitHubBytes, values: 600_000 }

/** A page of 1,000 runs with 1,000 metrics of four fields has five million values. */
const mlflowLimits: BodyLimits = { bytes: maxMlflowBytes, values: 6_000_000 }

export function createClients(options: ClientOptions): Clients {
  const { inputs, environment, clock, signal, log, progress } = options
  const { caCertificate } = inputs.mlflow
  const mlflowTransport = watch('MLflow', options.watchRequest, {
    timeoutMs: inputs.mlflow.timeoutMs,
    // A response that starts at the last moment still has to arrive.
    totalTimeoutMs: 2 * inputs.mlflow.timeoutMs,
    limits: mlflowLimits,
    insecureTls: inputs.mlflow.insecureTls,
    signal,
    ca: caCertificate === undefined ? undefined : [...trustedCertificates(), caCertificate],
  })
  const gitHubTransport = watch('GitHub', options.watchRequest, {
    timeoutMs: gitHubTimeoutMs,
    totalTimeoutMs: gitHubTimeoutMs,
    limits: gitHubLimits,
    ca: undefined,
    insecureTls: false,
    signal,
  })
  let sync = createSyncState()
  const budget = (): WaitBudget => sync.waitBudget
  const policyFor = (policy: RetryPolicy): RetryPolicy =>
    inputs.mode === 'check' ? atMostOneRetry(policy) : policy

  const mlflow = createMlflowClient({
    connection: {
      baseUrl: inputs.mlflow.baseUrl,
      headers: mlflowHeaders(inputs.mlflow),
      policy: policyFor(mlflowRetryPolicy(inputs.mlflow.retry, clock.random)),
    },
    transport: mlflowTransport,
    clock,
    budget,
    log,
    progress,
  })
  const github = createGitHubClient({
    token: inputs.repository.token,
    apiUrl: inputs.gitHubUrls.api,
    graphqlUrl: inputs.gitHubUrls.graphql,
    repository: inputs.repository.name,
    policy: policyFor(gitHubRetryPolicy(clock.random)),
    transport: {
      ...gitHubTransport,
      send: (request) => gitHubTransport.send({ ...request, signal: sync.gitHub.signal }),
    },
    clock: { ...clock, sleep: (ms) => clock.sleep(ms, sync.gitHub.signal) },
    budget,
    log,
    progress,
  })
  return {
    mlflow,
    repository: createRepository(github, createCheckoutCache(environment.GITHUB_WORKSPACE ?? '')),
    requests: () => ({ mlflow: mlflow.requests(), github: github.requests() }),
    writes: github.writes,
    beginSync: () => {
      sync = createSyncState()
    },
    abandonGitHub: () => sync.gitHub.abort(),
    close: async () => {
      await Promise.all([mlflowTransport.close(), gitHubTransport.close()])
    },
  }
}

/** What each sync of a job begins with. */
function createSyncState() {
  return { waitBudget: createWaitBudget(), gitHub: new AbortController() }
}

/** Setting `ca` replaces Node.js's trusted certificates, so it has to include them. */
function trustedCertificates(): string[] {
  return [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])]
}

/**
 * Username and password take precedence over the token, as in MLflow's own client. Headers from the
 * input `mlflow-headers` override both.
 */
function mlflowHeaders(mlflow: Inputs['mlflow']): Record<string, string> {
  const { username, password, token, workspace, headers } = mlflow
  const authorization = mlflowAuthorization(username, password, token)
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(workspace === undefined ? {} : { 'x-mlflow-workspace': workspace }),
    ...headers,
  }
}

function mlflowAuthorization(
  username: string,
  password: string,
  token: string,
): string | undefined {
  if (username !== '' && password !== '') return `Basic ${basicCredentials(username, password)}`
  return token === '' ? undefined : `Bearer ${token}`
}

function basicCredentials(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`, 'utf8').toString('base64')
}

/** Masking a shorter value, such as `1`, would hide unrelated text and make outputs disappear. */
const minHeaderLength = 6

/** Values that the runner masks and that are removed from all results. */
export function secretsOf({ mlflow, repository }: Inputs): string[] {
  const { username, password, token, headers } = mlflow
  return [
    repository.token,
    password,
    token,
    ...(password === '' ? [] : [basicCredentials(username, password)]),
    ...Object.values(headers)
      .flatMap((value) => [value, credentialsIn(value)])
      .filter((value) => value.length >= minHeaderLength),
  ].filter((secret) => secret !== '')
}

/** The credentials of an `Authorization` header without their scheme, which a server may repeat. */
function credentialsIn(headerValue: string): string {
  return /^(?:basic|bearer|token) +(.*)$/i.exec(headerValue)?.[1] ?? ''
}
